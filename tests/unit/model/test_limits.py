"""What the limits promise: read as written, strict where healproof is a guest, and refused where they say nothing."""

from __future__ import annotations

import pytest

from harness.model.errors import BadInput
from harness.model.limits import ACCEPTED, STRICT, Confirmation, Limits, PodLimit
from harness.model.units import Share


def test_own_clusters_have_no_limits_and_others_have_strict_ones() -> None:
    """Nothing needs to be said on a cluster that is thrown away, and nothing is lost where nothing was said."""
    assert Limits.of({}, disposable=True) == Limits()
    assert Limits.of({}, disposable=False) == STRICT
    assert None not in STRICT[1:5]
    assert STRICT.confirmed == frozenset()


@pytest.mark.parametrize("disposable", [True, False])
def test_what_is_said_holds_on_every_cluster(disposable: bool) -> None:
    """Each option outweighs the usual limit, `none` included."""
    said = {"max-pods": "2", "max-nodes": "3", "max-faults": "none", "min-healthy": "25%", "protected": "prod, shop,"}
    got = Limits.of({**said, "confirm": "control-plane"}, disposable=disposable)
    assert got == Limits(
        protected=frozenset({"prod", "shop"}),
        pods=PodLimit(number=2),
        nodes=3,
        faults=None,
        healthy=Share(0.25),
        confirmed=frozenset({Confirmation.CONTROL_PLANE}),
    )


@pytest.mark.parametrize(("written", "pods", "allowed"), [("2", 9, 2), ("50%", 3, 1), ("50%", 4, 2), ("0%", 9, 0)])
def test_a_share_of_pods_is_never_rounded_up(written: str, pods: int, allowed: int) -> None:
    """Half of three pods is one."""
    assert PodLimit.parse(written).of(pods) == allowed


@pytest.mark.parametrize(
    ("option", "written"),
    [
        ("max-pods", "many"),
        ("max-pods", "-1"),
        ("max-nodes", "50%"),
        ("max-faults", "1.5"),
        ("min-healthy", "5"),
        ("min-healthy", "101%"),
        ("confirm", "nodes"),
    ],
)
def test_a_limit_that_cannot_be_read_is_refused(option: str, written: str) -> None:
    """The message has the option, the value and what is accepted; a limit is never dropped in silence."""
    with pytest.raises(BadInput) as refused:
        Limits.of({option: written}, disposable=True)
    assert f"--healproof-{option}: '{written}' is not accepted; accepted is {ACCEPTED[option]}" in str(refused.value)
