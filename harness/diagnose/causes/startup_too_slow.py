"""The cause `startup-too-slow`: a program that is ended before it has started up."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.probes import Failing, allowance_seconds, failing, killed, status_of, unfit
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES

_NEAR = 1.5
"""A container that lived for so many times the probe's allowance, and its grace, had started up before."""
_AT_LEAST = 0.5
"""One that did not live for so much of the allowance ended by itself: no probe had given it up yet."""


@CAUSES.enter("startup-too-slow")
class StartupTooSlow(Cause):
    """The application takes longer to start than its liveness or startup probe allows, so it is ended and starts anew.

    It never gets to serve, however often it is tried. A startup probe with room for the slowest start is the cure:
    the liveness probe then waits for it.
    """

    layer = Layer.CONFIGURATION
    outranks = frozenset({"application-crash", "application-hang", "application-not-ready"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Containers ended by a probe that fits, again and again, before they were ever ready."""
        for found in failing(scene, symptoms, "liveness", "startup"):
            pod = f"pod/{found.pod.metadata.name}"
            ends = killed(symptoms, pod, found.container.name, found.which)
            early = [end for end in _ends(symptoms, pod, found) if _too_early(found, end)]
            if ends and early and not _served(found) and unfit(scene, found, symptoms) is None:
                allowance = allowance_seconds(found.probe)
                yield Suspicion(
                    object=scene.owner_of(found.pod) or pod,
                    confidence=_confidence(found),
                    supports=[*_allowed(found, allowance, pod), *told(*early, *ends, *found.failures)],
                    explains=[pod],
                    decides="add a startup probe with much room, and see whether the application gets ready",
                    since=min(each.at for each in ends),
                    facts={
                        "container": found.container.name,
                        "probe": found.which,
                        "allowance-seconds": f"{allowance:.0f}",
                    },
                )


def _allowed(found: Failing, allowance: float, pod: str) -> list[str]:
    return [f"the {found.which} probe allows {allowance:.0f} s (spec of {pod})"] if found.seen else []


def _confidence(found: Failing) -> float:
    """A program that refuses is not up yet; one that answers with an error may be starting, or unwell."""
    if "refused" in found.details:
        return 0.8 if found.seen else 0.55
    return 0.45 if "status" in found.details else 0.65


def _ends(symptoms: Symptoms, pod: str, found: Failing) -> list[Symptom]:
    ends = symptoms.of("container-ended", about=pod)
    return [end for end in ends if end.facts["container"] == found.container.name]


def _too_early(found: Failing, end: Symptom) -> bool:
    """Whether it lived about as long as the probe took to give up and the grace to pass."""
    grace = found.probe.termination_grace_period_seconds or found.pod.spec.termination_grace_period_seconds
    allowance = allowance_seconds(found.probe)
    least = _AT_LEAST * allowance if found.seen else 0.0  # the usual probe stands in where a record has none
    return least <= float(end.facts["lived-seconds"]) <= _NEAR * allowance + grace


def _served(found: Failing) -> bool:
    status = status_of(found.pod, found.container.name)
    return found.pod.ready or (status is not None and status.ready)
