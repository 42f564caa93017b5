"""Running containers of pods as their nodes know them: ids and processes. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.damage.site import Site
from harness.model.errors import InjectionFailed
from harness.model.objects import Pod


class Running(NamedTuple):
    """A container that runs: whose it is, where, its id in containerd, how often it was restarted so far.

    `pid` is its main process on the node, where the node was asked for it.
    """

    pod: str
    uid: str
    node: str
    container: str
    id: str
    restarts: int
    pid: str = ""


def find_running(pod: Pod, container: str = "") -> Running:
    """The running container of that name in a pod, or its first; raises InjectionFailed where it does not run."""
    running = [status for status in pod.status.container_statuses if status.state.running is not None]
    for status in running:
        if container in ("", status.name):
            id_ = status.container_id.rpartition("//")[2]
            return Running(
                pod.metadata.name, pod.metadata.uid, pod.spec.node_name, status.name, id_, status.restart_count
            )
    names = ", ".join(status.name for status in running) or "none"
    raise InjectionFailed(f"container: {container!r} does not run in pod {pod.metadata.name}; running: {names}")


def pids(site: Site, node: str) -> dict[str, str]:
    """Container id to the id of its main process on the node, of all running containers of a node."""
    listed = site.node_exec(node, ["ctr", "-n", "k8s.io", "tasks", "list"])
    rows = [line.split() for line in listed.text.splitlines()[1:]]
    return {row[0]: row[1] for row in rows if len(row) >= 3 and row[2] == "RUNNING"}


def main_processes(site: Site, pods: Sequence[Pod], container: str = "") -> list[Running]:
    """That container (or the first) of each pod with its main process; each node is asked once.

    Raises InjectionFailed where the container does not run.
    """
    running = [find_running(pod, container) for pod in pods]
    known = {node: pids(site, node) for node in sorted({each.node for each in running})}
    for each in running:
        if each.id not in known[each.node]:
            raise InjectionFailed(f"container {each.container} of pod {each.pod} does not run on node {each.node}")
    return [each._replace(pid=known[each.node][each.id]) for each in running]


# `inside ID` lists the processes of a container, `group PID CONTROLLER` the folder of a process's control group
IN_CONTAINER = r"""
inside() { grep -ls "$1" /proc/[0-9]*/cgroup | cut -d/ -f3; }
group() {
  first=$(sed -n "s|^[0-9]*:\([^:]*,\)\{0,1\}$2\(,[^:]*\)\{0,1\}:|/sys/fs/cgroup/$2|p" "/proc/$1/cgroup")
  echo "${first:-/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$1/cgroup")}"
}
"""
