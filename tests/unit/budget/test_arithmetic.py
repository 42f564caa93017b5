"""Budgets against examples added up by hand, each with where its numbers come from."""

from __future__ import annotations

from typing import Any

import pytest

from harness.budget.container_exit import backoffs
from harness.model.timers import DEFAULT

from .cases import COMPRESSED, LIVENESS, READINESS, budget, disruption_budget, ends, fault, workload

STATEFUL, DAEMON = workload("StatefulSet"), workload("DaemonSet")
PUSHED = {"readinessProbe": {**READINESS, "initialDelaySeconds": 12, "successThreshold": 2, "timeoutSeconds": 3}}
CLAIM = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}


def tolerating(seconds: int) -> dict[str, Any]:
    toleration = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute", "tolerationSeconds": seconds}
    return workload(pod={"tolerations": [{"operator": "Exists", **toleration}]})


@pytest.mark.parametrize(
    ("on", "fields", "expected"),
    [
        # 1 s for the ReplicaSet controller, 5 s start-up SLO, 1 s period and 1 s timeout of the readiness probe
        (workload(), {}, (0, 8)),
        # 12 s initial delay, less the second that a start time is cut to (kubelet, normalizeStatus); 2 periods, 3 s
        (workload(probes=PUSHED), {}, (11, 1 + 5 + 12 + 2 + 3)),
        # no probe: ready once it runs
        (workload(probes={}), {}, (0, 6)),
        # a StatefulSet first waits for the old pod: 5 s grace and 3 s to report it
        (STATEFUL, {}, (0, 8 + 8)),
        # so does a DaemonSet: podsShouldBeOnNode counts a terminating pod as there (daemon_controller.go)
        (DAEMON, {}, (0, 8 + 8)),
        # a forced deletion removes the object at once
        (STATEFUL, {"grace": "0s"}, (0, 1 + 8)),
        (STATEFUL, {"grace": "20s"}, (0, 23 + 8)),
    ],
)
def test_a_lost_pod_takes_its_stop_where_the_controller_waits_its_start_and_its_probe(
    on: dict[str, Any], fields: dict[str, Any], expected: tuple[float, float]
) -> None:
    """Replacement is stop, reaction, start and readiness, each from the manifest or Kubernetes' own promise."""
    assert ends(budget("pod-delete", on=on, **fields)) == expected


def test_a_workload_that_starts_slower_than_kubernetes_promises_gets_half_as_much_again_as_it_took() -> None:
    """The measured 20 s of the baseline allow 30 s; a fast one does not shorten the promise."""
    assert ends(budget("pod-delete", startup=20.0)) == (0, 1 + 30)
    assert ends(budget("pod-delete", startup=1.0)) == (0, 8)
    assert "20.0 s" in budget("pod-delete", startup=20.0).terms[1].source


def test_a_hung_container_is_noticed_between_one_period_less_and_all_of_them_and_a_timeout() -> None:
    """Threshold 3, period 10 s, timeout 1 s (the API server's defaults): 20 to 31 s (kubelet, prober/worker.go)."""
    found = budget("container-pause", on=workload(probes={"livenessProbe": LIVENESS}))
    noticed, killed = found.terms[0], found.terms[1]
    assert (noticed.low, noticed.high) == (20, 31)
    assert "periodSeconds=10" in noticed.source
    assert "failureThreshold=3" in noticed.source
    # a stopped process uses all of its grace period of 5 s
    assert (killed.low, killed.high) == (5, 8)
    assert ends(found) == (25, 31 + 8 + 5)


def test_a_probe_says_for_itself_how_long_its_victim_may_take() -> None:
    """A grace period of the liveness probe's own overrides the pod's (KEP-2238)."""
    probe = {**LIVENESS, "terminationGracePeriodSeconds": 1}
    assert budget("container-pause", on=workload(probes={"livenessProbe": probe})).terms[1].low == 1


def test_restarts_in_a_row_wait_twice_as_long_each_time() -> None:
    """0, 10, 20 … 300 s by default (kubelet.go); 1 to 10 s where the gate and the configuration say so."""
    assert backoffs(DEFAULT) == [0, 10, 20, 40, 80, 160, 300]
    assert backoffs(COMPRESSED) == [0, 1, 2, 4, 8, 10]


@pytest.mark.parametrize(
    ("fields", "replicas", "low", "high"),
    [
        # relist 1 s, no wait, start 5 s, probe 2 s
        ({}, 3, 0, 8),
        # the third restart of the only pod waits 20 s, looked at up to half as late again (pod_workers.go)
        ({"every": "60s", "times": 3}, 1, 20, 20 + 10 + 8),
        # of three pods it may be another one each time
        ({"every": "60s", "times": 3}, 3, 0, 20 + 10 + 8),
    ],
)
def test_a_container_that_ends_waits_for_its_back_off(
    fields: dict[str, Any], replicas: int, low: float, high: float
) -> None:
    """The number of rounds says which back-off it is."""
    assert ends(budget("container-kill", on=workload(replicas=replicas), **fields)) == (low, high)


@pytest.mark.parametrize("name", ["node-down", "node-partition", "node-service-stop"])
def test_a_lost_node_is_noticed_tolerated_and_left(name: str) -> None:
    """Grace 50 s, lease renewed each 10 s and up to 4 % late, looked at each 5 s at both ends; then 300 s.

    pkg/controller/nodelifecycle: the time counts from the look that saw the last renewal.
    """
    low, high = 50 - 40 / 4 * 1.04 + 300, 50 + 2 * 5 + 1 + 302 + 8
    assert ends(budget(name)) == (round(low, 3), high) == (339.6, 371)
    assert ends(budget(name, timers=COMPRESSED)) == (round(12 - 2.08 + 8, 3), 12 + 2 + 1 + 10 + 8)


