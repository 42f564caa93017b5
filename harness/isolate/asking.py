"""Requests sent from a node, from a pod's own network on its node, or from a helper pod. Knows no cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from harness.damage.site import NodeExec
from harness.isolate.answers import Answer, read_answers
from harness.kube.client import Client
from harness.kube.exec import exec_in_pod
from harness.model.errors import ClusterBroken
from harness.model.full.pods import Pod

SCRIPT_SECONDS = 15.0
"""A look-up takes at most 6 s, a connection 3 s, an answer 2 s; all are asked side by side."""
HELPER = "a helper pod"
_NODES_OWN = "-"


class Target(NamedTuple):
    """Whom to ask: `ref` as a diagnosis names it, an address or the name to look up first.

    Port 0 only looks the name up, an empty path only connects.
    """

    ref: str
    host: str
    port: int = 0
    path: str = ""

    @property
    def word(self) -> str:
        """As the scripts take it."""
        return f"{self.host} {self.port} {self.path or '-'}"


class Origin(NamedTuple):
    """Who asks: `ref` as a diagnosis names it; `asks` gives what the script printed."""

    ref: str
    asks: Callable[[Sequence[str]], str]

    def ask(self, targets: Sequence[Target]) -> list[Answer]:
        """The answers, in the order of the targets; raises ClusterBroken where it could not be asked from there."""
        text = self.asks([target.word for target in targets])
        only = frozenset(number for number, target in enumerate(targets) if not target.port)
        return read_answers(text, len(targets), asks_only=only)


def from_node(node_exec: NodeExec, node: str) -> Origin:
    """The node's own network, that of its kubelet."""
    return Origin(f"node/{node}", _on_node(node_exec, node, _NODES_OWN))


def from_pod(node_exec: NodeExec, pod: Pod) -> Origin:
    """The network of a pod that runs, entered on its node: nothing of its image is needed."""
    return Origin(f"pod/{pod.metadata.name}", _on_node(node_exec, pod.spec.node_name, pod.metadata.uid))


def from_guest(client: Client, namespace: str, name: str, ready: Callable[[], str]) -> Origin:
    """A helper pod; `ready` waits for it and says how it stands where it is not to be had."""

    def asks(words: Sequence[str]) -> str:
        lacks = ready()
        if lacks:
            raise ClusterBroken(f"no helper pod: {lacks}")
        argv = ["sh", "-c", _text("ask.sh"), "ask", *words]
        return exec_in_pod(client, namespace, name, argv, timeout_seconds=SCRIPT_SECONDS).stdout.decode(
            errors="replace"
        )

    return Origin(HELPER, asks)


def _on_node(node_exec: NodeExec, node: str, uid: str) -> Callable[[Sequence[str]], str]:
    def asks(words: Sequence[str]) -> str:
        argv = ["bash", "-s", "--", uid, *words]
        done = node_exec(node, argv, timeout_seconds=SCRIPT_SECONDS, stdin=_text("ask.bash").encode())
        if done.code != 0:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise ClusterBroken(f"node {node}: {said[-1] if said else f'exit code {done.code}'}")
        return done.text

    return asks


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text()
