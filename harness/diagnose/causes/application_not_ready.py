"""The cause `application-not-ready`: a program that says of itself that it is not well."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.probes import Failing, failing, status_of, unfit
from harness.diagnose.telling import objects, told
from harness.diagnose.tried import copy_of, weighed
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES

_UP_SECONDS_MIN = 20.0
"""A program that runs for so long and answers nobody is not just starting."""


@CAUSES.enter("application-not-ready")
class ApplicationNotReady(Cause):
    """The application runs and says itself that it is not ready or not well, or it does not listen on its port.

    Its probe is answered with an error, so network and kubelet work; the reason is inside: a dependency that it
    checks, its configuration, data that it waits for. Its log says more.
    """

    layer = Layer.APPLICATION
    decided_by = frozenset({"good-pod-here", "same-image-elsewhere", "volume-write"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Probes that are answered with an error or refused by a program that has run for long."""
        for found in failing(scene, symptoms, "liveness", "readiness", "startup"):
            confidence = _confidence(scene, found) if unfit(scene, found, symptoms) is None else 0.0
            if confidence:
                pod = f"pod/{found.pod.metadata.name}"
                logs = symptoms.of("log-error", about=pod)[:2]
                copy = copy_of(scene, found.pod.metadata.name)
                yield Suspicion(
                    object=pod,
                    confidence=weighed(confidence, copy),
                    supports=[*told(*found.failures, *logs), *([copy.told] if copy and copy.error else [])],
                    contradicts=[copy.told] if copy and not copy.error else [],
                    explains=objects(found.failures),
                    decides="ask its health endpoint by hand from the node, and read its log",
                    since=min(each.at for each in found.failures),
                    facts={"container": found.container.name, "probe": found.which},
                )


def _confidence(scene: Scene, found: Failing) -> float:
    kinds = {each.facts["kind"] for each in found.failures}
    if "status" in found.details:
        return 0.75
    if found.details & {"exit", "timeout"} and kinds == {"exec"}:
        return 0.55
    status = status_of(found.pod, found.container.name)
    running = status.state.running if status else None
    up = running is not None and scene.age(running.started_at) >= _UP_SECONDS_MIN
    return 0.55 if found.which != "startup" and found.details & {"refused", "reset"} and up else 0.0
