"""The ends of the logs that may say something, redacted: those of containers in trouble, and one of each workload."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from harness.gather.discreet import lines_of
from harness.gather.reading import Reading
from harness.kube.client import Client
from harness.kube.resources import resource
from harness.model.full.pods import ContainerStatus, Pod
from harness.model.scene import Log, containers_of, seconds_of

CONTAINERS_MAX = 20
LINES = 50
RECENT_SECONDS = 3600.0
"""A container that ended so long ago, and runs well since, is in no trouble."""
LOG_SECONDS = 2.0
"""A kubelet that takes longer for fifty lines does not answer at all."""


class Wanted(NamedTuple):
    """One log: with `previous` that of the container's former run."""

    pod: str
    container: str
    previous: bool

    def __str__(self) -> str:
        return f"{'former ' if self.previous else ''}log of pod/{self.pod}/{self.container}"


def wanted_logs(pods: Collection[Pod], at: float, silent_nodes: Collection[str] = ()) -> list[Wanted]:
    """The logs to read, of containers in trouble first; nodes that are not ready cannot be asked for any."""
    asked = [pod for pod in pods if pod.spec.node_name and pod.spec.node_name not in silent_nodes]
    pairs = [(pod, status) for pod in asked for status in containers_of(pod)]
    troubled = [pair for pair in pairs if _in_trouble(*pair, at)]
    quiet = {pod.metadata.controller_uid or pod.metadata.uid: (pod, status) for pod, status in pairs if status.ready}
    chosen = [*troubled, *(pair for pair in quiet.values() if pair not in troubled)][:CONTAINERS_MAX]
    return [wanted for pod, status in chosen for wanted in _logs_of(pod, status, at)]


def read_log(client: Client, reading: Reading, namespace: str, wanted: Wanted) -> Log:
    """The end of one log; raises ApiError, ClusterBroken."""
    query: dict[str, str | int | list[str]] = {
        "container": wanted.container,
        "previous": str(wanted.previous).lower(),
        "tailLines": LINES,
    }
    path = resource("pods").path(namespace, wanted.pod, "log")
    answer = client.request("GET", path, query=query, timeout_seconds=min(reading.left(), LOG_SECONDS))
    lines = lines_of(answer.decode(errors="replace"))[-LINES:]
    return Log(namespace=namespace, pod=wanted.pod, container=wanted.container, previous=wanted.previous, lines=lines)


def _in_trouble(pod: Pod, status: ContainerStatus, at: float) -> bool:
    if pod.status.phase == "Succeeded" or (status.state.terminated and status.state.terminated.exit_code == 0):
        return False
    return not status.ready or _ended_lately(status, at)


def _ended_lately(status: ContainerStatus, at: float) -> bool:
    ended = status.last_state.terminated
    return ended is not None and at - seconds_of(ended.finished_at) < RECENT_SECONDS


def _logs_of(pod: Pod, status: ContainerStatus, at: float) -> Iterator[Wanted]:
    if _ended_lately(status, at):
        yield Wanted(pod.metadata.name, status.name, previous=True)
    if status.state.running is not None or status.state.terminated is not None:
        yield Wanted(pod.metadata.name, status.name, previous=False)
