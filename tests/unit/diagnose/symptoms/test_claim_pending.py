"""Promise: a claim without a volume is told with its class, provisioner and newest Event, unless it may wait."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import event, pod, scene
from diagnose.surroundings import claim, storage_class

DATA = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]


def test_it_is_told_with_what_is_known_of_it() -> None:
    """The default class is its class where it names none."""
    asked = claim(annotations={"volume.kubernetes.io/selected-node": "one"})
    said = [event(asked, "FailedBinding", "old", ago_seconds=50), event(asked, "ExternalProvisioning", "new")]
    (found,) = symptoms(scene(storage_class(), asked, *said, pod("db-0", volumes=DATA)), "claim-pending")
    assert found.trouble
    assert found.facts["provisioner"] == "rancher.io/local-path"
    assert (found.facts["reason"], found.facts["message"], found.facts["node"]) == (
        "ExternalProvisioning",
        "new",
        "one",
    )


def test_one_whose_class_binds_late_waits_for_its_first_pod() -> None:
    """A pod that uses it makes it due."""
    around = [storage_class(), claim(storageClassName="standard")]
    assert symptoms(scene(*around), "claim-pending") == []
    assert len(symptoms(scene(*around, pod("db-0", volumes=DATA)), "claim-pending")) == 1


def test_a_new_one_is_no_trouble_yet() -> None:
    """Binding takes a moment."""
    (found,) = symptoms(scene(claim(storageClassName="fast", age_seconds=1)), "claim-pending")
    assert not found.trouble


def test_bound_ones_are_not_told_and_lost_ones_are() -> None:
    """Lost is a volume that was deleted."""
    found = symptoms(scene(claim("a", phase="Bound"), claim("b", phase="Lost")), "claim-pending")
    assert [(each.object, each.facts["phase"]) for each in found] == [("persistentvolumeclaim/b", "Lost")]
