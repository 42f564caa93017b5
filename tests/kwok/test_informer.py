"""The informer against a real control plane."""

from __future__ import annotations

import statistics
import time

import pytest

from harness.kube import actions
from harness.kube.client import Client
from harness.kube.informer import Hub
from harness.kube.reflector import meta_of
from harness.machine.clock import Monotonic
from harness.model.objects import Lean, Pod

from .conftest import Watcher, deployment

pytestmark = pytest.mark.kwok


def test_a_deleted_pod_is_seen_within_milliseconds_of_the_acknowledgement(
    client: Client, namespace: str, web: Watcher
) -> None:
    """The watch is no slower than the API: half of the deletions are seen within 50 ms of their acknowledgement."""
    lags = []
    for _ in range(40):
        assert web.wait(lambda: len(web.ready_pods()) == 4)
        meta = web.ready_pods()[0].metadata
        assert actions.delete_pod(client, namespace, meta.name, meta.uid)
        acknowledged = time.monotonic()
        assert web.wait(lambda uid=meta.uid: first_end(web, uid) > 0)
        lags.append(first_end(web, meta.uid) - acknowledged)
    assert statistics.median(lags) < 0.05


def test_every_subscriber_ends_with_what_the_server_holds(
    client: Client, namespace: str, web: Watcher, hub: Hub
) -> None:
    """After scaling up and down, an early and a late subscriber hold what a fresh list gives."""
    for replicas in (40, 3):
        actions.apply(client, deployment(replicas), namespace)
        assert web.wait(lambda wanted=replicas: pods_of(web) == wanted == len(web.ready_pods()))
    late = Watcher()
    hub.subscribe(["pods"], namespace, late.show)
    fresh = Watcher()
    other = Hub(client, Monotonic(), namespaces=(namespace,))
    other.subscribe(["pods"], namespace, fresh.show)
    other.wait_synced(["pods"], 10)
    other.close()
    assert pods(late) == pods(fresh) == pods(web)
    assert {observed.op for observed in late.seen} == {"listed"}


def test_nothing_is_told_twice(client: Client, namespace: str, web: Watcher) -> None:
    """Each version of each object is told once."""
    actions.apply(client, deployment(20), namespace)
    assert web.wait(lambda: len(web.ready_pods()) == 20)
    told = [
        (o.op, meta_of(o.object).uid, meta_of(o.object).resource_version)
        for o in web.seen
        if isinstance(o.object, Lean)
    ]
    assert len(told) == len(set(told))


def first_end(watcher: Watcher, uid: str) -> float:
    """When the end of a pod was first seen, or 0."""
    for observed in watcher.seen:
        thing = observed.object
        if isinstance(thing, Pod) and thing.metadata.uid == uid and (thing.terminating or observed.op == "deleted"):
            return observed.at
    return 0.0


def pods(watcher: Watcher) -> dict[str, Lean]:
    return {key: thing for key, thing in watcher.objects.items() if isinstance(thing, Pod)}


def pods_of(watcher: Watcher) -> int:
    return len(pods(watcher))
