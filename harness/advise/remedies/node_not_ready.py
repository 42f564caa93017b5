"""The remedy of `node-not-ready`: the node back, or its pods elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl, pods_on
from harness.advise.steps import declare_out_of_service
from harness.advise.template import advise_template, plain, template_of
from harness.diagnose.nodes import hosted
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import Toleration
from harness.model.scene import Scene
from harness.registry import REMEDIES

_STAY_SECONDS = 30
_AWAY = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


@REMEDIES.enter("node-not-ready")
class NodeNotReady(Remedy):
    """Look, mend, and only then give it up."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The node; then pods that leave a lost node sooner the next time."""
        node = cause.facts.get("node", cause.object.removeprefix("node/"))
        pods = hosted(scene, node)
        owners = sorted({owner for pod in pods if (owner := scene.owner_of(pod))})
        held = [each for each in owners if each.startswith("statefulset/")]
        volumes = any(volume.persistent_volume_claim for pod in pods for volume in pod.spec.volumes)
        yield Advice(
            text=f"Bring node {node} back, or give it up: its pods count as lost. Those of Deployments are made again "
            "elsewhere, five minutes after the node was lost unless they say otherwise"
            + (
                f"; those of {' and '.join(held)} are not before the node is back or declared out of service"
                if held
                else ""
            )
            + ".",
            severity=Severity.CRITICAL,
            steps=[
                f"Read what is known of it: {kubectl('', 'describe', 'node', node)}",
                "Look at the machine: is it on, does it answer, does it reach the API server?",
                "On the machine: systemctl status kubelet containerd; journalctl -u kubelet -n 100",
                "Start it again if nothing else helps; it comes back by itself, with its pods.",
                *(declare_out_of_service(node) if held or volumes else []),
                f"If it is gone for good, remove it from the cluster: {kubectl('', 'delete', 'node', node)}",
            ],
            commands=[pods_on(node)],
            lost="what its pods had in emptyDir volumes and had not yet written to their claims" if volumes else "",
            safe="data on volumes that are not on the node's own disk" if volumes else "",
        )
        for owner in owners:
            tolerations = template_of(scene, owner).spec.tolerations
            if owner.startswith("deployment/") and not _leaves_soon(tolerations):
                kept = [plain(each) for each in tolerations if each.key not in _AWAY]
                sooner = [
                    {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _STAY_SECONDS}
                    for key in _AWAY
                ]
                yield advise_template(
                    scene,
                    owner,
                    {"tolerations": [*kept, *sooner]},
                    text=f"For the next time: let the pods of {owner} leave a lost node after "
                    f"{_STAY_SECONDS} s instead "
                    "of 300 s. Shorter than a node takes to start again means that every such start moves them.",
                    severity=Severity.LOW,
                )


def _leaves_soon(tolerations: list[Toleration]) -> bool:
    stays = [each.toleration_seconds for each in tolerations if each.key in _AWAY]
    return bool(stays) and all(each is not None and each <= _STAY_SECONDS for each in stays)
