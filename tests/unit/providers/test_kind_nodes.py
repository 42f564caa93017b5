from __future__ import annotations

from pathlib import Path

import pytest

from harness.model.errors import ClusterBroken
from harness.providers.base import Leftover
from harness.providers.engines import Engine
from harness.providers.kind_nodes import PREFIX, containers, exec_in, leftover_parts

PODMAN = Engine(name="podman", version="5")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A podman that lists two clusters of healproof's and one of the user's own, and cannot enter any."""
    program = tmp_path / "podman"
    program.write_text(
        "#!/bin/sh\n"
        'case "$1" in\n'
        "ps) echo healproof-a-worker healproof-a; echo healproof-b-worker healproof-b; echo mine-worker mine ;;\n"
        "network) echo podman; echo kind; echo healproof-b; echo healproof-c ;;\n"
        'inspect) [ "$2" = healproof-b-worker ] && echo $2 running\n'
        f'         [ "$2" = healproof-b-worker ] && echo {tmp_path}/theirs/healproof-b/audit ;;\n'
        'exec) [ "$2" = healproof-b-worker ] && { echo "curl: not found" >&2; exit 1; }\n'
        '      echo "Error: no container with name $2 found: no such container" >&2; exit 125 ;;\n'
        "esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return program


@pytest.mark.usefixtures("engine")
def test_the_users_own_kind_clusters_are_never_seen() -> None:
    """Only clusters whose name carries healproof's prefix are ever listed, so only they can be removed."""
    assert all(owner.startswith(PREFIX) for owner in containers(PODMAN).values())
    assert "mine-worker" not in containers(PODMAN)


@pytest.mark.usefixtures("engine")
def test_what_no_record_knows_is_left_over() -> None:
    """Containers and networks of an unknown cluster are found, those of a known one and the engine's own are not."""
    assert leftover_parts(PODMAN, ["healproof-a"], Path("/ours")) == [
        Leftover("container", "healproof-b-worker"),
        Leftover("network", "healproof-b"),
        Leftover("network", "healproof-c"),
    ]


@pytest.mark.usefixtures("engine")
def test_the_clusters_of_another_state_folder_are_no_leftovers(tmp_path: Path) -> None:
    """A cluster whose mounted files live in somebody else's state folder is somebody else's, not a leftover."""
    (tmp_path / "theirs" / "healproof-b").mkdir(parents=True)
    assert leftover_parts(PODMAN, ["healproof-a"], Path("/ours")) == [Leftover("network", "healproof-c")]


@pytest.mark.usefixtures("engine")
def test_a_node_that_is_gone_is_a_broken_cluster() -> None:
    """Entering a node that does not exist is told apart from a command that fails on it."""
    with pytest.raises(ClusterBroken, match="healproof-x-worker"):
        exec_in(PODMAN, "healproof-x-worker", ["true"], timeout_seconds=5)


@pytest.mark.usefixtures("engine")
def test_a_command_that_fails_on_a_node_is_the_callers_to_judge() -> None:
    """A non-zero exit code of the command itself is given back, whatever it printed."""
    assert exec_in(PODMAN, "healproof-b-worker", ["curl"], timeout_seconds=5).code == 1
