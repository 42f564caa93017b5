"""Who wrote to an object last, and when: what a person asks first when something broke."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.network import Service
from harness.model.full.workloads import Keys
from harness.model.objects import ObjectMeta
from harness.model.scene import Past, Scene, seconds_of
from harness.registry import SYMPTOMS

RECENT_SECONDS_MAX = 3600.0
BORN_SECONDS = 5.0
"""What is written this soon after an object's creation belongs to it."""
_CONTROLLERS = ("kube-controller-manager", "kubelet", "kube-scheduler")


@SYMPTOMS.enter("change")
class Change(SymptomReader):
    """Somebody other than Kubernetes' own controllers wrote to a workload, Service, ConfigMap or Secret lately.

    Facts: `manager` (who, as it calls itself), `part` (`spec`, or a subresource such as `scale`), `seconds-ago`.
    Says nothing of what was written, and is no trouble.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """The last write of each manager, from the managed fields, and what was seen happening."""
        for ref, workload in scene.workloads():
            yield from _writes(scene, ref, workload.metadata)
        for service in scene.all("services", Service):
            yield from _writes(scene, f"service/{service.metadata.name}", service.metadata)
        for resource in ("configmaps", "secrets"):
            for each in scene.all(resource, Keys):
                yield from _writes(scene, f"{resource.removesuffix('s')}/{each.metadata.name}", each.metadata)
        for past in scene.past:
            yield _symptom(scene, past, "watched", {"part": "", "manager": ""})


def _writes(scene: Scene, ref: str, meta: ObjectMeta) -> Iterator[Symptom]:
    born = seconds_of(meta.creation_timestamp)
    for each in meta.managed_fields:
        at = seconds_of(each.time)
        mine = each.manager not in _CONTROLLERS and each.subresource in ("", "scale")
        if mine and at > born + BORN_SECONDS and scene.at - at <= RECENT_SECONDS_MAX:
            part = each.subresource or "spec"
            past = Past(at=at, object=ref, text=f"{each.manager} wrote to its {part}")
            yield _symptom(scene, past, f"managedFields of {ref}", {"manager": each.manager, "part": part})


def _symptom(scene: Scene, past: Past, source: str, facts: dict[str, str]) -> Symptom:
    ago = scene.at - past.at
    return Symptom(
        kind="change",
        object=past.object,
        text=f"{past.text} {ago:.0f} s ago",
        source=source,
        facts={**facts, "seconds-ago": f"{ago:.0f}"},
        at=past.at,
    )
