"""What is asked of a node from inside: one script that reads, for the pods and volumes of a namespace there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.damage.shell import script
from harness.damage.site import NodeExec
from harness.gather.node_answer import Subject, looks_of
from harness.gather.reading import Reading
from harness.model.errors import ClusterBroken
from harness.model.full.cluster import Claim
from harness.model.full.pods import Pod
from harness.model.scene import Look

PODS_MAX = 30
"""Of so many pods a node the processes and packet rules are looked at, those that are not ready first."""


def read_node(node_exec: NodeExec, reading: Reading, subject: Subject) -> list[Look]:
    """What is seen on a node; raises ClusterBroken where it cannot be entered or was not heard to the end."""
    text = Path(__file__).with_name("node.sh").read_text()
    words = script(text, " ".join(subject.pods), " ".join(subject.volumes))
    done = node_exec(subject.node, ["sh", "-s"], timeout_seconds=reading.left(), stdin=words.encode())
    looks = looks_of(subject, done.stdout.decode(errors="replace"))
    if looks is None:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise ClusterBroken(f"node {subject.node}: {said[-1] if said else f'exit code {done.code}'}")
    return looks


def subjects(nodes: Sequence[str], pods: Sequence[Pod], claims: Sequence[Claim]) -> Iterator[Subject]:
    """What to look at on each node."""
    bound = {claim.metadata.name: claim.spec.volume_name for claim in claims if claim.spec.volume_name}
    for node in nodes:
        here = [pod for pod in pods if pod.spec.node_name == node and not pod.over]
        chosen = sorted(here, key=lambda pod: (pod.ready, pod.metadata.name))[:PODS_MAX]
        volumes: dict[str, list[str]] = {}
        for pod in chosen:
            for volume in pod.spec.volumes:
                name = bound.get(volume.persistent_volume_claim.claim_name) if volume.persistent_volume_claim else None
                if name:
                    volumes.setdefault(name, []).append(f"{pod.metadata.name}/{volume.name}")
        yield Subject(node, {pod.metadata.uid: pod for pod in chosen}, volumes)
