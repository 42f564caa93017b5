"""Promise: a provisioner that does not run is named for the claims that were handed to it."""

from __future__ import annotations

from typing import Any

from diagnose.asked import first, named, suspicions
from diagnose.scenes import changed, endpoints, event, node, pod, scene, statefulset
from diagnose.surroundings import claim, governing, storage_class, unschedulable

HANDED_ON = {"volume.kubernetes.io/selected-node": "worker"}
SAID = (
    "Waiting for a volume to be created either by the external provisioner 'rancher.io/local-path' or manually by the "
    "system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly "
    "registered."
)
DATA = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
HOME = {"metadata": {"namespace": "local-path-storage"}}


def waiting(age_seconds: float = 60, **claimed: Any) -> list[Any]:
    """A claim that was handed on, with the pod that waits for it."""
    asked = claim(storageClassName="standard", annotations=HANDED_ON, age_seconds=age_seconds, **claimed)
    refused = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."
    pods = statefulset(unschedulable("db-0", refused, volumes=DATA))
    return [node(), storage_class(), asked, event(asked, "ExternalProvisioning", SAID, ago_seconds=2), *pods]


def provisioner(replicas: int) -> list[Any]:
    """The provisioner's Deployment and pods in their own namespace."""
    name = "local-path-provisioner"
    scaled = {
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "local-path-storage"},
        "spec": {"replicas": replicas},
        "status": {"readyReplicas": replicas},
    }
    return [scaled, *(changed(pod(f"{name}-{n}"), HOME) for n in range(replicas))]


def test_a_provisioner_scaled_to_nothing_is_named() -> None:
    """Its Deployment is there and has no ready pod."""
    found = first(scene(*waiting(), *provisioner(0)))
    assert (found.cause, found.layer) == ("provisioner-down", "storage")
    assert found.confidence > 0.9
    assert "statefulset/db" in found.explains


def test_where_it_cannot_be_seen_it_is_less_sure() -> None:
    """Nothing in Kubernetes tells where a provisioner runs."""
    (found,) = suspicions(scene(*waiting()), "provisioner-down")
    assert 0.5 <= found.confidence < 0.7


def test_a_provisioner_that_runs_and_was_just_asked_is_at_work() -> None:
    """A volume takes some seconds to make."""
    young = event(claim(), "ExternalProvisioning", SAID, ago_seconds=1, firstTimestamp=None)
    found = [each for each in waiting(age_seconds=6) if each["kind"] != "Event"]
    assert suspicions(scene(*found, young, *provisioner(1)), "provisioner-down") == []


def test_a_claim_that_was_not_handed_on_waits_for_the_scheduler() -> None:
    """With late binding the provisioner has not been asked yet."""
    found = [
        changed(each, {"metadata": {"annotations": None}}) if each["kind"] == "PersistentVolumeClaim" else each
        for each in waiting()
    ]
    assert "provisioner-down" not in named(scene(*found, *provisioner(0)))


def test_bound_claims_do_not_miss_it() -> None:
    """Volumes that exist go on working."""
    asked = claim(phase="Bound", storageClassName="standard", volumeName="pv-data")
    db = pod("db-0", volumes=DATA)
    around = [governing(), endpoints("db", db), *provisioner(0)]
    assert named(scene(node(), storage_class(), asked, *around, statefulset(db))) == []


def test_the_binder_names_it_where_classes_could_not_be_read() -> None:
    """Its Event quotes the provisioner."""
    documents = [each for each in waiting() if each["kind"] != "StorageClass"]
    (found,) = suspicions(scene(*documents, *provisioner(0), unread=("storageclasses",)), "provisioner-down")
    assert found.facts["provisioner"] == "rancher.io/local-path"
