"""Volumes that could not be attached or mounted for pods that still wait. Says nothing of why."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.pods import Pod
from harness.model.scene import Scene, containers_of, last_seen, times
from harness.registry import SYMPTOMS

_REASONS = ("FailedAttachVolume", "FailedMount", "FailedMapVolume", "FailedMountOnFilesystemMismatch")
_CLASSES = (
    ("multi-attach", r"Multi-Attach error"),
    ("config", r'(configmap|secret)s? "[^"]*" (not found|is forbidden)|references non-existent (config|secret) key'),
    ("transient", r"not registered|failed to sync (configmap|secret) cache|failed to fetch token"),
    ("driver", r"driver name .* not found|failed to get CSI client"),
    ("missing", r"no such file or directory|does not exist|hostPath type check failed|not found"),
    ("permission", r"permission denied|access denied|operation not permitted"),
    ("file-system", r"wrong fs type|bad superblock|fsck|can't read superblock|structure needs cleaning"),
    ("driver", r"connection refused|DeadlineExceeded"),
    ("timeout", r"timed out waiting"),
)
_VOLUME = re.compile(r'volume "?([^"\s]+)"?|volumes=\[([^\]]*)\]')


@SYMPTOMS.enter("volume-event")
class VolumeEvent(SymptomReader):
    """An Event FailedAttachVolume or FailedMount about a pod that has not started since.

    Facts: `reason`, `volume`, `message`, and `class`: multi-attach, config (a ConfigMap or Secret is not there),
    missing, permission, file-system, driver, timeout, transient (what every kubelet says now and then), other.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each pod and class."""
        for pod in scene.pods:
            if pod.active and _waits(pod):
                yield from self._told(scene, pod)

    def _told(self, scene: Scene, pod: Pod) -> Iterator[Symptom]:
        seen = set()
        for event in scene.events_of(pod.metadata.name, uid=pod.metadata.uid, reasons=_REASONS):
            kind = _class_of(event.message)
            if kind in seen:
                continue
            seen.add(kind)
            volume = _VOLUME.search(event.message)
            yield Symptom(
                kind="volume-event",
                object=f"pod/{pod.metadata.name}",
                text=f"{event.message.strip()[:400]} ({times(event)} times)",
                source=f"event {event.reason} of pod/{pod.metadata.name}",
                facts={
                    "reason": event.reason,
                    "class": kind,
                    "volume": next(filter(None, volume.groups()), "") if volume else "",
                    "message": event.message,
                },
                trouble=kind != "transient",
                at=last_seen(event),
            )


def _waits(pod: Pod) -> bool:
    """Whether nothing of it has started: once its volumes are mounted the Events are of the past."""
    statuses = containers_of(pod)
    return pod.status.phase == "Pending" and not any(each.state.running or each.state.terminated for each in statuses)


def _class_of(message: str) -> str:
    return next((name for name, words in _CLASSES if re.search(words, message, re.IGNORECASE)), "other")
