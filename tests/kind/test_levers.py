from __future__ import annotations

from collections.abc import Iterator

import pytest
from real_runs import Ground

from harness.machine.clock import wait_until
from harness.model.cluster import CONTROL_PLANE_PARTS, ClusterRecord, Down, Outage
from harness.model.errors import ClusterBroken
from harness.providers.kind import KindProvider
from harness.providers.kind_outages import KUBECTL
from harness.providers.lease import lease

pytestmark = [pytest.mark.kind, pytest.mark.slow]

PROVIDER = KindProvider()
TRACES = "ls -A /var/lib/healproof 2>/dev/null; systemctl list-units --all --plain --no-legend 'healproof-*'"


@pytest.fixture(scope="module")
def record(kind_ground: Ground) -> Iterator[ClusterRecord]:
    """The kind cluster of all runs, held alone."""
    with lease(kind_ground.record, exclusive=True):
        yield kind_ground.record


@pytest.fixture(autouse=True)
def _whole(record: ClusterRecord) -> Iterator[None]:
    """Each test finds everything running, and leaves it so, without a trace on the control-plane node."""
    settled(record)
    yield
    settled(record)
    assert run(record, "sh", "-c", TRACES) == ""


def settled(record: ClusterRecord) -> None:
    """The parts that ended for want of the one that was down are the kubelet's to start again, with its back-off."""
    wait_until(lambda: PROVIDER.down_now(record) == [], timeout_seconds=120, every_seconds=0.5)
    assert PROVIDER.down_now(record) == []


def run(record: ClusterRecord, *words: str) -> str:
    return PROVIDER.node_exec(record, record.nodes[0], words, timeout_seconds=30).text


def is_ready(record: ClusterRecord, node: str) -> bool:
    path = '-o=jsonpath={.status.conditions[?(@.type=="Ready")].status}'
    return run(record, *KUBECTL, "get", "node", node, path) == "True"


@pytest.mark.parametrize("how", list(Outage))
def test_a_node_that_is_taken_down_is_not_ready_until_it_is_restored(record: ClusterRecord, how: Outage) -> None:
    """The control plane notices each kind of outage, and the node is Ready again after the restore; both twice."""
    node = record.nodes[-1]
    for _ in range(2):
        PROVIDER.halt_node(record, node, how)
    assert PROVIDER.down_now(record) == [Down("node", node, "paused" if how is Outage.PAUSED else "stopped")]
    with pytest.raises(ClusterBroken, match=node):
        PROVIDER.node_exec(record, node, ["true"], timeout_seconds=10)
    assert wait_until(lambda: not is_ready(record, node), timeout_seconds=60)
    for _ in range(2):
        PROVIDER.restore_node(record, node)
    assert wait_until(lambda: is_ready(record, node), timeout_seconds=90)


@pytest.mark.parametrize("part", CONTROL_PLANE_PARTS)
@pytest.mark.parametrize("how", [Outage.STOPPED, Outage.PAUSED])
def test_a_part_is_down_until_it_is_restored(record: ClusterRecord, part: str, how: Outage) -> None:
    """A part that is stopped or frozen is seen to be so, and runs again after the restore; both twice."""
    manifest = f"/etc/kubernetes/manifests/{part}.yaml"
    before = run(record, "sha256sum", manifest)
    for _ in range(2):
        PROVIDER.halt_part(record, part, how, limit_seconds=300)
    assert Down("part", part, str(how)) in PROVIDER.down_now(record)
    for _ in range(2):
        PROVIDER.restore_part(record, part)
    assert run(record, "sha256sum", manifest) == before


def test_a_part_that_is_killed_is_restarted_by_the_kubelet(record: ClusterRecord) -> None:
    """A killed scheduler runs again with another process, whether anybody restores it or not."""
    before = run(record, "pgrep", "-x", "kube-scheduler")
    PROVIDER.halt_part(record, "kube-scheduler", Outage.KILLED, limit_seconds=300)
    assert wait_until(lambda: PROVIDER.down_now(record) == [], timeout_seconds=60)
    assert run(record, "pgrep", "-x", "kube-scheduler") != before
    PROVIDER.restore_part(record, "kube-scheduler")


@pytest.mark.parametrize("how", [Outage.STOPPED, Outage.PAUSED])
def test_a_part_comes_back_by_itself_when_its_time_is_over(record: ClusterRecord, how: Outage) -> None:
    """With the harness dead, the node itself brings the scheduler back after the limit."""
    PROVIDER.halt_part(record, "kube-scheduler", how, limit_seconds=3)
    assert wait_until(lambda: PROVIDER.down_now(record) == [], timeout_seconds=60)
    assert wait_until(lambda: run(record, "sh", "-c", TRACES) == "", timeout_seconds=10)


def test_an_unknown_part_is_refused(record: ClusterRecord) -> None:
    """A part that no control plane has is an error, not silence."""
    with pytest.raises(ClusterBroken, match="kubelet"):
        PROVIDER.halt_part(record, "kubelet", Outage.KILLED, limit_seconds=60)
