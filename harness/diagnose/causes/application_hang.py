"""The cause `application-hang`: a program that is there and does not answer."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.probes import Failing, failing, unfit
from harness.diagnose.telling import told
from harness.diagnose.tried import requests
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Look, Scene
from harness.registry import CAUSES

_CONNECTS = ("http", "tcp", "grpc")
_NO_ANSWER = "awaiting headers"
"""The kubelet's HTTP client was connected and waited in vain: the program is there, the network too."""


@CAUSES.enter("application-hang")
class ApplicationHang(Cause):
    """The application's process is there, and does not answer: it is stopped, deadlocked or overwhelmed.

    Only a liveness probe makes Kubernetes restart it; with none it stays so. Requests connect and get no answer.
    """

    layer = Layer.APPLICATION
    outranks = frozenset({"application-not-ready"})
    decided_by = frozenset({"request"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Processes that were seen stopped, and probes that time out."""
        stopped = {look.about: look for look in scene.looked("container-process") if look.facts.get("state") == "T"}
        for look in stopped.values():
            yield _seen(look)
        for found in failing(scene, symptoms, "liveness", "readiness"):
            about = f"pod/{found.pod.metadata.name}/{found.container.name}"
            if about not in stopped and _times_out(found) and unfit(scene, found, symptoms) is None:
                yield _silent(scene, found)


def _seen(look: Look) -> Suspicion:
    pod = "/".join(look.about.split("/")[:2])
    return Suspicion(
        object=pod,
        confidence=0.95,
        supports=[f"the process of {look.about} is stopped, state T ({look.source or 'process list of its node'})"],
    )


def _times_out(found: Failing) -> bool:
    """Whether a connection timed out; a command that outlasts its time is only the command's."""
    return any(each.facts["detail"] == "timeout" and each.facts["kind"] in _CONNECTS for each in found.failures)


def _silent(scene: Scene, found: Failing) -> Suspicion:
    node = scene.node_of(found.pod)
    connected = any(_NO_ANSWER in each.facts["message"] for each in found.failures)
    contradicts = [] if node is None or node.ready else [f"node {node.metadata.name} is not ready"]
    tried = requests(scene, target=f"pod/{found.pod.metadata.name}")
    hung, answered, silent = (
        [each.told for each in tried if each.hung],
        [each.told for each in tried if each.status],
        [each.told for each in tried if each.silent and each.origin.startswith("node/")],
    )
    confidence = (0.8 if connected else 0.55) - 0.3 * bool(contradicts or silent)
    return Suspicion(
        object=f"pod/{found.pod.metadata.name}",
        confidence=0.95 if hung else 0.25 if answered else confidence,
        supports=[*hung, *told(*found.failures)],
        contradicts=[*contradicts, *answered, *silent],
        decides="look at the process on its node: state T is stopped, D waits for a disk; ask it from the node by IP",
        since=min(each.at for each in found.failures),
        facts={"container": found.container.name, "probe": found.which},
    )
