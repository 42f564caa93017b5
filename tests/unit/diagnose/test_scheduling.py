"""How the scheduler's message is taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.diagnose.scheduling import Class, class_of, shares, taken_apart

REASONS = {
    "Insufficient cpu": Class.RESOURCES,
    "Insufficient memory": Class.RESOURCES,
    "Insufficient nvidia.com/gpu": Class.RESOURCES,
    "Too many pods": Class.PODS,
    "node(s) were unschedulable": Class.CORDONED,
    "node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }": Class.CONTROL_PLANE,
    "node(s) had untolerated taint {node.kubernetes.io/not-ready: }": Class.TAINT,
    "node(s) had untolerated taint {dedicated: gpu}": Class.TAINT,
    "node(s) had taint {dedicated: gpu}, that the pod didn't tolerate": Class.TAINT,
    "node(s) didn't match Pod's node affinity/selector": Class.AFFINITY,
    "node(s) didn't match pod anti-affinity rules": Class.AFFINITY,
    "node(s) didn't satisfy existing pods anti-affinity rules": Class.AFFINITY,
    "node(s) didn't match pod topology spread constraints": Class.AFFINITY,
    "node(s) didn't have free ports for the requested pod ports": Class.HOST_PORT,
    "node(s) had volume node affinity conflict": Class.VOLUME_NODE,
    "node(s) didn't match PersistentVolume's node affinity": Class.VOLUME_NODE,
    "node(s) didn't find available persistent volumes to bind": Class.CLAIM,
}
TAILS = (
    ".",
    ". preemption: 0/9 nodes are available: 9 Preemption is not helpful for scheduling.",
    ". preemption: 0/9 nodes are available: 1 No preemption victims found, 8 Preemption is not helpful.",
    ". no new claims to deallocate, preemption: 0/9 nodes are available: 9 Preemption is not helpful for scheduling.",
)


@given(st.dictionaries(st.sampled_from(sorted(REASONS)), st.integers(1, 500), min_size=1), st.sampled_from(TAILS))
def test_any_mixture_of_reasons_is_taken_apart(mixture: dict[str, int], tail: str) -> None:
    """Whatever reasons come together, each is found with its number, and nothing of the preemption is among them."""
    nodes = sum(mixture.values())
    words = ", ".join(f"{count} {reason}" for reason, count in mixture.items())
    found = taken_apart(f"0/{nodes} nodes are available: {words}{tail}")
    assert found.nodes == nodes
    assert found.reasons == mixture
    assert sum(shares(found.reasons).values()) == pytest.approx(1)


@pytest.mark.parametrize(("reason", "kind"), REASONS.items())
def test_each_reason_of_the_scheduler_has_its_kind(reason: str, kind: Class) -> None:
    """A reason is known by the scheduler's own words."""
    assert class_of(reason) is kind


def test_a_reason_without_a_number_holds_for_every_node() -> None:
    """A claim that is not bound is the pod's own, so no node takes it."""
    found = taken_apart("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 …")
    assert found.reasons == {"pod has unbound immediate PersistentVolumeClaims": 3}
    assert shares(found.reasons) == {Class.CLAIM: 1.0}


def test_nodes_of_the_control_plane_do_not_count() -> None:
    """That one of three nodes is kept for the control plane says nothing of why two workers refuse."""
    message = (
        "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
        "2 Insufficient cpu, 2 Insufficient memory."
    )
    assert shares(taken_apart(message).reasons) == {Class.RESOURCES: 1.0}


def test_other_messages_are_kept_whole() -> None:
    """What is not in the known form is a reason by itself."""
    assert taken_apart('persistentvolumeclaim "data" not found').reasons == {
        'persistentvolumeclaim "data" not found': 0
    }
    assert taken_apart("").reasons == {}