def test_a_pods_own_toleration_counts_before_the_api_servers_default() -> None:
    """With tolerationSeconds 30 it is 30 s, not 300."""
    found = budget("node-down", on=tolerating(30))
    assert found.terms[1].low == 30
    assert found.terms[1].source == "tolerationSeconds=30"


def test_a_kubelet_says_itself_that_its_runtime_is_gone() -> None:
    """Silent for 30 s, looked at each 5 s, reported each 10 s (kubelet.go), and no grace of the node controller."""
    noticed = budget("node-service-stop", service="containerd").terms[0]
    assert (noticed.low, round(noticed.high, 1)) == (25, 30 + 5 + 10.4 + 5 + 1)


def test_a_volume_is_detached_by_force() -> None:
    """Six minutes, and up to one more until it is looked at (KEP-2268)."""
    assert budget("node-down", on=workload(pod=CLAIM)).high - budget("node-down").high == 360 + 60


def test_nodes_are_evicted_one_after_another() -> None:
    """0.1 nodes a second: the second of two waits 10 s."""
    two = [fault("node-down", node="a"), fault("node-down", node="b")]
    assert budget(two, zones={"": 10}).high - budget("node-down").high == 10


def test_orphans_of_a_deleted_node_are_collected_whatever_the_timers() -> None:
    """Looked for each 20 s, quarantined 40 s: between 40 and 80 s, and 2 s to delete them (gc_controller.go)."""
    assert ends(budget("node-delete")) == ends(budget("node-delete", timers=COMPRESSED)) == (40, 82 + 8)


@pytest.mark.parametrize(
    ("written", "rounds"), [({"minAvailable": 2}, 3), ({"maxUnavailable": "50%"}, 2), ({"minAvailable": "1%"}, 2)]
)
def test_a_drain_takes_as_many_rounds_as_its_disruption_budget_makes_it(written: dict[str, Any], rounds: int) -> None:
    """Percentages are rounded up (disruption.go); each round but the last waits for 8 s of replacement."""
    found = budget("node-drain", disruption_budget(**written))
    assert ends(found) == (0, 8)
    assert [(term.low, term.high) for term in found.beside] == [(0, (rounds - 1) * 8)]


@pytest.mark.parametrize(("part", "lease", "retry"), [("kube-scheduler", 15, 2), ("kube-controller-manager", 15, 2)])
def test_a_part_of_the_control_plane_leads_again_after_its_lease(part: str, lease: float, retry: float) -> None:
    """15 s and one try, which is put off by up to 1.2 times its 2 s: below 20 s; then 10 s to be ready."""
    found = budget([fault("component-down", part=part), fault("pod-delete", after="1s")], since="undo")
    assert found.terms[0].high == lease + retry * 2.2 < 20
    assert ends(found) == (0, round(19.4 + 10 + 8, 3))


def test_a_refused_pod_is_tried_again_within_a_thousand_seconds() -> None:
    """5 ms doubled up to 1000 s, 16 min 40 s (client-go work queues, kubernetes/kubernetes#98656)."""
    found = budget([fault("quota-exhausted"), fault("pod-delete", after="1s")], since="undo")
    assert ends(found) == (0, 1000 + 8)


def test_a_pod_without_room_is_tried_again_within_its_back_off() -> None:
    """1 s doubled up to 10 s, looked at each second (scheduling_queue.go)."""
    assert ends(budget("node-cordon", since="undo")) == (0, 11)


def test_a_stall_shorter_than_the_nodes_grace_costs_no_node() -> None:
    """Below 39.6 s (50 less a lease of 10.4) the clients come back; from 41 s on nodes report again (#121793)."""
    short, long = (
        budget("component-down", part="etcd", how="paused", since="undo", **{"for": f}) for f in ("8s", "41s")
    )
    assert ends(short) == (0, 30)
    assert ends(long) == (0, round(30 + 10.4 + 5 + 10, 3))


def test_a_blocked_roll_out_is_put_back_without_a_new_pod_where_none_was_taken_away() -> None:
    """maxUnavailable 0: two reactions. With 1 of 3 away: one round of reaction, start and probe more.

    A kept pod may be younger than minReadySeconds, and until then nothing is removed (deployment/rolling.go).
    """
    kept = workload(strategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}})
    taken = workload(strategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}})
    assert ends(budget("probe-fail", on=kept, probe="readiness", since="undo")) == (0, 2)
    assert ends(budget("probe-fail", on=taken, probe="readiness", since="undo")) == (0, 2 + 8)
    young = workload(strategy=kept["spec"]["strategy"], minReadySeconds=10)
    assert ends(budget("probe-fail", on=young, probe="readiness", since="undo")) == (0, 2 + 10)


def test_a_roll_out_whose_pods_run_for_a_while_may_have_to_be_put_back_whole() -> None:
    """25 % of 3 pods: one surges, none is away, so three rounds."""
    assert ends(budget("crash-loop", since="undo")) == (0, 2 + 3 * 8)


def test_a_roll_out_is_flagged_at_its_deadline() -> None:
    """600 s unless the Deployment, or the fault, says otherwise."""
    assert budget("probe-fail", probe="readiness").beside[0].low == 600
    assert budget("rollout-stuck", **{"progress-deadline": "12s"}).beside[0].low == 12


def test_a_fault_that_nothing_heals_is_over_when_it_was_undone() -> None:
    """With `for` it lasts that long and then takes what its undo takes."""
    assert ends(budget("probe-fail", probe="readiness", **{"for": "20s"})) == (20, 22)
