"""Pods that the scheduler removed to make room for others."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.cluster import Event
from harness.model.scene import Scene, last_seen
from harness.registry import SYMPTOMS

RECENT_SECONDS_MAX = 900.0


@SYMPTOMS.enter("preempted")
class Preempted(SymptomReader):
    """The scheduler removed a pod for one of higher priority.

    Facts: `by` (what the Event says of the pod that took the room), `seconds-ago`. It is about the pod, which is
    gone as a rule; its replacement may run elsewhere, so it is no trouble by itself.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """The recent Events `Preempted`."""
        for event in scene.all("events", Event):
            age = scene.at - last_seen(event)
            if event.reason == "Preempted" and age <= RECENT_SECONDS_MAX:
                name = f"pod/{event.involved_object.name}"
                yield Symptom(
                    kind="preempted",
                    object=name,
                    text=f"removed {age:.0f} s ago for a pod of higher priority: {event.message}",
                    source=f"event Preempted of {name}",
                    facts={"by": event.message, "seconds-ago": f"{age:.0f}"},
                    at=last_seen(event),
                )
