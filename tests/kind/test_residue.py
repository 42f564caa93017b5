"""The residue check on real nodes: what is planted there is found, what a living cluster does by itself is not."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from contract.leftovers import await_quiet
from planted_residue import (
    MARKS,
    NAMESPACE,
    OBJECTS,
    mark,
    namespace_with_a_secret,
    none_left,
    plant_objects,
    remove_objects,
    snapshot,
    unmark,
)
from real_runs import Ground, required

from harness.damage.ways import reach
from harness.kube import actions
from harness.residue.differences import Difference, differences

pytestmark = [pytest.mark.kind, pytest.mark.slow]


@pytest.fixture(autouse=True)
def quiet(kind_ground: Ground) -> None:
    """The namespaces of other tests are gone: what goes with them is nobody's residue."""
    await_quiet(kind_ground)


QUEUE = "tc qdisc add dev eth0 root tbf rate 1gbit burst 1mb latency 50ms"
STATE = "/var/lib/healproof"
MANIFEST = "/etc/kubernetes/manifests/.planted"  # the kubelet reads no hidden file
FREEZER_1, FREEZER_2 = "/sys/fs/cgroup/freezer/planted", "/sys/fs/cgroup/planted"


class Plant(NamedTuple):
    """Residue on a node: how it comes and goes, under which subject it is told, and a word that tells it."""

    part: str
    come: str
    go: str
    word: str
    vanishes: bool = False


PLANTS = {
    "packets dropped": Plant(
        "iptables", "iptables -A INPUT -s 192.0.2.1 -j DROP", "iptables -D INPUT -s 192.0.2.1 -j DROP", "192.0.2.1"
    ),
    "IPv6 packets dropped": Plant(
        "ip6tables",
        "ip6tables -A INPUT -s 2001:db8::1 -j DROP",
        "ip6tables -D INPUT -s 2001:db8::1 -j DROP",
        "2001:db8",
    ),
    "a table of its own": Plant(
        "nft", "nft add table inet planted && nft add chain inet planted c", "nft delete table inet planted", "planted"
    ),
    "a slow link": Plant("tc", QUEUE, "tc qdisc del dev eth0 root", "tbf"),
    "a black hole": Plant(
        "routes", "ip route add blackhole 192.0.2.0/24", "ip route del blackhole 192.0.2.0/24", "blackhole"
    ),
    "a mount": Plant("mounts", "mount -t tmpfs planted /mnt", "umount /mnt", "/mnt tmpfs"),
    "a stopped process": Plant(
        "stopped processes",
        "setsid sh -c 'kill -STOP $$' >/dev/null 2>&1 </dev/null & "
        "until grep -q '^State:.T' /proc/$!/status; do sleep 0.05; done",
        "pkill -KILL -f 'kill -STO[P]'",
        "sh",
    ),
    "a stray process": Plant(
        "processes",
        "setsid sh -c 'sleep 612; : healproof-stray' >/dev/null 2>&1 </dev/null &",
        "pkill -KILL -f 'healproof-stra[y]|sleep 61[2]'",
        "healproof-stray",
    ),
    "a moved manifest": Plant(
        "static manifests", f"mv {MANIFEST} /tmp/", f"mv /tmp/.planted {MANIFEST}", MANIFEST, True
    ),
    "a changed configuration": Plant(
        "configuration",
        "cp -p /var/lib/kubelet/config.yaml /tmp/ && echo '#' >>/var/lib/kubelet/config.yaml",
        "mv /tmp/config.yaml /var/lib/kubelet/config.yaml",
        "/var/lib/kubelet/config.yaml",
    ),
    "a timer": Plant(
        "units", "systemd-run --unit planted --on-active=600 true", "systemctl stop planted.timer", "planted.timer"
    ),
    "a file": Plant("files", f"mkdir -p {STATE}/a && touch {STATE}/a/b", f"rm -r {STATE}/a", f"{STATE}/a/b"),
    "a frozen group": Plant(
        "cgroups",
        f"if [ -d /sys/fs/cgroup/freezer ]; then mkdir {FREEZER_1} && echo FROZEN >{FREEZER_1}/freezer.state; "
        f"else mkdir {FREEZER_2} && echo 1 >{FREEZER_2}/cgroup.freeze; fi",
        f"rmdir {FREEZER_1} {FREEZER_2} 2>/dev/null || true",
        "/planted/",
    ),
}


