"""What node.sh printed, as looks: processes, throttling, packet rules and mounts. Asks nobody, and judges little."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from harness.gather.packet_rules import drops_of, shapes_of
from harness.model.full.pods import ContainerStatus, Pod
from harness.model.scene import Look, containers_of
from harness.report.redact import redact_text

_ALIVE = ("R", "S", "D", "I")
_SERVICES = ("kubelet", "containerd", "kube-proxy")
_STATIC = ("kube-apiserver", "etcd", "kube-scheduler", "kube-controller-manager")
# below its pod: where a node is a container itself, that one's id stands before
_CONTAINER = re.compile(r"pod[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}[./].*?([0-9a-f]{64})")


class Subject(NamedTuple):
    """A node with the namespace's pods there by uid, and whose their volumes are: PersistentVolume → `POD/VOLUME`."""

    node: str
    pods: Mapping[str, Pod]
    volumes: Mapping[str, Sequence[str]]


def looks_of(subject: Subject, answer: str) -> list[Look] | None:
    """The looks at a node and at the pods and volumes on it; None where the answer was cut off."""
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in answer.splitlines():
        if line.startswith("== "):
            current = parts.setdefault(line.removeprefix("== "), [])
        elif line:
            current.append(line)
    if "end" not in parts:
        return None
    return [
        *_services(subject, parts),
        *_kubelet_log(subject, parts.get("kubelet log", [])),
        *_containers(subject, parts),
        *_throttling(subject, parts["throttling before"], parts["throttling after"]),
        *_packets(subject, parts),
        *_volumes(subject, parts["volumes"]),
    ]


def _services(subject: Subject, parts: Mapping[str, Sequence[str]]) -> Iterator[Look]:
    """The processes that make a node; a kube-proxy belongs there where one has left its rules."""
    filters = "\n".join([*parts["iptables"], *parts["nft"]])
    states = {"kube-proxy": "gone"} if re.search(r"KUBE-SERVICES|table \S+ kube-proxy", filters) else {}
    for name, state in (line.split()[:2] for line in parts["services"] if " " in line):
        if state == "expected":
            states.setdefault(name, "gone")
        elif states.get(name, "gone") in ("gone", *_ALIVE):  # of several, one that does not go on is what counts
            states[name] = state
    about = f"node/{subject.node}"
    for kind, names in (("node-process", _SERVICES), ("static-pod", _STATIC)):
        facts = {
            name.removeprefix("kube-") if kind == "static-pod" else name: states[name]
            for name in names
            if name in states
        }
        if facts:
            good = all(state in _ALIVE for state in facts.values())
            yield Look(kind=kind, about=about, facts=facts, good=good, source=f"processes of node {subject.node}")


def _kubelet_log(subject: Subject, lines: Sequence[str]) -> Iterator[Look]:
    """What the kubelet said last of certificates, where it said anything."""
    if lines:
        about, facts = f"node/{subject.node}", {"kubelet": redact_text("\n".join(lines))}
        yield Look(kind="node-log", about=about, facts=facts, source=f"journalctl -u kubelet on node {subject.node}")


def _containers(subject: Subject, parts: Mapping[str, Sequence[str]]) -> Iterator[Look]:
    """The state of each running container's main process; nothing where control groups are not named as known."""
    if parts["layout"] in ([], ["0"]):
        return
    processes = _processes(parts["states"])
    of: dict[str, list[str]] = {}
    for line in parts["groups"]:
        container = _CONTAINER.search(line)
        if container is not None and line.split("/")[2] in processes:
            pids = of.setdefault(container[1], [])
            pids += [] if line.split("/")[2] in pids else [line.split("/")[2]]
    for pod, status in _running(subject):
        pids = of.get(_id(status), [])
        main = min(pids, key=lambda pid: (not processes[pid].first, int(pid)), default="")
        facts = {"state": processes[main].state if main else "gone"}
        if pids:
            facts["processes"] = ",".join(processes[pid].state for pid in pids)
        yield Look(
            kind="container-process",
            about=f"pod/{pod.metadata.name}/{status.name}",
            facts=facts,
            good=facts["state"] in _ALIVE,
            source=f"processes of node {subject.node}",
        )


class _Process(NamedTuple):
    state: str
    first: bool


def _processes(lines: Sequence[str]) -> dict[str, _Process]:
    """Processes by id; `first` is process 1 of a container, as NSpid tells it, innermost last."""
    states: dict[str, str] = {}
    first: set[str] = set()
    for line in lines:
        path, _, told = line.partition(":")
        key, _, value = told.partition(":")
        words, pid = value.split(), path.split("/")[2]
        if key == "State" and words:
            states[pid] = words[0]
        elif key == "NSpid" and len(words) > 1 and words[-1] == "1":
            first.add(pid)
    return {pid: _Process(state, pid in first) for pid, state in states.items()}


