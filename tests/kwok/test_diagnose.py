"""`healproof diagnose` against a real API server: in time, read-only, and with the right exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from real_runs import Ended, Ground, required

from harness.gather.gatherer import gather
from harness.gather.scene_file import read_scene, write_scene
from harness.kube import actions
from harness.kube.client import Client
from harness.machine.clock import Monotonic
from harness.model.cluster import Outage
from harness.model.errors import ClusterBroken
from harness.model.full.workloads import Keys
from harness.providers.kwok import KwokProvider

from .conftest import Watcher, deployment

pytestmark = pytest.mark.kwok

ANSWER_SECONDS_MAX = 5.0
PLANTED = "hunter2planted"


@pytest.fixture
def told(kwok_ground: Ground, namespace: str) -> Callable[..., tuple[Ended, dict[str, Any]]]:
    """`healproof diagnose --json` of the namespace."""

    def diagnose(*words: str) -> tuple[Ended, dict[str, Any]]:
        cluster = ("--cluster", kwok_ground.record.name)
        ended = kwok_ground.healproof("diagnose", "-n", namespace, *cluster, "--json", *words)
        assert ended.text.startswith("{"), ended.text
        return ended, json.loads(ended.text)

    return diagnose


def test_a_healthy_namespace_has_no_cause(
    told: Callable[..., tuple[Ended, dict[str, Any]]], web: Watcher, namespace: str
) -> None:
    """An empty list, exit code 0, within the time that is promised."""
    ended, data = told()
    assert (ended.code, data["namespace"], data["causes"]) == (0, namespace, [])
    assert data["seconds"] < ANSWER_SECONDS_MAX, data


def test_a_quota_that_stops_pods_is_named(
    told: Callable[..., tuple[Ended, dict[str, Any]]], web: Watcher, client: Client, namespace: str
) -> None:
    """Exit code 1, the cause first in the list with its layer and evidence, also from the file that was saved."""
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": {"hard": {"pods": "4"}}}
    actions.apply(client, quota, namespace)
    required(lambda: actions.get(client, "resourcequotas", "few", namespace).get("status", {}).get("used"), "the quota")
    actions.merge_patch(client, "deployments", "web", {"spec": {"replicas": 6}}, namespace)

    def refused() -> bool:
        return any(event["reason"] == "FailedCreate" for event in actions.listed(client, "events", namespace))

    required(refused, "a refused pod")
    ended, data = told()
    assert ended.code == 1
    (cause, *_) = data["causes"]
    assert (cause["cause"], cause["layer"], cause["confidence"] >= 0.8) == ("quota-exhausted", "capacity", True)
    assert any("few" in sentence for sentence in cause["evidence"])


def test_nothing_is_written(kwok_ground: Ground, client: Client, namespace: str) -> None:
    """Only GETs, and no credential in what is kept."""
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "stringData": {"password": PLANTED}}
    actions.apply(client, secret, namespace)
    before = client.requests.copy()
    scene = gather(client, namespace, clock=Monotonic(), deadline_seconds=30)
    assert set(client.requests - before) == {"GET"}
    assert [each.metadata.name for each in scene.all("secrets", Keys)] == ["db"]
    path = kwok_ground.folder / "scene.json"
    write_scene(scene, path)
    assert read_scene(path) == scene
    assert PLANTED not in path.read_text()
    assert "aHVudGVyMnBsYW50ZWQ" not in path.read_text()


def test_a_saved_scene_is_diagnosed_again(
    kwok_ground: Ground, told: Callable[..., tuple[Ended, dict[str, Any]]], web: Watcher
) -> None:
    """Offline, with the same answer."""
    path = kwok_ground.folder / "healthy.json"
    ended, data = told("--save", str(path))
    again = kwok_ground.healproof("diagnose", str(path), "--json")
    assert (again.code, json.loads(again.text)["causes"]) == (ended.code, data["causes"])


def test_a_kubeconfig_is_entered_by_the_context_that_was_named(
    kwok_ground: Ground, web: Watcher, namespace: str
) -> None:
    """A cluster that healproof did not make: the file with its only context, or a context by name."""
    file = ("--kubeconfig", kwok_ground.record.kubeconfig)
    for words in (file, (*file, "--context", kwok_ground.record.context)):
        assert kwok_ground.healproof("diagnose", "-n", namespace, *words).code == 0
    wrong = kwok_ground.healproof("diagnose", "-n", namespace, *file, "--context", "nobody")
    assert (wrong.code, "nobody" in wrong.text) == (2, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-n", "no-such-namespace"), 2, "'no-such-namespace' does not exist"),
        (("--cluster", "nobody"), 2, "no cluster 'nobody'"),
        (("none.json",), 2, "none.json"),
        (("none.json", "--cluster", "kube-tests"), 2, "needs no cluster"),
        (("--cluster", "kube-tests", "--context", "a"), 2, "two clusters"),
        (("--node-access",), 2, "cannot be entered"),
    ],
)
def test_bad_input_ends_with_2_and_says_what_is_wrong(
    kwok_ground: Ground, words: tuple[str, ...], code: int, said: str
) -> None:
    """Nothing is diagnosed that was not meant."""
    ended = kwok_ground.healproof("diagnose", *words)
    assert (ended.code, said in ended.text) == (code, True), ended.text


def test_a_server_that_is_not_there_ends_with_3(kwok_ground: Ground, tmp_path: Path) -> None:
    """Nothing was seen, and that is not the same as nothing wrong."""
    file = tmp_path / "kubeconfig"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "x", "cluster": {"server": "http://127.0.0.1:9"}}],
        "users": [{"name": "x", "user": {}}],
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
    }
    file.write_text(json.dumps(config))
    ended = kwok_ground.healproof("diagnose", "--kubeconfig", str(file))
    assert (ended.code, "refused" in ended.text) == (3, True), ended.text


@pytest.fixture
def halted(kwok_ground: Ground) -> Iterator[Callable[[str], None]]:
    """Freezes a part of the control plane until the test is over."""
    provider, parts = KwokProvider(), []

    def halt(part: str) -> None:
        parts.append(part)
        provider.halt_part(kwok_ground.record, part, Outage.PAUSED, limit_seconds=60)

    yield halt
    for part in parts:
        provider.restore_part(kwok_ground.record, part)
    required(lambda: provider.alive(kwok_ground.record), "the cluster to answer again")


def test_an_api_server_that_is_silent_is_named(
    told: Callable[..., tuple[Ended, dict[str, Any]]], web: Watcher, halted: Callable[[str], None]
) -> None:
    """It costs no more than the time that is promised; 3, for it may as well be the way there that is broken."""
    halted("kube-apiserver")
    ended, data = told()
    assert (ended.code, data["causes"][0]["layer"]) == (3, "control-plane")
    assert data["seconds"] < ANSWER_SECONDS_MAX, data


def test_while_etcd_is_silent_the_namespace_is_still_seen(
    told: Callable[..., tuple[Ended, dict[str, Any]]],
    client: Client,
    web: Watcher,
    halted: Callable[[str], None],
    tmp_path: Path,
) -> None:
    """Objects come of the API server's cache; what is in none, such as Events, is told as not seen."""

    def noticed() -> bool:
        try:
            return client.ask("/readyz", timeout_seconds=1).status != 200
        except ClusterBroken:
            return True

    halted("etcd")
    required(noticed, "the API server to notice: its check of etcd may have been made just before")
    ended, data = told("--save", str(tmp_path / "scene.json"))
    assert len(read_scene(tmp_path / "scene.json").pods) == 4
    assert "events" in str(data["unseen"])
    assert (ended.code, data["causes"][0]["cause"]) == (1, "etcd-slow")
    assert data["seconds"] < ANSWER_SECONDS_MAX, data


def test_many_pods_are_read_as_quickly(
    told: Callable[..., tuple[Ended, dict[str, Any]]], client: Client, namespace: str
) -> None:
    """Two hundred pods take as many requests as four."""
    actions.apply(client, deployment(200), namespace)
    required(lambda: len(actions.listed(client, "pods", namespace)) == 200, "two hundred pods")
    _, data = told()
    assert data["seconds"] < ANSWER_SECONDS_MAX, data