@pytest.fixture(scope="module")
def found(kind_ground: Ground) -> dict[str, Difference]:
    """The differences, by subject, that all plants together made; they are gone again, and with them every one."""
    node = kind_ground.record.nodes[-1]
    with namespace_with_a_secret(kind_ground):
        on_node(kind_ground, f"mkdir -p /etc/kubernetes/manifests && touch {MANIFEST}")
        before = snapshot(kind_ground)
        try:
            plant_objects(kind_ground)
            mark(kind_ground, node)
            for plant in PLANTS.values():
                on_node(kind_ground, plant.come)
            seen = {each.subject: each for each in differences(before, snapshot(kind_ground))}
        finally:
            for plant in PLANTS.values():
                on_node(kind_ground, plant.go, check=False)
            remove_objects(kind_ground)
            unmark(kind_ground, node)
        none_left(before, lambda: snapshot(kind_ground))
        on_node(kind_ground, f"rm {MANIFEST}")
    return seen


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_residue_on_a_node_is_found(kind_ground: Ground, found: dict[str, Difference], plant: Plant) -> None:
    """Each kind of thing that a fault could leave on a node is told by node, part and content."""
    difference = found[f"node {kind_ground.record.nodes[-1]}: {plant.part}"]
    told = difference.vanished if plant.vanishes else difference.appeared
    assert any(plant.word in fact for fact in told), str(difference)


def test_residue_in_the_api_is_found(kind_ground: Ground, found: dict[str, Difference]) -> None:
    """So are objects, a changed Secret, and what hangs on a node."""
    assert {*OBJECTS, f"secret {NAMESPACE}/planted-secret"} < set(found)
    assert set(found[f"node {kind_ground.record.nodes[-1]}"].appeared) > MARKS


def test_nothing_is_found_that_was_not_planted(kind_ground: Ground, found: dict[str, Difference]) -> None:
    """No other subject differs; some plants are told twice, by what follows of them."""
    node = kind_ground.record.nodes[-1]
    parts = {f"node {node}: {plant.part}" for plant in PLANTS.values()}
    assert set(found) == {*OBJECTS, f"secret {NAMESPACE}/planted-secret", f"node {node}", *parts}


def test_what_heals_by_itself_leaves_no_difference(kind_ground: Ground) -> None:
    """Lost pods, a static pod that was restarted and a restarted kubelet are as before once they are back."""
    before = snapshot(kind_ground)
    control_plane = kind_ground.record.nodes[0]
    killed = reach(kind_ground.record)(control_plane, ["pkill", "-KILL", "-x", "kube-scheduler"])
    assert killed.code == 0
    on_node(kind_ground, "systemctl restart kubelet")
    for pod in kind_ground.listed("pods", "kube-system"):
        if pod["metadata"]["labels"].get("k8s-app") == "kube-dns":
            actions.delete_pod(kind_ground.client, "kube-system", pod["metadata"]["name"], pod["metadata"]["uid"])

    def back() -> bool:
        pods = kind_ground.listed("pods", "kube-system")
        return all(status["ready"] for pod in pods for status in pod["status"].get("containerStatuses", [{"ready": 0}]))

    required(back, "all of kube-system to be ready again", 120)
    none_left(before, lambda: snapshot(kind_ground))


def test_a_node_that_cannot_be_entered_is_one_difference(kind_ground: Ground) -> None:
    """What is not seen on a dead node is not told as gone from it."""
    before = snapshot(kind_ground)
    after = snapshot(Ground(kind_ground.record.__replace__(nodes=("nobody",)), *kind_ground[1:]))
    told = [str(each) for each in differences(before, after)]
    assert told == ["node nobody: entry: appeared: cannot be entered"]


def on_node(ground: Ground, script: str, *, check: bool = True) -> None:
    done = reach(ground.record)(ground.record.nodes[-1], ["sh", "-c", script])
    assert done.code == 0 or not check, f"{script}: {done.stderr.decode()}"
