"""The remedy of `volume-stuck`: the other node lets go, and nobody writes twice."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.steps import declare_out_of_service
from harness.diagnose.telling import owner_of
from harness.diagnose.volumes import claims_of, users_of
from harness.model.advice import Advice, Patch, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.cluster import Claim, Node, VolumeAttachment
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import REMEDIES

_SAFE = "all data: it is on the volume, which is only attached elsewhere"


@REMEDIES.enter("volume-stuck")
class VolumeStuck(Remedy):
    """By whether the node that holds it is alive."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The dead node first; then two pods that cannot share."""
        pod = scene.named("pods", Pod, cause.facts.get("pod", ""))
        holders = _holders(scene, pod) if pod else []
        dead = [name for name in holders if not _is_ready(scene, name)]
        for name in dead:
            yield Advice(
                text=f"Free the volume from node {name}, which does not answer. Kubernetes does that by itself six "
                "minutes after the pods there are gone; sooner only if you vouch that the node is off.",
                severity=Severity.CRITICAL,
                steps=declare_out_of_service(name),
                lost="what the pod on the dead node had not yet written to the disk",
                safe=_SAFE,
            )
        others = [each for claim in _claims(cause, pod) for each in users_of(scene, claim)]
        living = [each for each in others if pod is None or each != f"pod/{pod.metadata.name}"]
        owner = owner_of(scene, f"pod/{pod.metadata.name}") if pod else ""
        if not dead:
            body = {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}
            together = owner.startswith("deployment/")
            yield Advice(
                text="Let the old pod end before the new one starts: a volume for one node (ReadWriteOnce) cannot be "
                "attached to two."
                if together
                else "Let whoever still uses the volume go first: it can be attached to one node only.",
                severity=Severity.HIGH,
                patches=[Patch(object=owner, namespace=scene.namespace, body=body)] if together else [],
                commands=[kubectl("", "get", "volumeattachments")],
                steps=[
                    f"Delete the pod that holds it: {kubectl(scene.namespace, 'delete', each)}" for each in living[:1]
                ],
                lost="nothing",
                safe=_SAFE,
            )


def _holders(scene: Scene, pod: Pod) -> list[str]:
    """The nodes other than its own that its volumes are attached to."""
    claims = (scene.named("persistentvolumeclaims", Claim, name) for name in claims_of(pod).values())
    volumes = {each.spec.volume_name for each in claims if each is not None}
    attached = scene.all("volumeattachments", VolumeAttachment)
    held = [each.spec.node_name for each in attached if each.spec.source.persistent_volume_name in volumes]
    return sorted({each for each in held if each != pod.spec.node_name})


def _is_ready(scene: Scene, name: str) -> bool:
    node = scene.named("nodes", Node, name)
    return node is not None and node.ready


def _claims(cause: Named, pod: Pod | None) -> list[str]:
    named = [cause.object] if cause.object.startswith("persistentvolumeclaim/") else []
    return named or [f"persistentvolumeclaim/{name}" for name in (claims_of(pod).values() if pod else ())]
