"""What holds for budgets of any numbers: they are intervals, and no larger number makes healing faster."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.budget import Budget, Place, Term, compare
from harness.model.timers import DEFAULT, TIMERS
from harness.registry import FAULTS

from .cases import COMPRESSED, budget, workload

SECONDS = st.integers(1, 120)
PROBES = st.fixed_dictionaries(
    {
        "initialDelaySeconds": st.integers(0, 120),
        "periodSeconds": SECONDS,
        "timeoutSeconds": SECONDS,
        "failureThreshold": st.integers(1, 10),
        "successThreshold": st.just(1),
    }
)
KINDS = st.sampled_from(["Deployment", "StatefulSet", "DaemonSet"])
EXAMPLES = {
    name: {key: value for key, value in kind.example.fields.items() if key not in ("select", "hosting", "of")}
    for name, kind in FAULTS.items()
    if kind.budget and name != "claim-unbound"
}
NAMES = st.sampled_from(sorted(EXAMPLES))
SINCE = st.sampled_from(["injection", "undo"])
LESS = {name: st.floats(0, timer.default_seconds) for name, timer in TIMERS.items()}
TERMS = st.tuples(st.floats(0, 1e4), st.floats(0, 1e4)).map(sorted).map(lambda ends: Term("t", *ends, "s"))


def probed(probe: dict[str, Any], kind: str = "Deployment", **spec: Any) -> dict[str, Any]:
    http = {**probe, "httpGet": {"port": 80}}
    return workload(kind, probes={"readinessProbe": http, "livenessProbe": http}, **spec)


def predictable(name: str, kind: str) -> bool:
    return not (name in ("rollout-stuck", "rollout-paused") and kind != "Deployment")


@given(name=NAMES, probe=PROBES, kind=KINDS, grace=st.integers(0, 600), since=SINCE)
def test_every_budget_is_an_interval_or_has_a_reason(
    name: str, probe: dict[str, Any], kind: str, grace: int, since: str
) -> None:
    """The least is never above the most, and what is not finite says why."""
    if not predictable(name, kind):
        return
    on = probed(probe, kind, pod={"terminationGracePeriodSeconds": grace})
    found = budget(name, on=on, since=since, **EXAMPLES[name])
    assert found.low <= found.high
    assert found.finite == bool(found.terms)
    assert [bool(found.never), bool(found.unknown), found.finite].count(True) == 1
    assert all(term.text and term.source for term in (*found.terms, *found.beside))


@given(
    name=NAMES,
    probe=PROBES,
    field=st.sampled_from(["initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold"]),
    more=SECONDS,
)
def test_a_larger_number_in_a_probe_never_makes_healing_faster(
    name: str, probe: dict[str, Any], field: str, more: int
) -> None:
    """Neither end falls."""
    small, large = (
        budget(name, on=probed(each), **EXAMPLES[name]) for each in (probe, {**probe, field: probe[field] + more})
    )
    assert small.low <= large.low
    assert small.high <= large.high


@given(name=NAMES, since=SINCE, less=st.fixed_dictionaries({}, optional=LESS))
def test_shorter_timers_never_make_the_most_longer(name: str, since: str, less: dict[str, float]) -> None:
    """Compressed timers among them; a toleration or a back-off that is shorter ends no later."""
    usual = budget(name, since=since, **EXAMPLES[name])
    for timers in (COMPRESSED, msgspec.structs.replace(DEFAULT, **less)):
        found = budget(name, timers=timers, since=since, **EXAMPLES[name])
        assert found.finite == usual.finite
        assert found.high <= usual.high


@given(terms=st.lists(TERMS, min_size=1), more=TERMS)
def test_one_more_term_never_shortens_a_budget(terms: list[Term], more: Term) -> None:
    """Nothing that must happen as well makes it faster."""
    found, longer = (Budget(fault="f", of="deployment/web", terms=each) for each in (terms, [*terms, more]))
    assert found.low <= longer.low
    assert found.high <= longer.high


@given(
    ends=st.tuples(st.floats(0, 1e3), st.floats(0, 1e3)).map(sorted), value=st.floats(0, 2e3), error=st.floats(0, 10)
)
def test_a_measure_is_outside_only_where_its_whole_error_bar_is(ends: list[float], value: float, error: float) -> None:
    """The benefit of the doubt is the measure's."""
    found = compare(Budget(fault="f", of="o", terms=[Term("t", *ends, "s")]), value, error)
    touches = value - error <= ends[1] and value + error >= ends[0]
    assert (found.place is Place.INSIDE) is touches


@given(low=st.floats(0, 1e3), less=st.floats(0.001, 1e3))
def test_a_term_that_ends_before_it_begins_is_refused(low: float, less: float) -> None:
    """Such a budget would contain nothing."""
    with pytest.raises(ValueError, match="no interval of time"):
        Term("t", low + less, low, "s")
