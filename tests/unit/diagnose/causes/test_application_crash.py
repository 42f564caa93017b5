"""When a program that ends by itself is named."""

from __future__ import annotations

import pytest

from diagnose.asked import first, named, suspicions
from diagnose.scenes import (
    NAMESPACE,
    ago,
    changed,
    container,
    crashing,
    deployment,
    ended,
    event,
    log,
    node,
    pod,
    running,
    scene,
    unready,
)


def test_a_crash_loop_is_named_with_the_last_line_of_its_log() -> None:
    """The workload is named, its exit code and what it said last are the evidence."""
    one = pod("web-1", status=unready(crashing(3)))
    found = first(scene(deployment(one), node(), logs=[log("web-1", "starting", "FATAL: no licence", previous=True)]))
    assert (found.cause, found.layer, found.object) == ("application-crash", "application", "deployment/web")
    assert found.confidence >= 0.8
    assert "exit code 3" in found.evidence[0]
    assert any("no licence" in each for each in found.evidence)


@pytest.mark.parametrize("exit_code", [0, 1, 139, 255])
def test_every_way_to_end_by_itself_counts(exit_code: int) -> None:
    """An error, a segmentation fault, and a program that is over too early."""
    one = pod("web-1", status=unready(crashing(exit_code)))
    assert named(scene(deployment(one), node())) == ["application-crash"]


def test_a_container_that_crashes_between_short_runs_counts_while_it_runs() -> None:
    """Seen in the two seconds in which it runs, it is crashing all the same."""
    status = running(since_seconds=2, restartCount=5, lastState=ended(1, lived=3, ago_seconds=30))
    assert named(scene(deployment(pod("web-1", status={"containerStatuses": [status]})), node())) == [
        "application-crash"
    ]


def test_an_end_by_signal_from_outside_is_less_sure() -> None:
    """Exit code 137 without a probe and without OOMKilled: somebody else ended it."""
    found = suspicions(scene(deployment(pod("web-1", status=unready(crashing(137)))), node()), "application-crash")
    assert [each.confidence for each in found] == [0.5]
    assert found[0].contradicts


def test_a_container_that_its_probe_ended_did_not_crash() -> None:
    """The kubelet's Killing tells who ended it."""
    one = pod(
        "web-1", status=unready(crashing(143)), containers=[container(livenessProbe={"tcpSocket": {"port": 8080}})]
    )
    told = event(one, "Killing", "Container main failed liveness probe, will be restarted")
    assert suspicions(scene(deployment(one), node(), told), "application-crash") == []


def test_a_container_of_old_that_went_well_did_not_crash() -> None:
    """An init container that is done has ended with 0."""
    status = {"initContainerStatuses": [{**crashing(0), "state": ended(0, reason="Completed")}]}
    assert suspicions(scene(deployment(pod("web-1", status=status)), node()), "application-crash") == []


def test_a_job_that_gave_up_has_crashed() -> None:
    """Its condition says that the limit of tries is reached; its pods' exit codes tell that the program failed."""
    meta = {"name": "import", "namespace": NAMESPACE, "uid": "uid-import", "creationTimestamp": ago(600)}
    condition = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "limit reached"}
    job = {"kind": "Job", "metadata": meta, "spec": {}, "status": {"failed": 2, "conditions": [condition]}}
    owner = {"kind": "Job", "name": "import", "uid": "uid-import", "controller": True}
    failed = pod(
        "import-1",
        restartPolicy="Never",
        status={"phase": "Failed", "containerStatuses": [{"name": "main", "state": ended(2)}]},
    )
    failed = changed(failed, {"metadata": {"ownerReferences": [owner]}})
    found = first(scene(job, failed, node()))
    assert (found.cause, found.object) == ("application-crash", "job/import")
    assert found.confidence >= 0.8
