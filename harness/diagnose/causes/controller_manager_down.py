"""Cause: the controllers that keep the desired state do not work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.symptoms.workload_short import desired_pods
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.cluster import Lease
from harness.model.full.workloads import Workload
from harness.model.scene import Scene
from harness.registry import CAUSES

_LEASE = "kube-controller-manager"
_PART = f"control-plane/{_LEASE}"
_USUAL_SECONDS = 20.0
"""A controller that runs has looked at a change within some seconds, on a busy cluster too."""

_GIVEN_UP_SHARE = 2 / 3
"""A leader that could not renew for this share of its lease stops leading (client-go: 10 of 15 s)."""


@CAUSES.enter("controller-manager-down")
class ControllerManagerDown(Cause):
    """The controller manager does not run: nobody replaces pods, rolls changes out or updates endpoints.

    What runs goes on, and nothing that is lost is made again; nodes that die are not noticed. Look at
    kube-controller-manager in kube-system (on kubeadm clusters a static pod of the control-plane nodes).
    """

    layer: ClassVar[Layer] = Layer.CONTROL_PLANE
    outranks: ClassVar[frozenset[str]] = frozenset({"rollout-stuck", "claim-unbound", "provisioner-down"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """The controller manager whose lease lapsed or whose process is gone; changes that nobody has looked at."""
        signs = symptoms.of("lease-stale", "component-state", about=_PART)
        ignored = dict(_ignored(scene, symptoms))
        (lease, *_) = [*(each for each in scene.elsewhere("leases", Lease) if each.metadata.name == _LEASE), None]
        late = list(_late(scene, lease)) if ignored and not signs else []
        strong = any(sure for sure, _ in ignored.values())
        if not (signs or strong or late or (ignored and lease is None)):
            return
        confidence = (0.97 if ignored or len(signs) > 1 else 0.9) if signs else 0.7 if late else 0.6 if strong else 0.5
        yield Suspicion(
            object=_PART,
            confidence=confidence,
            supports=[*told(*signs), *late, *(words for _, words in ignored.values())][:5],
            explains=[*ignored, *_stale_services(symptoms)],
            decides="is the lease kube-system/kube-controller-manager renewed",
            since=min((each.at for each in signs if each.at), default=0.0),
            facts={"component": _LEASE},
        )


def _ignored(scene: Scene, symptoms: Symptoms) -> Iterator[tuple[str, tuple[bool, str]]]:
    """The workloads that no controller looks after, with whether that alone says so, and the words."""
    for ref, workload in scene.workloads():
        if ref.startswith("job/"):  # its status names no generation, and its pods may well be over
            continue
        meta, seen = workload.metadata, workload.status.observed_generation
        if 0 < meta.generation != seen and _changed_seconds_ago(scene, workload) > _USUAL_SECONDS:
            yield ref, (True, f"{ref}: generation {meta.generation} was not looked at, {seen} was (status)")
            continue
        if symptoms.of("create-refused", about=ref):
            continue
        keeps_names = ref.startswith("statefulset/")  # it makes no second pod of a name before the first is gone
        there = sum(pod.active or (keeps_names and pod.terminating) for pod in scene.pods_of(workload))
        if there < desired_pods(ref, workload):
            yield ref, (False, f"{ref}: {there} of {desired_pods(ref, workload)} pods are there, and nobody makes more")


def _late(scene: Scene, lease: Lease | None) -> Iterator[str]:
    """The lease that has not lapsed, but was not renewed for so long that its holder must have given up leading."""
    if lease is None or not lease.spec.renew_time or not lease.spec.lease_duration_seconds:
        return
    silent, lasts = scene.age(lease.spec.renew_time), lease.spec.lease_duration_seconds
    if silent > lasts * _GIVEN_UP_SHARE:
        yield f"lease kube-system/{_LEASE} was not renewed for {silent:.0f} s, it lasts {lasts} s (lease)"


def _changed_seconds_ago(scene: Scene, workload: Workload) -> float:
    """Seconds since somebody changed the workload itself; since it was made, where nothing says when that was."""
    edits = [scene.age(each.time) for each in workload.metadata.managed_fields if not each.subresource and each.time]
    return min([*edits, scene.age(workload.metadata.creation_timestamp)])


def _stale_services(symptoms: Symptoms) -> list[str]:
    """The Services whose pods are ready and whose endpoints nobody has told so."""
    return [each.object for each in symptoms.of("no-endpoints") if int(each.facts.get("ready-pods", "0") or 0) > 0]
