"""Runs that are killed, stopped or recovered while they live, on simulated nodes."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from real_runs import Ground, blocked_drain, nothing_left, required, workload, write_scenario

from harness.model.errors import Exit

pytestmark = [pytest.mark.kwok, pytest.mark.slow]


def cordoned(ground: Ground) -> bool:
    return required(lambda: bool(ground.cordoned()) or None, "a cordoned node", 20)


def test_what_a_killed_drain_left_is_undone_by_a_fresh_process(kwok_ground: Ground, tmp_path: Path) -> None:
    """After kill -9 the node stays cordoned until `recover`, which uncordons it and removes the namespace, once."""
    live = kwok_ground.run(str(blocked_drain(tmp_path)))
    kwok_ground.await_intent("node-drain", live)
    cordoned(kwok_ground)
    live.kill()
    assert [intent.what for intent in kwok_ground.pending()] == ["namespace", "node-drain"]
    assert kwok_ground.cordoned() != []
    recovered = kwok_ground.healproof("recover")
    assert (recovered.code, "undid node-drain" in recovered.text, "undone: 2" in recovered.text) == (0, True, True)
    nothing_left(kwok_ground)
    assert "undone: 0" in kwok_ground.healproof("recover").text


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_undoes_all_on_its_way_out(
    kwok_ground: Ground, tmp_path: Path, number: signal.Signals, workers: str
) -> None:
    """Ctrl-C and `kill` in the middle of a drain leave nothing behind, and the exit code does not say passed."""
    live = kwok_ground.run(str(blocked_drain(tmp_path)), "--workers", workers)
    kwok_ground.await_intent("node-drain", live)
    cordoned(kwok_ground)
    live.send(number)
    ended = live.wait(40)
    assert ended.code not in (Exit.PASSED, Exit.FAILED), ended.text
    required(lambda: not kwok_ground.journals() or None, "the journal of the stopped run to go", 20)
    nothing_left(kwok_ground)


def test_recover_spares_a_run_that_lives(kwok_ground: Ground, tmp_path: Path) -> None:
    """`recover` beside a live run undoes nothing of it: the node stays cordoned and the run passes."""
    path = write_scenario(
        tmp_path,
        "drained-meanwhile",
        workload("web", deployment={"spec": {"minReadySeconds": 0}}),
        [{"node-drain": {"hosting": "app=web"}}],
        [{"recovers": {"of": "deployment/web", "within": "30s", "hold": "4s"}}],
    )
    live = kwok_ground.run(str(path))
    kwok_ground.await_intent("node-drain", live)
    cordoned(kwok_ground)
    recovered = kwok_ground.healproof("recover")
    assert (recovered.code, "undone: 0" in recovered.text) == (0, True)
    assert kwok_ground.cordoned() != []
    ended = live.wait()
    assert ended.code == Exit.PASSED, ended.text
    nothing_left(kwok_ground)
