"""The parts of kind clusters as the container engine shows them: containers, networks, volumes. Knows no Kubernetes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.machine.process import Completed
from harness.model.errors import ClusterBroken, CommandFailed
from harness.providers.base import Leftover
from harness.providers.engines import Engine

CLUSTER_LABEL = "io.x-k8s.kind.cluster"  # kind puts it on every node container
PREFIX = "healproof-"  # the name of every cluster, network and container of healproof begins with it
STOP_SECONDS = 60.0
GONE = ("no such", "not found", "not running", "container state improper", "can only create exec", "is paused")


def containers(engine: Engine, cluster: str | None = None) -> dict[str, str]:
    """Node containers by name → the cluster each belongs to: of one cluster, else of all that healproof made."""
    words = ["ps", "--filter", f"label={CLUSTER_LABEL}{f'={cluster}' if cluster else ''}"]
    label = (
        f'{{{{index .Labels "{CLUSTER_LABEL}"}}}}' if engine.name == "podman" else f'{{{{.Label "{CLUSTER_LABEL}"}}}}'
    )
    listed = engine.run(*words, "--all", "--format", f"{{{{.Names}}}} {label}")
    pairs = [line.split() for line in listed.text.splitlines()]
    return {name: owner for name, owner in (pair for pair in pairs if len(pair) == 2) if owner.startswith(PREFIX)}


def states(engine: Engine, nodes: Sequence[str]) -> dict[str, str]:
    """What the engine says of each node's container, in the nodes' order: running, paused, exited …, or gone."""
    # a name that is gone makes the exit code 1; the others are told all the same
    told = engine.run("inspect", *nodes, "--format", "{{.Name}} {{.State.Status}}", check=False).text
    pairs = (line.strip().lstrip("/").partition(" ") for line in told.splitlines())
    return dict.fromkeys(nodes, "gone") | {name: state for name, _, state in pairs if name in nodes}


def networks(engine: Engine) -> list[str]:
    """The networks of healproof's clusters."""
    names = engine.run("network", "ls", "--format", "{{.Name}}").text.split()
    return [name for name in names if name.startswith(PREFIX)]


def volumes(engine: Engine, nodes: Sequence[str]) -> list[str]:
    """The volumes that kind made for these nodes; only with podman do they have names of their own."""
    found: list[str] = []
    for node in nodes:
        found += engine.run("volume", "ls", "--quiet", "--filter", f"label={node}").text.split()
    return found


def remove_cluster(engine: Engine, cluster: str, nodes: Sequence[str] = ()) -> None:
    """Remove the cluster's containers, their volumes and its network; what is gone already is no error."""
    found = {*nodes, *containers(engine, cluster)}
    _remove_containers(engine, sorted(found))
    if cluster in networks(engine):
        _ignore_gone(engine, "network", "rm", cluster)


def leftover_parts(engine: Engine, known: Sequence[str], clusters: Path) -> list[Leftover]:
    """Containers and networks with healproof's marks that belong to none of the `known` clusters.

    `clusters` is where this user's clusters keep their files. Another user's, or another state folder's, on the
    same engine are no leftovers while the files that their containers have mounted still exist.
    """
    nodes = containers(engine)
    others = {cluster for node, cluster in nodes.items() if _lives_elsewhere(engine, node, clusters / cluster)}
    spared = {*known, *others}
    found = [Leftover("container", node) for node, cluster in nodes.items() if cluster not in spared]
    return found + [Leftover("network", name) for name in networks(engine) if name not in spared]


def _lives_elsewhere(engine: Engine, node: str, here: Path) -> bool:
    """Whether a control-plane node has mounted the files of a cluster of the same name in another state folder."""
    listed = engine.run("inspect", node, "--format", "{{range .Mounts}}{{println .Source}}{{end}}", check=False).text
    names = {here.name, here.name.removeprefix(PREFIX)}  # kind's name of a cluster always has the prefix, ours may not
    homes = {Path(line).parent for line in listed.splitlines() if Path(line).parent.name in names}
    return any(home.parent != here.parent and home.is_dir() for home in homes)


def remove_part(engine: Engine, leftover: Leftover) -> None:
    """Remove one leftover with the volumes it holds; what is gone already is no error."""
    if leftover.kind == "network":
        _ignore_gone(engine, "network", "rm", "--force", leftover.name)
        return
    _remove_containers(engine, [leftover.name])


def exec_in(
    engine: Engine, node: str, argv: Sequence[str], *, timeout_seconds: float, stdin: bytes | None = None
) -> Completed:
    """Run a command as root in a node; raises ClusterBroken where the node is gone, stopped or paused."""
    words = ["exec", *(["--interactive"] if stdin is not None else []), node, *argv]
    done = engine.run(*words, timeout_seconds=timeout_seconds, check=False, stdin=stdin)
    said = done.stderr.decode(errors="replace").lower()
    from_engine = done.code in {1, 125, 126, 255} and said.lstrip().startswith(("error", "time="))
    if from_engine and any(words in said for words in GONE) and states(engine, (node,))[node] != "running":
        raise ClusterBroken(
            f"node {node} does not run: {said.strip()[:300]}", hint="`healproof up` makes a new cluster"
        )
    return done


def _remove_containers(engine: Engine, nodes: Sequence[str]) -> None:
    held = volumes(engine, nodes)
    # podman would first ask systemd in the node to stop, for ten seconds
    at_once = ["--time=0"] if engine.name == "podman" else []
    for kind, words, names in (
        ("container", ["rm", "--force", "--volumes", *at_once], nodes),
        ("volume", ["volume", "rm", "--force"], held),
    ):
        present = [name for name in names if _exists(engine, kind, name)]
        if present:
            _ignore_gone(engine, *words, *present)


def _exists(engine: Engine, kind: str, name: str) -> bool:
    return engine.run(kind, "inspect", name, check=False).code == 0


def _ignore_gone(engine: Engine, *argv: str) -> None:
    try:
        engine.run(*argv, timeout_seconds=STOP_SECONDS)
    except CommandFailed as failed:
        if not any(words in failed.output.lower() for words in GONE):
            raise
