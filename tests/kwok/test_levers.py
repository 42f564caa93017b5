from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from harness.kube.client import Client
from harness.machine.clock import wait_until
from harness.machine.progress import Silent
from harness.model.cluster import CONTROL_PLANE_PARTS, ClusterRecord, Down, Outage
from harness.model.errors import ClusterBroken
from harness.providers import catalogue
from harness.providers.kwok import KwokProvider
from harness.providers.kwok_outages import DEADMAN, part_identity
from harness.providers.processes import running, with_argument_below

pytestmark = pytest.mark.kwok

PROVIDER = KwokProvider()
NAME = "kube-levers"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterRecord]:
    """A cluster of this module's own, in a state folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield catalogue.up("kwok", "compressed", name=NAME, progress=Silent())
        catalogue.down(NAME)


@pytest.fixture(autouse=True)
def _whole(record: ClusterRecord) -> Iterator[None]:
    """Each test finds everything running, and leaves it so."""
    assert PROVIDER.down_now(record) == []
    yield
    assert PROVIDER.down_now(record) == []
    assert PROVIDER.alive(record)


def deadmen(record: ClusterRecord) -> list[tuple[str, ...]]:
    folder = Path(record.facts["folder"])
    return [words for words in with_argument_below(folder).values() if DEADMAN in words]


def is_ready(record: ClusterRecord, node: str) -> bool:
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    status = msgspec.json.decode(client.request("GET", f"/api/v1/nodes/{node}"))["status"]
    client.close()
    return {"Ready": "True"} in [{each["type"]: each["status"]} for each in status["conditions"]]


@pytest.mark.parametrize("how", list(Outage))
def test_a_node_that_is_taken_down_is_not_ready_until_it_is_restored(record: ClusterRecord, how: Outage) -> None:
    """The node controller notices each kind of outage, and the node is Ready again after the restore; both twice."""
    for _ in range(2):
        PROVIDER.halt_node(record, "node-2", how)
    assert PROVIDER.down_now(record) == [Down("node", "node-2", "stopped")]
    assert wait_until(lambda: not is_ready(record, "node-2"), timeout_seconds=30)
    for _ in range(2):
        PROVIDER.restore_node(record, "node-2")
    assert wait_until(lambda: is_ready(record, "node-2"), timeout_seconds=30)


@pytest.mark.parametrize("how", [Outage.KILLED, Outage.PAUSED])
@pytest.mark.parametrize("part", CONTROL_PLANE_PARTS)
def test_a_part_is_down_until_it_is_restored(record: ClusterRecord, part: str, how: Outage) -> None:
    """A part that is killed or frozen is seen to be down, and runs again after the restore; both twice."""
    for _ in range(2):
        PROVIDER.halt_part(record, part, how, limit_seconds=60)
    seen = [down for down in PROVIDER.down_now(record) if down.name == part]
    assert seen == [Down("part", part, "paused" if how is Outage.PAUSED else "stopped")]
    for _ in range(2):
        PROVIDER.restore_part(record, part)
    assert deadmen(record) == []


def test_a_part_that_was_told_to_end_ends_in_order(record: ClusterRecord) -> None:
    """The scheduler says in its log that it was asked to end."""
    PROVIDER.halt_part(record, "kube-scheduler", Outage.STOPPED, limit_seconds=60)
    assert not running(part_identity(record, "kube-scheduler"))
    PROVIDER.restore_part(record, "kube-scheduler")


def test_a_frozen_part_goes_on_by_itself_when_its_time_is_over(record: ClusterRecord) -> None:
    """With the harness dead, a frozen scheduler is thawed after its limit by the process beside it."""
    PROVIDER.halt_part(record, "kube-scheduler", Outage.PAUSED, limit_seconds=1)
    assert [down.how for down in PROVIDER.down_now(record)] == ["paused"]
    assert wait_until(lambda: PROVIDER.down_now(record) == [], timeout_seconds=5)
    PROVIDER.restore_part(record, "kube-scheduler")


def test_controllers_that_ended_without_an_api_server_come_back_with_it(record: ClusterRecord) -> None:
    """A controller that gave up because it lost its lease is started again, one that was halted on purpose is not."""
    PROVIDER.halt_part(record, "kube-scheduler", Outage.KILLED, limit_seconds=60)
    os.kill(part_identity(record, "kube-controller-manager").pid, 9)
    PROVIDER.halt_part(record, "etcd", Outage.KILLED, limit_seconds=60)
    PROVIDER.restore_part(record, "etcd")
    assert [down.name for down in PROVIDER.down_now(record)] == ["kube-scheduler"]
    PROVIDER.restore_part(record, "kube-scheduler")


def test_a_restarted_part_is_known_to_whoever_holds_an_old_record(record: ClusterRecord) -> None:
    """The record does not change when a part gets a new process, so journals still name the same cluster."""
    before = part_identity(record, "kube-scheduler")
    PROVIDER.halt_part(record, "kube-scheduler", Outage.KILLED, limit_seconds=60)
    PROVIDER.restore_part(record, "kube-scheduler")
    assert part_identity(record, "kube-scheduler") != before
    assert catalogue.load_record(NAME) == record


def test_an_unknown_node_or_part_is_refused(record: ClusterRecord) -> None:
    """A name that the cluster does not have is an error, not silence."""
    with pytest.raises(ClusterBroken, match="node-99"):
        PROVIDER.halt_node(record, "node-99", Outage.KILLED)
    with pytest.raises(ClusterBroken, match="kubelet"):
        PROVIDER.halt_part(record, "kubelet", Outage.KILLED, limit_seconds=60)


def test_down_ends_restarted_parts_and_those_who_would_thaw_them() -> None:
    """Nothing of a cluster outlives `down`: no frozen part, no restarted one, no process that waits to thaw one."""
    other = catalogue.up("kwok", "compressed", name=f"{NAME}-b", progress=Silent())
    PROVIDER.halt_part(other, "kube-scheduler", Outage.KILLED, limit_seconds=60)
    PROVIDER.restore_part(other, "kube-scheduler")
    PROVIDER.halt_part(other, "kube-scheduler", Outage.PAUSED, limit_seconds=600)
    restarted = part_identity(other, "kube-scheduler")
    # a program that was just started shows its arguments a moment after its parent goes on
    assert wait_until(lambda: len(deadmen(other)) == 1, timeout_seconds=5)
    catalogue.down(other.name)
    assert not running(restarted)
    assert wait_until(lambda: deadmen(other) == [], timeout_seconds=5)
