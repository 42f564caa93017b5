"""The cause `image-unavailable`: an image that cannot be pulled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.diagnose.telling import by_workload, objects, told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene, last_seen
from harness.registry import CAUSES

_REASONS = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable")
_RECENT_SECONDS_MAX = 1200.0


@CAUSES.enter("image-unavailable")
class ImageUnavailable(Cause):
    """The image of a container cannot be pulled: it is not there, access to it is denied, or its registry is silent.

    `not-found` is a name or tag that is wrong or was never pushed; `denied` wants credentials (imagePullSecrets);
    `unreachable` is the registry or the way to it. Pods that run keep their image.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Containers that wait for their image."""
        waits = [each for each in symptoms.of("container-waiting") if each.facts["reason"] in _REASONS]
        for ref, group in by_workload(scene, waits):
            words = [each.facts["message"] for each in group] + [word for s in group for word in _events(scene, s)]
            why = why_not("\n".join(words))
            answer = next((word for word in words if why_not(word) == why != ""), "")
            yield Suspicion(
                object=ref,
                confidence=0.95,
                supports=[*told(*group), *([f"{answer} (event Failed)"] if answer else [])],
                explains=objects(group),
                decides="pull the image by hand on that node",
                facts={"image": group[0].facts["image"], "container": group[0].facts["container"], "why": why},
            )


def why_not(message: str) -> str:
    """`not-found`, `denied`, `unreachable`, `invalid`, `never-pulled`; an empty string where it does not say."""
    return next((why for pattern, why in _WHY if pattern.search(message)), "")


def _events(scene: Scene, symptom: Symptom) -> list[str]:
    """What the kubelet said of pulling: a container that waits in back-off no longer says it."""
    pod = next(each for each in scene.pods if f"pod/{each.metadata.name}" == symptom.object)
    events = scene.events_of(pod.metadata.name, uid=pod.metadata.uid, reasons=("Failed", "InspectFailed"))
    return [event.message for event in events if scene.at - last_seen(event) <= _RECENT_SECONDS_MAX]


_WHY = tuple(
    (re.compile(pattern, re.IGNORECASE), why)
    for pattern, why in (
        (r"couldn't parse image|invalid reference format|InvalidImageName", "invalid"),
        (r"not present with pull policy of Never", "never-pulled"),
        (r"unauthorized|forbidden|denied|authentication required|no basic auth", "denied"),
        (r"no such host|i/o timeout|connection refused|deadline exceeded|no route|TLS|x509|EOF", "unreachable"),
        (r"not found|manifest unknown|does not exist", "not-found"),
    )
)
