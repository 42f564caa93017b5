"""Promise: an API server that turns requests away is named; an eviction that a budget forbids is not."""

from __future__ import annotations

from diagnose.asked import first, named
from diagnose.scenes import deployment, event, node, pod, scene
from harness.model.scene import Look

LATE = Look(kind="api-health", about="control-plane", facts={"readyz": "ok", "latency-seconds": "3.4"})
AWAY = "Error creating: the server has received too many requests and has asked us to try again later"


def test_a_late_answer_alone_does_not() -> None:
    """The machine that asks may be the busy one."""
    assert named(scene(node(), deployment(pod("web-1")), looks=[LATE])) == []


def test_a_late_answer_makes_it_surer() -> None:
    """Both together."""
    web = pod("web-1")
    found = scene(node(), deployment(web), event(web, "FailedCreate", AWAY), looks=[LATE])
    assert first(found).confidence > 0.8


def test_requests_that_were_turned_away_suspect_it() -> None:
    """Controllers quote the refusal."""
    web = pod("web-1")
    assert named(scene(node(), deployment(web), event(web, "FailedCreate", AWAY))) == ["api-overloaded"]


def test_an_eviction_that_a_budget_forbids_is_another_429() -> None:
    """The status code is the same, the reason is not."""
    web = pod("web-1")
    words = "Cannot evict pod as it would violate the pod's disruption budget: too many requests"
    assert "api-overloaded" not in named(scene(node(), deployment(web), event(web, "EvictionFailed", words)))
