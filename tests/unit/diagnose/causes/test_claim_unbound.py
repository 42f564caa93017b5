"""Promise: a claim that nobody can bind as it is written is named, with the reason; one that may wait is not."""

from __future__ import annotations

from diagnose.asked import first, named
from diagnose.scenes import deployment, event, node, pod, scene
from diagnose.surroundings import claim, storage_class, unschedulable

UNBOUND = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
DATA = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]


def waiting() -> list[dict[str, object]]:
    """A Deployment whose new pod waits for claim data."""
    return deployment(pod("web-1"), unschedulable("web-2", UNBOUND, volumes=DATA))


def test_a_class_that_does_not_exist_is_named() -> None:
    """The binder's words name it, and it is not among the classes."""
    wrong = claim(storageClassName="fast")
    said = event(wrong, "ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found')
    found = first(scene(node(), storage_class(), wrong, said, *waiting()))
    assert (found.cause, found.layer, found.object) == ("claim-unbound", "storage", "persistentvolumeclaim/data")
    assert any("fast" in each for each in found.evidence)


def test_a_claim_without_a_class_and_without_a_volume_is_named() -> None:
    """It asks for a volume made by hand."""
    bare = claim(storageClassName="")
    said = event(bare, "FailedBinding", "no persistent volumes available for this claim and no storage class is set")
    assert named(scene(node(), storage_class(), bare, said, *waiting())) == ["claim-unbound"]


def test_a_claim_without_a_class_takes_the_default_one() -> None:
    """It is then a matter of the provisioner."""
    handed_on = claim(annotations={"volume.kubernetes.io/selected-node": "worker"})
    assert "claim-unbound" not in named(scene(node(), storage_class(), handed_on, *waiting()))


def test_a_claim_that_waits_for_its_first_pod_is_as_it_should_be() -> None:
    """Its class binds late, and no pod uses it."""
    assert (
        named(
            scene(
                node(), storage_class(), claim(storageClassName="standard", age_seconds=9000), deployment(pod("web-1"))
            )
        )
        == []
    )


def test_where_classes_could_not_be_read_none_is_said_to_be_missing() -> None:
    """Emptiness says something only of what was read."""
    found = named(scene(node(), claim(storageClassName="fast"), *waiting(), unread=("storageclasses",)))
    assert "claim-unbound" not in found


def test_the_binders_own_words_are_enough_where_classes_could_not_be_read() -> None:
    """It says that there is no such class."""
    wrong = claim(storageClassName="fast")
    said = event(wrong, "ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found')
    assert named(scene(node(), wrong, said, *waiting(), unread=("storageclasses",))) == ["claim-unbound"]
