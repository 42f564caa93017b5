"""Containers that the kubelet ended because a probe had failed too often."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.diagnose.symptoms.probe_failed import by_uid
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene, last_seen, times
from harness.registry import SYMPTOMS

RECENT_SECONDS_MAX = 600.0


@SYMPTOMS.enter("probe-killed")
class ProbeKilled(SymptomReader):
    """The kubelet ended a container of a pod that is still there for its liveness or startup probe.

    Facts: `container`, `probe`, `times`, `seconds-ago`.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """The recent Events `Killing` that name a probe."""
        events = by_uid(scene, "Killing")
        for pod in scene.pods:
            name = f"pod/{pod.metadata.name}"
            for event in events.get(pod.metadata.uid, ()):
                found = _MESSAGE.match(event.message)
                age = scene.at - last_seen(event)
                if found is None or age > RECENT_SECONDS_MAX or not pod.active:
                    continue
                yield Symptom(
                    kind="probe-killed",
                    object=name,
                    text=f"the kubelet ended container {found['container']} {age:.0f} s ago for its {found['probe']} "
                    f"probe, {times(event)} times so far",
                    source=f"event Killing of {name}",
                    facts={
                        "container": found["container"],
                        "probe": found["probe"],
                        "times": str(times(event)),
                        "seconds-ago": f"{age:.0f}",
                    },
                    at=last_seen(event),
                )


_MESSAGE = re.compile(r"^Container (?P<container>\S+) failed (?P<probe>liveness|startup) probe")
