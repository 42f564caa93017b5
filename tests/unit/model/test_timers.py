"""Timers from what clusters say: flags in Go's own way to write a duration, a KubeletConfiguration, or nothing."""

from __future__ import annotations

import pytest

from harness.model.timers import DEFAULT, TIMERS, Timers, seconds_of, timers_of
from harness.observe.timers import shape_timers
from harness.providers.kind_timers import kind_timers, timers_names
from harness.providers.kwok_shape import load_shape


def test_each_timer_has_its_default_and_its_place() -> None:
    """What is not said is Kubernetes' own value, and the source says so."""
    assert {name: getattr(DEFAULT, name) for name in TIMERS} == {n: t.default_seconds for n, t in TIMERS.items()}
    assert DEFAULT.source("node_monitor_period") == "kube-controller-manager --node-monitor-period=5s, default"
    assert DEFAULT.source("node_lease_duration") == "kubelet nodeLeaseDurationSeconds=40, default"


def test_a_source_tells_what_the_cluster_said_from_what_a_file_says() -> None:
    """Read, or from the origin, or default."""
    read = Timers(node_monitor_period=1, read=["node_monitor_period"])
    assert read.source("node_monitor_period").endswith("=1s, read from the cluster")
    assert Timers(node_monitor_period=1, origin="a file").source("node_monitor_period").endswith("=1s, a file")


@pytest.mark.parametrize(
    ("written", "seconds"), [("50s", 50), ("1m0s", 60), ("1h1m1s", 3661), ("500ms", 0.5), ("300", 300), (8, 8)]
)
def test_a_duration_is_read_as_go_writes_it(written: object, seconds: float) -> None:
    """Or a bare number of seconds, as some flags have it."""
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["", "soon", "5 s", "5sx"])
def test_what_is_no_duration_is_no_timer(written: str) -> None:
    """It is refused, not guessed."""
    with pytest.raises(ValueError, match="could not convert"):
        seconds_of(written)


def test_flags_count_only_for_their_own_program() -> None:
    """Scheduler and controller manager have leases of their own by the same flag."""
    flag = {"leader-elect-lease-duration": "8s", "node-monitor-period": "1s", "profiling": "false"}
    assert timers_of({"kube-scheduler": flag}, {}) == {"scheduler_lease_duration": 8}
    found = timers_of({"kube-controller-manager": flag}, {})
    assert found == {"leader_lease_duration": 8, "node_monitor_period": 1}


@pytest.mark.parametrize(
    ("kubelet", "initial", "most"),
    [
        ({}, 10, 300),
        ({"crashLoopBackOff": {"maxContainerRestartPeriod": "5m0s"}}, 10, 300),
        ({"crashLoopBackOff": {"maxContainerRestartPeriod": "4s"}}, 4, 4),
        ({"featureGates": {"ReduceDefaultCrashLoopBackOffDecay": True}}, 1, 60),
        (
            {
                "featureGates": {"ReduceDefaultCrashLoopBackOffDecay": True},
                "crashLoopBackOff": {"maxContainerRestartPeriod": "10s"},
            },
            1,
            10,
        ),
    ],
)
def test_back_offs_follow_gate_and_configuration(kubelet: dict[str, object], initial: float, most: float) -> None:
    """As newCrashLoopBackOff of pkg/kubelet/kubelet.go puts them together."""
    found = Timers(**timers_of({}, kubelet))  # type: ignore[arg-type]
    assert (found.crash_loop_initial, found.crash_loop_max) == (initial, most)


def test_the_shipped_timers_are_read_from_their_files() -> None:
    """The default changes nothing; the compressed ones are shorter, each of them."""
    assert timers_names() == ["compressed", "default"]
    assert kind_timers("default") == DEFAULT
    found = kind_timers("compressed")
    assert (found.node_monitor_grace_period, found.node_lease_duration, found.unreachable_toleration) == (12, 8, 8)
    assert all(getattr(found, name) < timer.default_seconds for name, timer in TIMERS.items())


def test_a_kwok_cluster_has_the_timers_of_its_shape() -> None:
    """And no kubelet."""
    found = shape_timers(load_shape("compressed"), "compressed")
    assert (found.node_monitor_grace_period, found.node_lease_duration, found.unreachable_toleration) == (8, 8, 10)
    assert found.simulated
    assert shape_timers(load_shape("default"), "default").node_monitor_grace_period == 50
