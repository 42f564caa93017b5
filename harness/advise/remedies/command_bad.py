"""The remedy of `command-bad`: the command of the revision that ran, or one that is in the image."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.probe_fix import is_redacted
from harness.advise.template import advise_template, change_containers, container_of, in_spec, rollback, spec_before
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("command-bad")
class CommandBad(Remedy):
    """Back to the command before; else how to try one."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The command of the revision before, where that was another."""
        name = cause.facts.get("container", "")
        container = container_of(scene, cause.object, name)
        older = spec_before(scene, cause.object)
        before = in_spec(older, name) if older else None
        other = container and before and (before.command, before.args) != (container.command, container.args)
        if container and before and other and not is_redacted([*before.command, *before.args]):
            fields = {"command": before.command or None, "args": before.args or None}
            yield advise_template(
                scene,
                cause.object,
                change_containers([name], fields),
                text=f"Give container {name} the command of the revision before, which ran: {before.command or 'the '}"
                + ("" if before.command else "image's own")
                + f". Now it is {container.command} {container.args}.",
                severity=Severity.CRITICAL,
            )
        image = container.image if container else "IMAGE"
        shell = kubectl(scene.namespace, "run", "try-it", "--rm", "-it", f"--image={image}", "--command", "--", "sh")
        yield Advice(
            text="Make `command` and `args` name a program that is in the image, may be executed, and is made for the "
            "nodes' processors.",
            severity=Severity.CRITICAL,
            commands=rollback(scene, cause.object),
            steps=[
                f"Look into the image: {shell}",
                "Leave `command` out to run the image's own entry point; `args` alone are its arguments.",
                (
                    "`exec format error` means an image for another processor: build it for that of the nodes "
                    f"({kubectl('', 'get', 'nodes', '-L', 'kubernetes.io/arch')})."
                ),
            ],
        )
