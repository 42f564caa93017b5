"""The remedy of `image-unavailable`: an image that can be pulled, or the right to pull it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import (
    advise_template,
    change_containers,
    container_of,
    in_spec,
    rollback,
    spec_before,
    template_of,
)
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("image-unavailable")
class ImageUnavailable(Remedy):
    """By what the registry answered; the image of the revision before serves meanwhile."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The image before, then what to do about the registry."""
        name, why = cause.facts.get("container", ""), cause.facts.get("why", "")
        image = cause.facts.get("image", "")
        container = container_of(scene, cause.object, name)
        older = spec_before(scene, cause.object)
        before = in_spec(older, name) if older else None
        if container and before and before.image != container.image:
            yield advise_template(
                scene,
                cause.object,
                change_containers([name], {"image": before.image}),
                text=f"Go back to {before.image}, which the pods of the revision before run, until {container.image} "
                "can be pulled.",
                severity=Severity.CRITICAL,
                commands=rollback(scene, cause.object),
            )
        if why == "never-pulled":
            yield advise_template(
                scene,
                cause.object,
                change_containers([name], {"imagePullPolicy": "IfNotPresent"}),
                text=f"Let the node pull {image}: the policy is Never, and the image is not on the node.",
                severity=Severity.CRITICAL,
            )
            return
        yield Advice(text=_TEXT.get(why, _TEXT[""]), severity=Severity.CRITICAL, steps=_steps(scene, cause, why))


_TEXT = {
    "not-found": "Correct the image's name or tag, or push it: its registry does not have it.",
    "invalid": "Correct the image's name: it cannot be read as one.",
    "denied": "Give the pods credentials for the registry: it does not let them pull the image.",
    "unreachable": "Bring the registry back, or the nodes' way to it: pods that run keep their image, new ones wait.",
    "": "Find out why the image cannot be pulled: the runtime does not say.",
}


def _steps(scene: Scene, cause: Named, why: str) -> list[str]:
    image = cause.facts.get("image", "IMAGE")
    registry = image.partition("/")[0] if "." in image.partition("/")[0] else "REGISTRY"
    account = template_of(scene, cause.object).spec.service_account_name or "default"
    secret = kubectl(
        scene.namespace,
        "create",
        "secret",
        "docker-registry",
        "registry",
        f"--docker-server={registry}",
        "--docker-username=USER",
        "--docker-password=PASSWORD",
    )
    uses = '{"imagePullSecrets": [{"name": "registry"}]}'
    steps = {
        "denied": [
            f"Make the credentials: {secret}",
            (
                "Let the pods' account use them: "
                f"{kubectl(scene.namespace, 'patch', f'serviceaccount/{account}', '--type=merge', '-p', uses)}"
            ),
            "Delete the pods that wait: new ones take the credentials.",
        ],
        "unreachable": [
            f"Try from a node: crictl pull {image}",
            f"Look at {registry} itself, at the nodes' DNS, proxy and certificates.",
            "Keep from restarting pods until it is back: those that run need no registry.",
        ],
    }
    looked = [
        f"See what is there: crane ls {image.rpartition(':')[0] or image}, or the registry's own page",
        f"Set what is there: {kubectl(scene.namespace, 'set', 'image', cause.object, 'CONTAINER=IMAGE')}",
    ]
    return steps.get(why, looked)
