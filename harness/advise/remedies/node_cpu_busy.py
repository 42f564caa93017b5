"""The remedy of `node-cpu-busy`: a limit for who takes it all, time for the probes."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import pods_on
from harness.advise.template import advise_template, template_of
from harness.diagnose.telling import owner_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import Container
from harness.model.scene import Scene
from harness.registry import REMEDIES

_TIMEOUT_SECONDS = 5


@REMEDIES.enter("node-cpu-busy")
class NodeCpuBusy(Remedy):
    """Who uses it, and probes that a busy node can hold."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The node first, then each workload that is late on it."""
        node = cause.facts.get("node", "")
        yield Advice(
            text=f"Find what uses up the processors of node {node}, and give it a CPU limit or another node. Give what "
            "must answer in time a CPU request: shares of a busy node go by requests.",
            severity=Severity.HIGH,
            commands=["kubectl top pod --all-namespaces --sort-by=cpu", pods_on(node)],
        )
        for owner in sorted({owner_of(scene, each) for each in cause.explains if each.startswith("pod/")}):
            found = [_patient(each) for each in template_of(scene, owner).spec.containers]
            changes = [each for each in found if len(each) > 1]
            if changes:
                yield advise_template(
                    scene,
                    owner,
                    {"containers": changes},
                    text=f"Give the probes of {owner} {_TIMEOUT_SECONDS} s to answer: on a busy node a probe with less "
                    "restarts programs that are well, and makes the node busier.",
                    severity=Severity.MEDIUM,
                )


def _patient(container: Container) -> dict[str, object]:
    """The container's probes whose time is short, with more of it."""
    probes = {"livenessProbe": container.liveness_probe, "readinessProbe": container.readiness_probe}
    short = {key: each for key, each in probes.items() if each and each.timeout_seconds < _TIMEOUT_SECONDS}
    return {"name": container.name, **{key: {"timeoutSeconds": _TIMEOUT_SECONDS} for key in short}}
