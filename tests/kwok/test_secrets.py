"""Credentials planted wherever a run looks: in none of what it writes or says, and its files are its owner's alone."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest
from real_runs import QUICK_WEB, Ground, nothing_left, required, workload, write_scenario

from harness.kube.resources import resource
from harness.load_recorded import read_timeline
from harness.model.errors import Exit
from harness.model.objects import Event
from harness.model.timeline import Change

pytestmark = [pytest.mark.kwok, pytest.mark.slow]

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlLXBsYW50ZWQ"
PLANTED = {
    "the data of a Secret": "planted-in-data-5e1c",
    "the annotation that kubectl keeps of a Secret": "planted-in-annotation-77b0",
    "an environment variable": "planted-in-env-0d43",
    "a flag": "planted-in-flag-b8aa",
    "a URL": "planted-in-url-6f12",
    "a bearer token in an event": "planted-in-event-c30e",
    "a password in an event": "planted-in-words-19fd",
    "a token in an event": JWT,
    "a private key in an event": "planted-in-key-442a",
}
"""Each value by where it is put."""


def manifests() -> list[dict[str, object]]:
    """The web workload with credentials where careless people put them, and a Secret."""
    data = base64.b64encode(PLANTED["the data of a Secret"].encode()).decode()
    applied = json.dumps({"stringData": {"word": PLANTED["the annotation that kubectl keeps of a Secret"]}})
    meta = {"name": "content", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": applied}}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": {"word": data}}
    container = {
        "name": "web",
        "env": [
            {"name": "DB_PASSWORD", "value": PLANTED["an environment variable"]},
            {"name": "DB", "value": f"postgres://web:{PLANTED['a URL']}@db/web"},
        ],
        "command": ["serve", "--api-token", PLANTED["a flag"]],
    }
    web = {
        "deployment": {"spec": {**QUICK_WEB["deployment"]["spec"], "template": {"spec": {"containers": [container]}}}}
    }
    return [*workload("web", **web), secret]


def event(namespace: str, words: str) -> dict[str, object]:
    """An Event of the Deployment with these words."""
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": "planted-", "namespace": namespace},
        "involvedObject": {"kind": "Deployment", "name": "web", "namespace": namespace},
        "reason": "Planted",
        "type": "Warning",
        "message": words,
    }


def words_of_events() -> list[str]:
    """What programs put into events when they are careless."""
    key = PLANTED["a private key in an event"]
    return [
        f"401 for Authorization: Bearer {PLANTED['a bearer token in an event']}",
        f"login failed with password={PLANTED['a password in an event']} for web",
        f"rejected {JWT}",
        f"cannot read -----BEGIN RSA PRIVATE KEY-----\n{key}\n-----END RSA PRIVATE KEY-----",
    ]


def told(path: Path, values: list[str]) -> list[str]:
    """Which of these a file holds, plain or as Kubernetes encodes them."""
    content = path.read_bytes()
    encoded = {value: base64.b64encode(value.encode()).rstrip(b"=") for value in values}
    return [value for value in values if value.encode() in content or encoded[value] in content]


def is_private(path: Path) -> bool:
    """Whether nobody but its owner may do anything with it."""
    return stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_planted_credentials_are_in_nothing_that_a_run_leaves_or_says(kwok_ground: Ground, tmp_path: Path) -> None:
    """Timeline, journal, results, Allure results, JUnit and terminal hold none, though the run saw all of them."""
    ground = kwok_ground
    faults = [{"drift": {"of": "deployment/web", "set": {"spec": {"replicas": 1}}, "for": "3s"}}]
    expect = [{"recovers": {"of": "deployment/web", "within": "20s", "hold": "1s"}}, {"restored": {}}]
    live = ground.run(str(write_scenario(tmp_path, "planted", manifests(), faults, expect)))
    ground.await_intent("drift", live)
    (journal,) = (ground.state / "healproof" / "journals").glob("*.jsonl")
    (namespace,) = ground.namespaces("hp-planted-")
    path = resource("events").path(namespace)
    for words in words_of_events():
        ground.client.request("POST", path, body=event(namespace, words))
    kept = journal.read_bytes()
    (tmp_path / "journal.jsonl").write_bytes(kept)
    assert kept
    assert is_private(journal)
    assert is_private(journal.parent)
    ended = live.wait()
    assert ended.code == Exit.PASSED, ended.text
    (folder,) = {timeline.parent for timeline in (ground.folder / "reports").rglob("planted/timeline.jsonl")}
    events = [e.object for e in read_timeline(folder / "timeline.jsonl") if isinstance(e, Change)]
    seen = [each for each in events if isinstance(each, Event) and each.reason == "Planted"]
    assert len(seen) == len(words_of_events()), "a run that never saw them proves nothing"
    token = json.loads(Path(ground.record.kubeconfig).read_text())["users"][0]["user"]["token"]
    files = [*(file for file in folder.parent.rglob("*") if file.is_file()), live.log, tmp_path / "journal.jsonl"]
    assert {".jsonl", ".json", ".xml"} <= {file.suffix for file in files}
    assert {file.name: held for file in files if (held := told(file, [*PLANTED.values(), token]))} == {}
    nothing_left(ground)


def test_what_holds_credentials_is_its_owners_alone(kwok_ground: Ground) -> None:
    """The state folder, a cluster's folder, its kubeconfig and its tokens are closed to everybody else."""
    kubeconfig = Path(kwok_ground.record.kubeconfig)
    state = kwok_ground.state / "healproof"
    tokens = required(lambda: list(state.rglob("tokens.csv")) or None, "the cluster's tokens")
    assert [path for path in (state, kubeconfig.parent, kubeconfig, *tokens) if not is_private(path)] == []
