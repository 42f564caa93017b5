"""Promise: a lease is stale by its own duration, whatever the cluster's timers are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from diagnose.asked import symptoms
from diagnose.scenes import scene
from diagnose.surroundings import lease


@given(duration=st.integers(1, 60), silent_seconds=st.integers(0, 120))
def test_it_has_lapsed_when_it_was_not_renewed_for_longer_than_it_lasts(duration: int, silent_seconds: int) -> None:
    """A second more is allowed for: clocks differ."""
    found = symptoms(scene(lease("kube-scheduler", silent_seconds=silent_seconds, duration=duration)), "lease-stale")
    assert bool(found) == (silent_seconds > duration + 1)


def test_those_of_nodes_are_about_the_node() -> None:
    """They are in kube-node-lease."""
    silent = lease("worker", silent_seconds=50, duration=40, namespace="kube-node-lease")
    (found,) = symptoms(scene(silent), "lease-stale")
    assert found.object == "node/worker"


def test_one_that_was_given_up_has_no_holder() -> None:
    """Who ends politely lets go of it."""
    (found,) = symptoms(scene(lease("kube-scheduler", holder="", duration=1, silent_seconds=5)), "lease-stale")
    assert (found.object, found.facts["holder"]) == ("control-plane/kube-scheduler", "")


def test_other_leases_and_those_that_were_never_renewed_are_not_told() -> None:
    """Every operator has one; nobody knows what it is for."""
    never = lease("kube-scheduler")
    never["spec"]["renewTime"] = None
    assert symptoms(scene(lease("some-operator", silent_seconds=9999), never), "lease-stale") == []
