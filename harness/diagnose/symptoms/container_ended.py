"""Containers that ended, now or before the present run."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.pods import ContainerStatus, Pod
from harness.model.objects import Terminated
from harness.model.scene import Scene, containers_of, seconds_of
from harness.registry import SYMPTOMS

RECENT_SECONDS_MAX = 600.0
RECURRING_RESTARTS_MIN = 2
OUTLIVED = 2.0
"""A container that has run for twice as long as the one before did is taken to have got over it."""
SETTLED_SECONDS_MIN = 60.0


@SYMPTOMS.enter("container-ended")
class ContainerEnded(SymptomReader):
    """A container has ended and should not have: now, or lately and again and again.

    Facts: `container`, `exit-code`, `signal`, `reason`, `message`, `lived-seconds`, `ended-seconds-ago`, `restarts`,
    `recurring` (`true` where it goes on happening), `down` (`true` where it does not run at this moment).
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One a container, of its last end."""
        for pod in scene.pods:
            if pod.terminating or pod.status.phase == "Succeeded":
                continue
            inits = {each.name for each in pod.status.init_container_statuses}
            for status in containers_of(pod):
                end = _end(pod, status, init=status.name in inits)
                if end is not None:
                    yield from _symptom(scene, pod, status, end)


def _end(pod: Pod, status: ContainerStatus, *, init: bool) -> Terminated | None:
    """How it ended, unless that was as it should."""
    end = status.state.terminated or status.last_state.terminated
    meant = pod.spec.restart_policy != "Always" or init
    return None if end is None or (end.exit_code == 0 and meant) else end


def _symptom(scene: Scene, pod: Pod, status: ContainerStatus, end: Terminated) -> Iterator[Symptom]:
    since = scene.age(end.finished_at)
    down = status.state.running is None
    if not down and since > RECENT_SECONDS_MAX:
        return
    lived = _lived_seconds(end)
    recurring = status.restart_count >= RECURRING_RESTARTS_MIN and (down or not _got_over(scene, status, lived))
    name = f"pod/{pod.metadata.name}"
    how = f"{end.reason or 'ended'}, exit code {end.exit_code}" + (f", signal {end.signal}" if end.signal else "")
    again = f", restarted {status.restart_count} times" if status.restart_count else ""
    yield Symptom(
        kind="container-ended",
        object=name,
        text=f"container {status.name} ended {since:.0f} s ago after {lived:.0f} s: {how}{again}",
        source=f"status of {name}",
        facts={
            "container": status.name,
            "exit-code": str(end.exit_code),
            "signal": str(end.signal),
            "reason": end.reason,
            "message": end.message,
            "lived-seconds": f"{lived:.0f}",
            "ended-seconds-ago": f"{since:.0f}",
            "restarts": str(status.restart_count),
            "recurring": str(recurring).lower(),
            "down": str(down).lower(),
        },
        trouble=(down or recurring) and not pod.over,
        at=seconds_of(end.finished_at),
    )


def _lived_seconds(end: Terminated) -> float:
    """Seconds from its start to its end; one that could not be started has begun with the epoch, and never lived."""
    started = seconds_of(end.started_at) if end.started_at else 0.0
    return max(0.0, seconds_of(end.finished_at) - started) if started > 0 else 0.0


def _got_over(scene: Scene, status: ContainerStatus, lived: float) -> bool:
    running = status.state.running
    return running is not None and scene.age(running.started_at) > max(SETTLED_SECONDS_MIN, OUTLIVED * lived)
