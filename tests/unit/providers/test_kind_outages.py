from __future__ import annotations

from pathlib import Path

import pytest

from harness.model.cluster import ClusterRecord, Down, Outage
from harness.model.errors import ClusterBroken
from harness.providers import kind_outages
from harness.providers.kind import KindProvider

NODES = ("healproof-a-control-plane", "healproof-a-worker", "healproof-a-worker2", "healproof-a-worker3")


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a podman was told, with one node that runs, one paused, one stopped and one gone."""
    program, log = tmp_path / "podman", tmp_path / "said"
    program.write_text(
        "#!/bin/sh\n"
        f'echo "$1 $2" >>{log}\n'
        '[ "$1" = inspect ] || exit 0\n'
        'for name; do case "$name" in\n'
        "*-control-plane) echo $name exited ;; *-worker) echo $name running ;; *-worker2) echo /$name paused ;;\n"
        "*-worker3) echo Error: no such object: $name >&2 ;;\n"
        "esac; done; exit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return log


@pytest.fixture
def record() -> ClusterRecord:
    return ClusterRecord(
        name="a",
        provider="kind",
        shape="three-workers",
        kubeconfig="",
        context="",
        nodes=NODES,
        facts={"engine": "podman"},
    )


@pytest.mark.usefixtures("said")
def test_what_is_down_is_told_from_the_engine_alone(record: ClusterRecord) -> None:
    """Stopped, paused and vanished nodes are each named; parts of a control plane that does not run are not asked."""
    assert KindProvider().down_now(record) == [
        Down("node", NODES[0], "stopped"),
        Down("node", NODES[2], "paused"),
        Down("node", NODES[3], "gone"),
    ]


@pytest.mark.parametrize(
    ("node", "verb"), [(NODES[0], "start"), (NODES[1], ""), (NODES[2], "unpause"), (NODES[3], "start")]
)
def test_a_node_is_restored_from_whatever_state_it_is_in(
    record: ClusterRecord, said: Path, node: str, verb: str
) -> None:
    """A paused node is thawed, one that ended is started, one that runs is left alone."""
    KindProvider().restore_node(record, node)
    acts = [line for line in said.read_text().splitlines() if not line.startswith("inspect")]
    assert acts == ([f"{verb} {node}"] if verb else [])


def test_a_node_that_is_down_is_not_taken_down_again(record: ClusterRecord, said: Path) -> None:
    """Whatever took a node down first decides how it is down."""
    for node in (NODES[0], NODES[2], NODES[3]):
        KindProvider().halt_node(record, node, Outage.KILLED)
    assert {line.split()[0] for line in said.read_text().splitlines()} == {"inspect"}


@pytest.mark.usefixtures("said")
def test_a_node_that_does_not_go_down_is_an_error(record: ClusterRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that says yes and does nothing is not believed, however often it is asked."""
    monkeypatch.setattr(kind_outages, "FREEZE_SECONDS", 0.1)
    with pytest.raises(ClusterBroken, match="still runs"):
        KindProvider().halt_node(record, NODES[1], Outage.PAUSED)
