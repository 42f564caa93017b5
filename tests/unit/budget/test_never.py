"""What never heals, and what nothing is known of: both are answers, with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from harness.budget.family import FAMILIES
from harness.registry import FAULTS

from .cases import COMPRESSED, LIVENESS, READINESS, budget, disruption_budget, fault, workload

FOREVER = {"tolerations": [{"key": "node.kubernetes.io/unreachable", "operator": "Exists"}]}
EVERYTHING = {"tolerations": [{"operator": "Exists"}]}


@pytest.mark.parametrize(
    ("name", "on", "fields", "reason"),
    [
        ("node-down", workload("StatefulSet"), {}, "by design"),
        ("node-down", workload("DaemonSet"), {}, "no other node"),
        ("node-down", workload(pod=FOREVER), {}, "tolerate"),
        ("node-down", workload(pod=EVERYTHING), {}, "tolerate"),
        ("node-delete", workload("DaemonSet"), {}, "no other node"),
        ("node-taint", workload("DaemonSet"), {"effect": "NoExecute"}, "no other node"),
        ("pod-orphan", workload("StatefulSet"), {}, "a name that is taken"),
        ("container-pause", workload(), {}, "without a liveness probe"),
        ("probe-fail", workload(), {"probe": "readiness"}, "only flagged"),
        ("unschedulable", workload("DaemonSet"), {"why": "cpu"}, "nobody puts the template back"),
        ("quota-exhausted", workload(), {}, "refused"),
        ("component-down", workload(), {"part": "kube-scheduler"}, "nothing that is lost is replaced"),
    ],
)
def test_what_kubernetes_does_not_heal_is_never(
    name: str, on: dict[str, Any], fields: dict[str, Any], reason: str
) -> None:
    """Whatever the timers."""
    for timers in (None, COMPRESSED):
        found = budget(name, on=on, **fields, **({"timers": timers} if timers else {}))
        assert reason in found.never
        assert not found.finite


def test_a_disruption_budget_of_nothing_blocks_a_drain_for_ever() -> None:
    """minAvailable as many as there are."""
    assert "waits for ever" in budget("node-drain", disruption_budget(minAvailable=3)).never
    assert "waits for ever" in budget("pod-evict", disruption_budget(maxUnavailable="0%")).never


@pytest.mark.parametrize(
    ("lost", "zones", "never"),
    [
        (3, {"": 5}, True),  # 60 % of a zone, more than two
        (2, {"": 3}, False),  # 67 %, but not more than two
        (3, {"": 6}, False),  # 50 %
        (3, {"a": 10, "b": 5}, True),  # the zone of five may be theirs
        (3, {"": 3}, True),  # all of them
        (60, {"": 100}, False),  # a large zone goes on, slowly
        (3, {}, False),  # not known
    ],
)
def test_nothing_is_evicted_where_most_of_a_zone_is_lost(lost: int, zones: dict[str, int], never: bool) -> None:
    """At least 3 nodes and 55 % of a zone of up to 50 nodes (node_lifecycle_controller.go, ComputeZoneState)."""
    found = budget([fault("node-down", node=f"node-{number}") for number in range(lost)], zones=zones)
    assert bool(found.never) is never


def test_a_large_unhealthy_zone_is_evicted_ten_times_slower() -> None:
    """0.01 nodes a second."""
    many = [fault("node-down", node=f"node-{number}") for number in range(60)]
    assert budget(many, zones={"": 100}).high > 5900


def test_what_comes_in_the_way_of_healing_counts_before_it() -> None:
    """A lost pod without a scheduler is never replaced, although alone it would be."""
    together = [fault("component-down", part="kube-scheduler"), fault("pod-delete", after="1s")]
    assert "kube-scheduler" in budget(together).never


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([fault("dns-down")], "no timer of Kubernetes"),
        ([fault("pod-delete", select="app=db")], "another workload"),
        ([fault("probe-fail", probe="readiness", of="deployment/db")], "another workload"),
        ([fault("pod-delete"), fault("container-kill")], "several kinds of damage"),
        ([fault("node-down", **{"for": "20s"})], "may be back"),
        ([fault("one-of", choices=[{"pod-delete": {"select": "app=web"}}] * 2)], "is not known before"),
    ],
)
def test_what_no_timer_says_is_unknown_and_no_guess(faults: list[Any], reason: str) -> None:
    """With the reason."""
    assert reason in budget(faults).unknown


@pytest.mark.parametrize("way", ["tcpSocket", "exec"])
def test_a_probe_that_a_stopped_process_may_pass_predicts_nothing(way: str) -> None:
    """The kernel accepts connections for it, and an exec probe starts a process of its own."""
    probe = {key: value for key, value in LIVENESS.items() if key != "httpGet"} | {way: {}}
    assert "depends on" in budget("container-pause", on=workload(probes={"livenessProbe": probe})).unknown


def test_volumes_that_may_not_move_make_a_drain_unknown() -> None:
    """Whether they are bound to a node is not in the manifests."""
    on = workload(
        "StatefulSet", volumeClaimTemplates=[{"metadata": {"name": "data"}}], probes={"readinessProbe": READINESS}
    )
    assert "volumes" in budget("node-drain", on=on).unknown


def test_every_fault_names_a_family_that_there_is_and_every_family_is_named() -> None:
    """A misspelt family would be no budget, without a word."""
    named = {kind.budget for kind in FAULTS.values() if kind.budget and kind.__module__.startswith("harness.")}
    assert named == set(FAMILIES)
