"""`healproof diagnose --isolate` where no pod really runs: refused unless allowed, all recorded, no residue."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from real_runs import Ground, required

from harness.kube import actions
from harness.kube.client import Client
from harness.kube.resources import resource

pytestmark = pytest.mark.kwok

PLANTED = "hunter2planted"


@pytest.fixture
def ailing(client: Client, namespace: str) -> str:
    """A pod that has not been ready for long, for no reason that could be seen."""
    variable = {"name": "SETTING", "value": PLANTED}
    container = {"name": "main", "image": "registry.example/web:1", "env": [variable]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [container]}}
    actions.create(client, pod, namespace)

    def running() -> bool:
        return bool(actions.get(client, "pods", "web", namespace)["status"].get("phase") == "Running")

    required(running, "a pod that runs")
    false = {"status": "False", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    client.request(
        "PATCH",
        resource("pods").path(namespace, "web", "status"),
        body={"status": {"conditions": [{"type": "ContainersReady", **false}, {"type": "Ready", **false}]}},
        content_type="application/strategic-merge-patch+json",
    )
    return namespace


@pytest.fixture
def nowhere(client: Client, ailing: str) -> Iterator[str]:
    """The same, and no node takes a pod: one that is made waits for as long as somebody wants to look at it."""
    nodes = [each["metadata"]["name"] for each in actions.listed(client, "nodes")]
    for node in nodes:
        actions.cordon(client, node, True)
    yield ailing
    for node in nodes:
        actions.cordon(client, node, False)


def words(ground: Ground, namespace: str) -> tuple[str, ...]:
    """As on a cluster of others: named by its kubeconfig."""
    return ("diagnose", "-n", namespace, "--kubeconfig", ground.record.kubeconfig, "--isolate")


def pods(client: Client, namespace: str) -> list[str]:
    return sorted(pod["metadata"]["name"] for pod in actions.listed(client, "pods", namespace))


def test_on_a_cluster_of_others_it_must_be_allowed(kwok_ground: Ground, client: Client, ailing: str) -> None:
    """Refused before anything is asked, with what would be made; nothing is."""
    before = client.requests.copy()
    ended = kwok_ground.healproof(*words(kwok_ground, ailing))
    assert (ended.code, "--allow-changes" in ended.text, "a helper pod" in ended.text) == (2, True, True), ended.text
    assert (pods(client, ailing), kwok_ground.journals()) == (["web"], [])
    assert client.requests["POST"] == before["POST"]


def test_what_cannot_be_made_is_a_result(kwok_ground: Ground, client: Client, ailing: str) -> None:
    """A quota refuses every helper pod: each step says so, the diagnosis stands, nothing is left."""
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "full"}, "spec": {"hard": {"pods": "1"}}}
    actions.apply(client, quota, ailing)
    required(lambda: actions.get(client, "resourcequotas", "full", ailing).get("status", {}).get("used"), "the quota")
    ended = kwok_ground.healproof(*words(kwok_ground, ailing), "--allow-changes", "--json")
    assert ended.code == 1, ended.text
    steps: list[dict[str, Any]] = json.loads(ended.text[ended.text.index("{\n") :])["steps"]
    refused = [each["name"] for each in steps if "refused" in each["result"] and "exceeded quota" in each["result"]]
    assert {"good-pod-here", "same-image-elsewhere"} <= set(refused), steps
    assert (pods(client, ailing), kwok_ground.journals()) == (["web"], [])


def test_steps_that_find_nobody_to_talk_to_say_so(kwok_ground: Ground, client: Client, ailing: str) -> None:
    """The pods are made and simulated, a command cannot run in them; they are gone at the end."""
    ended = kwok_ground.healproof(*words(kwok_ground, ailing), "--allow-changes")
    assert (ended.code, "isolation steps" in ended.text) == (1, True), ended.text
    assert (pods(client, ailing), kwok_ground.journals()) == (["web"], [])


def test_an_interrupt_removes_what_was_made(kwok_ground: Ground, client: Client, nowhere: str) -> None:
    """Ctrl-C while a helper pod is waited for."""
    live = kwok_ground.start("healproof", *words(kwok_ground, nowhere), "--allow-changes")
    required(lambda: len(pods(client, nowhere)) > 1, "a helper pod")
    live.send(signal.SIGINT)
    assert live.wait(30).code == 130
    assert (pods(client, nowhere), kwok_ground.journals()) == (["web"], [])


def test_what_a_killed_diagnosis_left_is_found_by_recover(kwok_ground: Ground, client: Client, nowhere: str) -> None:
    """SIGKILL: the helper pods are in the journal, bear a mark and an end of their own, and hold no token."""
    live = kwok_ground.start("healproof", *words(kwok_ground, nowhere), "--allow-changes")
    required(lambda: len(pods(client, nowhere)) > 1, "a helper pod")
    live.kill()
    left = [pod for pod in actions.listed(client, "pods", nowhere) if pod["metadata"]["name"] != "web"]
    assert left
    for pod in left:
        assert "healproof.dev/step" in pod["metadata"]["labels"]
        assert 0 < pod["spec"]["activeDeadlineSeconds"] <= 120
    (journal,) = (kwok_ground.state / "healproof" / "journals").glob("diagnose-*.jsonl")
    assert all(pod["metadata"]["name"] in journal.read_text() for pod in left)
    assert PLANTED not in journal.read_text() + live.log.read_text()
    assert kwok_ground.healproof("recover").code == 0
    assert (pods(client, nowhere), kwok_ground.journals()) == (["web"], [])
