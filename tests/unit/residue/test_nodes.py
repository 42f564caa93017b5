"""What of a node's answer is steady."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from harness.machine.process import Completed, run
from harness.model.errors import ClusterBroken
from harness.residue.nodes import Part, facts_of, node_of, read_node, subject_of

NODE = "healproof-demo-worker"


def part(name: Part, *lines: str) -> list[str]:
    """The facts of one section."""
    answer = "\n".join([f"== {name}", *lines, "== end"])
    return facts_of(NODE, answer)[subject_of(NODE, name)]


def mount(point: str, kind: str = "tmpfs", options: str = "rw,nosuid", of_file_system: str = "rw,size=1k") -> str:
    return f"1 2 0:3 / {point} {options} shared:9 - {kind} none {of_file_system}"


STEADY = [
    (Part.TC, "qdisc tbf 8001: dev eth0 root refcnt 2 rate 1Gbit", "qdisc tbf 8001: dev eth0 root rate 1Gbit"),
    (Part.TC, "qdisc noqueue 0: dev veth12ab root refcnt 2", None),
    (Part.LINKS, "2: eth0@if9: <UP> mtu 1500 qdisc noqueue", "eth0 up, mtu 1500"),
    (Part.LINKS, "3: veth1@if2: <UP> mtu 1500 qdisc noqueue", None),
    (Part.ROUTES, "blackhole 192.0.2.0/24 ", "blackhole 192.0.2.0/24"),
    (Part.ROUTES, "10.244.1.5 dev veth1 scope host", None),
    (
        Part.ROUTES,
        "default via fe80::1 dev eth0 expires 1797sec pref medium",
        "default via fe80::1 dev eth0 pref medium",
    ),
    (Part.MOUNTS, mount("/mnt"), "/mnt tmpfs nosuid,rw"),
    (Part.MOUNTS, mount("/data", "ext4", "ro", "ro,x"), "/data ext4 file system read-only,ro"),
    (Part.MOUNTS, mount("/var/lib/kubelet/pods/1/volumes/x"), None),
    (Part.MOUNTS, mount("/run/containerd/a/shm"), None),
    (Part.MOUNTS, mount("/sys/fs/cgroup/cpu", "cgroup"), None),
    (Part.STOPPED, "etcd", "etcd"),
    (Part.MANIFESTS, "abab /etc/kubernetes/etcd.yaml", "/etc/kubernetes/etcd.yaml sha256 abab"),
    (Part.UNITS, "kubelet ActiveState=active DropInPaths=", "kubelet ActiveState=active DropInPaths="),
    (Part.UNITS, "healproof-x.timer loaded active waiting in 3 s", "healproof-x.timer loaded active"),
    (Part.FILES, "/var/lib/healproof/a b", "/var/lib/healproof/a b"),
    (
        Part.CGROUPS,
        f"/pod{'0' * 8}_1111_1111_1111_{'2' * 12}.slice/{'f' * 64}/io.max:8:0 5",
        "/pod….slice/…/io.max:8:0 5",
    ),
]


@pytest.mark.parametrize(("name", "line", "fact"), STEADY)
def test_a_part_keeps_what_is_steady(name: Part, line: str, fact: str | None) -> None:
    """Neither names that are new with every pod, nor counters, nor times."""
    assert part(name, line) == ([fact] if fact else [])


def test_processes_are_told_by_the_mark_that_no_name_of_a_node_makes() -> None:
    """The kubelet of a node called healproof-… is no residue, nor is the harness itself where it shares the machine."""
    assert part(
        Part.PROCESSES,
        f"/usr/bin/kubelet --hostname={NODE} --provider-id=kind://podman/healproof-demo/{NODE}",
        "/usr/bin/python3 /opt/bin/healproof residue --save x",
        "sh -c sleep 9; mv /var/lib/healproof/x /etc  ",
    ) == ["sh -c sleep 9; mv /var/lib/healproof/x /etc"]


def test_an_answer_that_was_cut_off_is_no_answer() -> None:
    """Half a list would look as if the rest had vanished."""
    assert facts_of(NODE, "== tc\nqdisc noqueue 0: dev eth0 root") == {f"node {NODE}: entry": ["cannot be entered"]}


def test_a_node_that_cannot_be_entered_is_a_fact() -> None:
    """The check goes on with the others."""

    def refuses(
        node: str, argv: Sequence[str], *, timeout_seconds: float = 1.0, stdin: bytes | None = None
    ) -> Completed:
        raise ClusterBroken(f"{node} is paused")

    assert read_node(refuses, NODE, {}) == {f"node {NODE}: entry": ["cannot be entered"]}


def test_a_node_is_meant_by_its_name_whatever_its_address() -> None:
    """A node that was switched off may come back with another address; no longer address is taken for it."""

    def answers(
        node: str, argv: Sequence[str], *, timeout_seconds: float = 1.0, stdin: bytes | None = None
    ) -> Completed:
        routes = "a via 10.0.0.2 dev eth0\nb via 10.0.0.22\nc via fc00::2\nd via fc00::2:1\ne via 110.0.0.2"
        return Completed(0, f"== routes\n{routes}\n== end\n".encode(), b"")

    facts = read_node(answers, NODE, {"10.0.0.2": "two", "fc00::2": "two"})[subject_of(NODE, Part.ROUTES)]
    assert facts == ["a via two dev eth0", "b via 10.0.0.22", "c via two", "d via fc00::2:1", "e via 110.0.0.2"]


def test_the_script_runs_to_its_end_wherever_there_is_a_shell() -> None:
    """What a node lacks is said, not fatal; here it reads the machine that runs the tests."""

    def here(node: str, argv: Sequence[str], *, timeout_seconds: float = 1.0, stdin: bytes | None = None) -> Completed:
        return run(argv, timeout_seconds=timeout_seconds, stdin=stdin, check=False)

    facts = read_node(here, NODE, {})
    assert set(facts) == {subject_of(NODE, name) for name in Part if name is not Part.ENTRY}
    assert {node_of(subject) for subject in facts} == {NODE}
    assert facts[subject_of(NODE, Part.MOUNTS)]