def _throttling(subject: Subject, before: Sequence[str], after: Sequence[str]) -> Iterator[Look]:
    """Of each container with a limit: in how many periods it was throttled so far, in which share of those just now."""
    was, now = _periods(before), _periods(after)
    for pod, status in _running(subject):
        ended = now.get(_id(status))
        if ended is None or not ended[0]:
            continue
        began = was.get(_id(status), (0, 0))
        periods, throttled = ended[0] - began[0], ended[1] - began[1]
        facts = {
            "periods": str(ended[0]),
            "throttled": str(ended[1]),
            "share": f"{throttled / periods if periods else 0.0:.3f}",
        }
        about = f"pod/{pod.metadata.name}/{status.name}"
        yield Look(kind="throttling", about=about, facts=facts, source=f"cpu.stat on node {subject.node}")


def _periods(lines: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Periods and throttled periods by container, of lines such as `…/cri-containerd-ID/cpu.stat:nr_periods 7`."""
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        path, _, told = line.rpartition(":")
        folder = path.removesuffix("/cpu.stat")
        container = _CONTAINER.search(folder)
        words = told.split()
        if container is not None and folder.removesuffix(".scope").endswith(container[1]) and len(words) == 2:
            found.setdefault(container[1], {})[words[0]] = int(words[1])
    return {id_: (each.get("nr_periods", 0), each.get("nr_throttled", 0)) for id_, each in found.items()}


def _packets(subject: Subject, parts: Mapping[str, Sequence[str]]) -> Iterator[Look]:
    """What is filtered and shaped at the pods that were asked for, and at the node itself.

    A link whose other end is in a network namespace with a name is some pod's: its rules strike nobody else.
    """
    links = {
        line.split(":")[0]: line.split()[1].rstrip(":").partition("@")[0] for line in parts["links"] if "@" in line
    }
    peers = {line.split()[1].rstrip(":").partition("@")[0] for line in parts["links"] if " link-netns " in line}
    source = "packet filter and queueing disciplines on node " + subject.node
    for uid, pod in subject.pods.items():
        lines = parts.get(f"pod {uid}")
        if lines is None:
            continue
        mine = {links[index] for index in re.findall(r"^\d+: [^:]*@if(\d+):", "\n".join(lines), re.M) if index in links}
        peers |= mine
        shapes = [*shapes_of(lines), *shapes_of(parts["tc"], only=mine)]
        yield _rules(f"pod/{pod.metadata.name}", drops_of(lines), shapes, source)
    drops = drops_of([*parts["iptables"], *parts["ip6tables"], *parts["nft"]])
    yield _rules(f"node/{subject.node}", drops, shapes_of(parts["tc"], apart_from=peers), source)


def _rules(about: str, drops: Sequence[str], shapes: Sequence[str], source: str) -> Look:
    facts = {name: "; ".join(found) for name, found in (("drops", drops), ("shape", shapes)) if found}
    return Look(kind="packet-rules", about=about, facts=facts, good=not facts, source=source)


def _volumes(subject: Subject, lines: Sequence[str]) -> Iterator[Look]:
    """How full, how mounted and how populated the volumes are; a volume may be mounted in several places."""
    told: set[str] = set()
    for line in lines:
        name, entries, block, total, free, available, inodes, *mount = line.split(" ")
        options = {*mount[5].split(","), *(["ro"] if "ro" in mount[-1].split(",") else [])}
        if "ro" in options:
            options.discard("rw")
        for user in subject.volumes.get(name, ()):
            about = f"volume/{user}"
            if about in told:
                continue
            told.add(about)
            source = f"{mount[4]} on node {subject.node}"
            facts = {"options": ",".join(sorted(options)), "entries": entries}
            yield Look(kind="mount", about=about, facts=facts, source=source)
            if block.isdigit():
                size = int(block)
                usage = {
                    "capacity-bytes": str(size * int(total)),
                    "used-bytes": str(size * (int(total) - int(free))),
                    "available-bytes": str(size * int(available)),
                    "inodes-free": inodes,
                }
                yield Look(kind="volume-usage", about=about, facts=usage, source=source)


def _running(subject: Subject) -> Iterator[tuple[Pod, ContainerStatus]]:
    for pod in subject.pods.values():
        for status in containers_of(pod):
            if status.state.running is not None and _id(status):
                yield pod, status


def _id(status: ContainerStatus) -> str:
    return status.container_id.rpartition("//")[2]
