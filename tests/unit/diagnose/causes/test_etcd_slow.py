"""Promise: etcd is told from the API server in front of it."""

from __future__ import annotations

from diagnose.asked import first, named
from diagnose.scenes import deployment, event, node, pod, scene
from harness.model.scene import Look, Scene

WORDS = "Error updating Endpoint Slices for Service shop/web: etcdserver: request timed out"


def test_the_api_servers_check_of_it_names_it() -> None:
    """Everything else that the API server checks is well."""
    facts = {"ping": "ok", "etcd": "failed: reason withheld", "readyz": "failed: 500", "latency-seconds": "2.1"}
    look = Look(kind="api-health", about="control-plane", facts=facts)
    found = scene(node(), deployment(pod("web-1")), looks=[look])
    assert named(found) == ["etcd-slow"]
    assert first(found).layer == "control-plane"


def test_its_words_in_events_of_these_minutes_suspect_it() -> None:
    """Controllers quote it."""
    web = pod("web-1")
    assert named(scene(node(), deployment(web), event(web, "FailedToUpdate", WORDS))) == ["etcd-slow"]


def test_its_words_of_an_hour_ago_prove_nothing() -> None:
    """It has recovered since."""
    web = pod("web-1")
    assert named(scene(node(), deployment(web), event(web, "FailedToUpdate", WORDS, ago_seconds=3600))) == []


def test_controllers_that_end_because_nothing_answers_are_its_doing() -> None:
    """They cannot renew their leases; nothing else could be read."""
    silent = Look(kind="api-health", about="control-plane", facts={"readyz": "failed: timed out"})
    states = {"apiserver": "S", "etcd": "gone", "scheduler": "gone", "controller-manager": "gone"}
    looks = [silent, Look(kind="static-pod", about="node/cp", facts=states)]
    assert named(Scene(namespace="shop", at=0.0, looks=looks)) == ["etcd-slow"]
