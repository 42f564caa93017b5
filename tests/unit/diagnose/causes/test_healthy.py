"""Where nothing is wrong nothing is named, whatever the past was."""

from __future__ import annotations

import pytest

from diagnose.asked import named, suspicions
from diagnose.scenes import (
    Document,
    ago,
    changed,
    container,
    crashing,
    deployment,
    ended,
    endpoints,
    event,
    keys,
    node,
    pod,
    ready,
    running,
    scene,
    service,
    statefulset,
    unready,
)
from harness.registry import CAUSES

PROBES = {
    "readinessProbe": {"httpGet": {"port": 8080, "path": "/ready"}},
    "livenessProbe": {"tcpSocket": {"port": 8080}},
}


def around(*pods: Document) -> list[Document]:
    """A node, and the Service of the pods with their endpoints."""
    return [node(), service(), endpoints("web", *pods)]


def one_ready() -> Document:
    """A pod with probes that are answered."""
    return pod("web-1", containers=[container(**PROBES)])


def healed_after_restart() -> Document:
    """A pod whose container crashed three times a while ago and has run since."""
    status = running(since_seconds=400, restartCount=3, lastState=ended(1, lived=5, ago_seconds=410))
    return pod("web-1", status={"containerStatuses": [status], "conditions": [ready(since_seconds=395)]})


def starting() -> Document:
    """A pod that is three seconds old and starts."""
    state = {"name": "main", "ready": False, "state": {"waiting": {"reason": "ContainerCreating"}}}
    young = changed(pod("web-1", status=unready(state, since_seconds=3)), {"metadata": {"creationTimestamp": ago(3)}})
    return changed(young, {"status": {"phase": "Pending"}})


@pytest.mark.parametrize("make", [one_ready, healed_after_restart, starting], ids=lambda make: make.__name__)
def test_a_healthy_namespace_has_no_cause(make: object) -> None:
    """Ready, healed, or just starting: the diagnosis is empty."""
    one = make()  # type: ignore[operator]
    assert named(scene(deployment(one), *around(one))) == []


@pytest.mark.parametrize("make", [one_ready, healed_after_restart, starting], ids=lambda make: make.__name__)
@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_no_cause_suspects_a_healthy_namespace(cause: str, make: object) -> None:
    """Not even with little confidence."""
    one = make()  # type: ignore[operator]
    assert suspicions(scene(deployment(one), *around(one)), cause) == []


def test_a_statefulset_with_its_service_and_configuration_has_no_cause() -> None:
    """What it refers to is there."""
    envs = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "cfg", "key": "a"}}}]
    one = changed(pod("db-0", containers=[container(env=envs)]), {"metadata": {"labels": {"app": "db"}}})
    there = [service("db"), endpoints("db", one), keys("ConfigMap", "cfg", "a"), node()]
    assert named(scene(statefulset(one), *there)) == []


def test_old_events_of_what_has_healed_prove_nothing() -> None:
    """Failed probes, kills, refused creations and mounts of half an hour ago are the past."""
    one = one_ready()
    whole = deployment(one)
    told = [
        event(one, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500", ago_seconds=1800),
        event(one, "Unhealthy", "Readiness probe failed: connection refused", ago_seconds=1800),
        event(one, "Killing", "Container main failed liveness probe, will be restarted", ago_seconds=1800),
        event(
            one, "FailedMount", 'MountVolume.SetUp failed for volume "c" : configmap "cfg" not found', ago_seconds=1800
        ),
        event(
            whole[1], "FailedCreate", 'pods "web-x" is forbidden: exceeded quota: q, requested: pods=1', ago_seconds=60
        ),
    ]
    assert named(scene(whole, *around(one), *told)) == []


def test_events_of_a_pod_of_the_same_name_that_is_gone_prove_nothing() -> None:
    """A StatefulSet's pod has its predecessor's name and another uid."""
    one = one_ready()
    other = changed(one, {"metadata": {"uid": "uid-before"}})
    told = event(other, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500", ago_seconds=5)
    assert named(scene(deployment(one), *around(one), told)) == []


def test_what_could_not_be_read_is_not_missing() -> None:
    """Without the right to read Secrets nothing is said of a Secret that is referred to."""
    envs = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "key", "key": "a"}}}]
    one = pod("web-1", containers=[container(env=envs)])
    assert named(scene(deployment(one), *around(one), unread=("secrets",))) == []
    assert named(scene(deployment(one), *around(one))) == ["object-missing"]


def test_something_wrong_that_nobody_explains_is_unknown() -> None:
    """A pod that is not ready and tells nothing: no guess."""
    status = {**running(), "ready": False}
    one = pod("web-1", status=unready(status))
    assert set(named(scene(deployment(one), *around(one)))) == {"unknown"}


def test_the_crash_of_a_pod_that_is_gone_does_not_count() -> None:
    """A terminating pod is nobody's trouble as long as its grace lasts."""
    gone = changed(pod("web-0", status=unready(crashing())), {"metadata": {"deletionTimestamp": ago(-20)}})
    one = one_ready()
    assert named(scene(deployment(gone, one, replicas=1), *around(one))) == []
