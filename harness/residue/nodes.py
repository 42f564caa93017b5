"""What of a node is a fact to keep: one script reads it, this says what of its answer is steady. Knows no provider."""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from harness.damage.site import NodeExec
from harness.model.errors import HealproofError
from harness.residue.packet_filter import PASSING_LINKS, nft_rules, tables_rules

SECONDS_MAX = 30.0
NO_ENTRY = "cannot be entered"


class Part(enum.StrEnum):
    """What is told apart on a node: the sections of node.sh, and whether it could run."""

    ENTRY = "entry"
    IPTABLES = "iptables"
    IP6TABLES = "ip6tables"
    NFT = "nft"
    TC = "tc"
    LINKS = "links"
    ROUTES = "routes"
    MOUNTS = "mounts"
    STOPPED = "stopped processes"
    PROCESSES = "processes"
    MANIFESTS = "static manifests"
    CONFIGURATION = "configuration"
    UNITS = "units"
    FILES = "files"
    CGROUPS = "cgroups"


def subject_of(node: str, part: Part) -> str:
    """The subject of one part of a node's facts."""
    return f"node {node}: {part}"


def node_of(subject: str) -> str:
    """The node of a subject that `subject_of` made."""
    return subject.removeprefix("node ").partition(": ")[0]


def read_node(node_exec: NodeExec, node: str, addresses: Mapping[str, str]) -> dict[str, list[str]]:
    """A node's facts by subject; of one that cannot be entered, only that.

    `addresses` gives the node that has an address now: a node that was switched off may come back with another, and
    is meant by its name.
    """
    script = Path(__file__).with_name("node.sh").read_bytes()
    try:
        done = node_exec(node, ["sh", "-s"], timeout_seconds=SECONDS_MAX, stdin=script)
    except HealproofError:  # its words may differ from one time to the next
        return {subject_of(node, Part.ENTRY): [NO_ENTRY]}
    answer = done.stdout.decode(errors="replace")
    for address, owner in addresses.items():
        longer = r"[\w:]" if ":" in address else r"\w|\.\d"
        answer = re.sub(rf"(?<![\w.:]){re.escape(address)}(?!{longer})", owner, answer)
    return facts_of(node, answer)


def facts_of(node: str, answer: str) -> dict[str, list[str]]:
    """The facts in what node.sh printed; an answer that was cut off counts as no entry."""
    sections: dict[str, list[str]] = {}
    for line in answer.splitlines():
        if line.startswith("== "):
            current = sections.setdefault(line.removeprefix("== "), [])
        elif line and sections:
            current.append(line)
    if "end" not in sections:
        return {subject_of(node, Part.ENTRY): [NO_ENTRY]}
    found = {part: list(read(sections.get(part, []))) for part, read in _READERS.items()}
    found[Part.PROCESSES] = list(_processes(sections.get(Part.PROCESSES, []), node))
    return {subject_of(node, part): sorted(facts) for part, facts in found.items()}


def _queues(lines: list[str]) -> Iterator[str]:
    for line in lines:
        link = re.search(r" dev (\S+)", line)
        if not link or not link[1].startswith(PASSING_LINKS):
            yield re.sub(r" refcnt \d+", "", line).strip()


def _links(lines: list[str]) -> Iterator[str]:
    for line in lines:
        words = line.split()
        name = words[1].rstrip(":").partition("@")[0] if len(words) > 1 else line
        if not name.startswith(PASSING_LINKS):
            mtu = re.search(r"mtu \d+", line)
            yield f"{name} up, {mtu[0]}" if mtu else line


def _routes(lines: list[str]) -> Iterator[str]:
    for line in lines:
        link = re.search(r" dev (\S+)", line)
        if not link or not link[1].startswith(PASSING_LINKS):
            yield re.sub(r" expires \d+sec", "", " ".join(line.split()))


_PASSING_MOUNTS = re.compile(
    r"/var/lib/kubelet/(pods|plugins)/|/(containerd|crio|docker|containers)/|/run/(netns|credentials|user)/|/sys/fs/cgroup"
)
_PASSING_TYPES = ("autofs", "binfmt_misc", "cgroup", "cgroup2", "nsfs")


def _mounts(lines: list[str]) -> Iterator[str]:
    for line in lines:
        head, _, tail = line.partition(" - ")
        mount, kind = head.split(), tail.split()
        if len(mount) < 6 or len(kind) < 3:
            yield line
        elif not _PASSING_MOUNTS.search(mount[4]) and kind[0] not in _PASSING_TYPES:
            options = {*mount[5].split(","), *("file system read-only" for word in kind[2].split(",") if word == "ro")}
            yield f"{mount[4]} {kind[0]} {','.join(sorted(options))}"


def _processes(lines: list[str], node: str) -> Iterator[str]:
    """Command lines with the name `healproof` in them that is not a node's or a cluster's."""
    cluster = re.sub(r"-(control-plane|worker)\d*$", "", node)
    for line in lines:
        words = line.split()
        if "healproof" not in line.replace(node, "").replace(cluster, ""):
            continue
        if not {os.path.basename(word) for word in words[:2]} & {"healproof", "pytest"}:  # noqa: PTH119 - no path
            yield " ".join(words)[:160]


def _sums(lines: list[str]) -> Iterator[str]:
    for line in lines:
        digest, _, path = line.partition(" ")
        yield f"{path} sha256 {digest}"


def _units(lines: list[str]) -> Iterator[str]:
    for line in lines:
        words = line.split()
        yield line if "=" in line else " ".join(words[:3])  # what follows tells when a timer is due


_IDENTITY = re.compile(r"[0-9a-f]{32,}|[0-9a-f]{8}([-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}")


def _cgroups(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield _IDENTITY.sub("…", line)


def _as_it_is(lines: list[str]) -> Iterator[str]:
    yield from lines


_READERS: dict[Part, Callable[[list[str]], Iterator[str]]] = {
    Part.IPTABLES: tables_rules,
    Part.IP6TABLES: tables_rules,
    Part.NFT: nft_rules,
    Part.TC: _queues,
    Part.LINKS: _links,
    Part.ROUTES: _routes,
    Part.MOUNTS: _mounts,
    Part.STOPPED: _as_it_is,
    Part.MANIFESTS: _sums,
    Part.CONFIGURATION: _sums,
    Part.UNITS: _units,
    Part.FILES: _as_it_is,
    Part.CGROUPS: _cgroups,
}
