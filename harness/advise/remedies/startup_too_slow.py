"""The remedy of `startup-too-slow`: a startup probe with room for the slowest start."""

from __future__ import annotations

import math
from collections.abc import Iterator

from harness.advise.probe_fix import handler, replaced
from harness.advise.template import advise_template, change_containers, container_of, pods_behind
from harness.diagnose.probes import allowance_seconds, status_of
from harness.diagnose.symptoms.probe_failed import probe_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import Pod, Probe
from harness.model.scene import Scene, seconds_of
from harness.registry import REMEDIES

_PERIOD_SECONDS = 5
_ROOM_SECONDS_MIN = 120.0
_TIMES_MEASURED = 3.0
_TIMES_ALLOWED = 4.0
"""Of a start that nobody has seen the end of only is known that it takes longer than what was allowed."""


@REMEDIES.enter("startup-too-slow")
class StartupTooSlow(Remedy):
    """A startup probe: the liveness probe waits for it, and stays as quick as it is."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The startup probe, sized from the starts that were seen."""
        name = cause.facts.get("container", "")
        container = container_of(scene, cause.object, name)
        probe = probe_of(container, cause.facts.get("probe", "liveness")) if container else None
        asked = handler(container.startup_probe or probe) if container and probe else {}
        if container is None or probe is None or not asked:
            yield Advice(
                text=f"Give container {name} a startup probe that asks what its liveness probe asks, with "
                "failureThreshold x periodSeconds of at least three times its slowest start. The liveness probe waits "
                "until it has succeeded.",
                severity=Severity.CRITICAL,
            )
            return
        measured = _longest_start(scene, cause.object, name)
        allowed = allowance_seconds(probe)
        room = max(_ROOM_SECONDS_MIN, _TIMES_MEASURED * measured, _TIMES_ALLOWED * allowed)
        fields = {
            **replaced(container.startup_probe or Probe(), asked),
            "periodSeconds": _PERIOD_SECONDS,
            "failureThreshold": math.ceil(room / _PERIOD_SECONDS),
        }
        seen = f"its slowest start took {measured:.0f} s" if measured else "no start of it was seen to succeed"
        yield advise_template(
            scene,
            cause.object,
            change_containers([name], {"startupProbe": fields}),
            text=f"Give container {name} up to {room:.0f} s to start, by a startup probe ({seen}; {allowed:.0f} s are "
            "allowed now). A start that is done sooner is noticed within "
            f"{_PERIOD_SECONDS} s; only then the liveness probe begins.",
            severity=Severity.CRITICAL,
            steps=[]
            if measured
            else ["Measure a start once it succeeds, and set failureThreshold to three times that."],
        )


def _longest_start(scene: Scene, ref: str, container: str) -> float:
    """Seconds from a container's start to its pod being Ready, the longest of the pods that are; 0 where none is."""
    return max((_start_seconds(pod, container) for pod in pods_behind(scene, ref) if pod.ready), default=0.0)


def _start_seconds(pod: Pod, container: str) -> float:
    status = status_of(pod, container)
    became = next((each.last_transition_time for each in pod.status.conditions if each.type == "Ready"), None)
    if status is None or status.state.running is None or not became or not status.state.running.started_at:
        return 0.0
    return max(0.0, seconds_of(became) - seconds_of(status.state.running.started_at))
