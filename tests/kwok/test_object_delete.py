"""A deleted Secret: where its content goes while it is away, and where it must never be seen."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from real_runs import Ground, nothing_left, required, workload, write_scenario

from harness.model.errors import Exit

pytestmark = [pytest.mark.kwok, pytest.mark.slow]

CONTENT = b"a-word-that-is-nowhere-else"


def scenario(folder: Path) -> Path:
    """A Secret is deleted for as long as it takes the workload to stay whole for a while."""
    data = {"word": base64.b64encode(CONTENT).decode()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "content"}, "data": data}
    return write_scenario(
        folder,
        "secret-deleted",
        [*workload("ring"), secret],
        [{"object-delete": {"of": "secret/content"}}, {"pod-delete": {"select": "app=ring", "after": "2s"}}],
        [{"recovers": {"of": "statefulset/ring", "within": "30s", "hold": "2s"}}],
    )


def told(path: Path) -> bool:
    """Whether a file holds the content, plain or as Kubernetes encodes it, at any offset."""
    text = path.read_bytes()
    encoded = base64.b64encode(CONTENT).rstrip(b"=")
    return CONTENT in text or encoded in text


def test_the_content_of_a_deleted_secret_is_kept_for_its_undo_and_shown_to_nobody(
    kwok_ground: Ground, tmp_path: Path
) -> None:
    """Only the journal, which its owner alone can read, and a Secret beside it hold the content; no report does."""
    live = kwok_ground.run(str(scenario(tmp_path)))
    intent = kwok_ground.await_intent("object-delete", live)
    (journal,) = (kwok_ground.state / "healproof" / "journals").glob("*.jsonl")
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert told(journal)
    namespace = intent.token["namespace"]
    kept = required(
        lambda: [s for s in kwok_ground.listed("secrets", namespace) if s["type"] == "healproof.dev/removed"] or None,
        "the Secret that keeps the deleted one",
    )
    assert len(kept) == 1
    ended = live.wait()
    assert ended.code == Exit.PASSED, ended.text
    files = [path for path in (kwok_ground.folder / "reports").rglob("*") if path.is_file()]
    assert any(path.name == "timeline.jsonl" and path.stat().st_size for path in files)
    assert [path for path in [*files, live.log] if told(path)] == []
    nothing_left(kwok_ground)
