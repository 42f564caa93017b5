"""What a node's answer means. Lines of the kernel and of the programs are as they print them on a kind node."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.gather.node_answer import Subject, looks_of
from harness.gather.nodes import PODS_MAX, subjects
from harness.model.full.cluster import Claim
from harness.model.full.pods import Pod
from harness.model.scene import Look

UID = "a44cdd2d-cc72-44fe-9fa4-9e9df7f7aa95"
NODE_ID = "4e13cc6f88783005244cb4c05caf216e1e43eb2540280a2a350aedaaea30e9a2"
MAIN_ID = "bc549e27f8a2a5e39c65249e4a706259ad67d6d8763042ef5094e44617a21be4"
SIDE_ID = "4baa1ca4dbb198448cb910a0ceef2ea0b41dd425ddd1b7e76e4243bc0fffa697"
SLICE = (
    f"/libpod_parent/libpod-{NODE_ID}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice"
    f"/kubelet-kubepods-burstable-pod{UID.replace('-', '_')}.slice"
)
MAIN, SIDE = (f"{SLICE}/cri-containerd-{each}.scope" for each in (MAIN_ID, SIDE_ID))


def pod(name: str = "web", uid: str = UID, **more: Any) -> Pod:
    runs = {"running": {"startedAt": "2026-03-05T11:00:00Z"}}
    statuses = [
        {"name": "main", "containerID": f"containerd://{MAIN_ID}", "state": runs},
        {"name": "side", "containerID": f"containerd://{SIDE_ID}", "state": runs},
    ]
    whole = {
        "metadata": {"name": name, "uid": uid},
        "spec": {"nodeName": "worker"},
        "status": {"phase": "Running", "containerStatuses": statuses},
    }
    return msgspec.convert({**whole, **more}, Pod)


def looked(*, users: dict[str, list[str]] | None = None, **sections: str) -> dict[tuple[str, str], Look]:
    """The looks at a node that printed these sections, by kind and subject; `_` in a name stands for a space."""
    names = (
        "throttling before",
        "services",
        "layout",
        "groups",
        "states",
        *("iptables", "ip6tables", "nft", "tc", "links", "volumes"),
        "throttling after",
    )
    told = dict.fromkeys(names, "") | {name.replace("_", " "): text for name, text in sections.items()}
    if "pod" in told:
        told[f"pod {UID}"] = told.pop("pod")
    answer = "".join(f"\n== {name}\n{text}\n" for name, text in told.items()) + "\n== end\n"
    looks = looks_of(Subject("worker", {UID: pod()}, users or {}), answer)
    assert looks is not None
    return {(look.kind, look.about): look for look in looks}


def test_services_of_a_node_are_told_by_their_state() -> None:
    """One that is expected and has no process is gone; a stopped one shows even beside one that runs."""
    look = looked(services="kubelet T (stopped)\ncontainerd S (sleeping)\nkubelet expected\ncontainerd expected")
    assert look["node-process", "node/worker"].facts == {"kubelet": "T", "containerd": "S"}
    assert look["node-process", "node/worker"].good is False
    gone = looked(services="kubelet expected\ncontainerd S (sleeping)\ncontainerd T (stopped)")
    assert gone["node-process", "node/worker"].facts == {"kubelet": "gone", "containerd": "T"}


def test_a_kube_proxy_is_missed_only_where_one_has_been() -> None:
    """Network plug-ins may do its work; whose rules are there was there."""
    rules = "*filter\n:KUBE-SERVICES - [0:0]\nCOMMIT"
    assert looked(iptables=rules)["node-process", "node/worker"].facts == {"kube-proxy": "gone"}
    assert looked(nft="table ip kube-proxy {\n}")["node-process", "node/worker"].facts == {"kube-proxy": "gone"}
    assert ("node-process", "node/worker") not in looked(iptables="*filter\nCOMMIT")


def test_parts_of_the_control_plane_are_told_where_they_belong() -> None:
    """A worker has none, and that is as it should be."""
    told = (
        "kube-apiserver S (sleeping)\nkube-apiserver expected\nkube-scheduler expected\netcd T (stopped)\netcd expected"
    )
    look = looked(services=told)["static-pod", "node/worker"]
    assert (look.facts, look.good) == ({"apiserver": "S", "etcd": "T", "scheduler": "gone"}, False)
    assert ("static-pod", "node/worker") not in looked(services="kubelet S (sleeping)")


def test_a_container_is_its_first_process() -> None:
    """The node's own container id stands before the pod's in a path; helpers that run do not hide a stopped one."""
    groups = f"/proc/90/cgroup:9:name=systemd:{MAIN}\n/proc/1023/cgroup:9:name=systemd:{MAIN}"
    states = (
        "/proc/90/status:State:\tS (sleeping)\n/proc/90/status:NSpid:\t90\t77\t9\n"
        "/proc/1023/status:State:\tT (stopped)\n/proc/1023/status:NSpid:\t1023\t950\t1"
    )
    look = looked(layout="75", groups=groups, states=states)
    assert look["container-process", "pod/web/main"].facts == {"state": "T", "processes": "S,T"}
    assert look["container-process", "pod/web/main"].good is False
    assert look["container-process", "pod/web/side"].facts == {"state": "gone"}


def test_where_control_groups_have_other_names_nothing_is_gone() -> None:
    """No process was found of any pod: the layout is unknown, not the containers dead."""
    assert not [kind for kind, _ in looked(layout="0") if kind == "container-process"]


def test_throttling_is_told_as_it_is_now() -> None:
    """Of the last moment the share, of the container's life the periods; the pod's own group is not a container."""
    path = f"/sys/fs/cgroup/cpu{MAIN}/cpu.stat"
    whole = f"/sys/fs/cgroup/cpu{SLICE}/cpu.stat"
    before = f"{path}:nr_periods 1000\n{path}:nr_throttled 100\n{whole}:nr_periods 5\n{whole}:nr_throttled 5"
    after = f"{path}:nr_periods 1010\n{path}:nr_throttled 109\n{whole}:nr_periods 9\n{whole}:nr_throttled 9"
    look = looked(throttling_before=before, throttling_after=after)
    assert look["throttling", "pod/web/main"].facts == {"periods": "1010", "throttled": "109", "share": "0.900"}
    assert ("throttling", "pod/web/side") not in look


def test_rules_and_shapes_of_a_pod_are_its_own() -> None:
    """What stands in its network namespace, and on the node's end of its link; other pods' links are not the node's."""
    link = "\\    link/ether 02:fc:00:00:00:01 brd ff:ff:ff:ff:ff:ff"
    inside = f"-A CHAOS -s 10.244.1.7/32 -j DROP\n2: eth0@if345: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP{link}"
    look = looked(
        pod=inside,
        links=f"345: veth0@if2: <BROADCAST,UP> mtu 1500{link} link-netns cni-1\n"
        f"346: veth1@if2: <UP> mtu 1500{link} link-netns cni-2",
        tc="qdisc netem 7e1: dev veth0 root refcnt 2 delay 200ms\nqdisc tbf 1: dev eth0 root refcnt 2 rate 1Mbit\n"
        "qdisc tbf 2: dev veth1 root refcnt 2 rate 9Kbit",
        iptables="-A INPUT -s 192.0.2.1/32 -j DROP",
    )
    assert look["packet-rules", "pod/web"].facts == {
        "drops": "-s 10.244.1.7/32 -j DROP",
        "shape": "netem dev veth0 root delay 200ms",
    }
    assert look["packet-rules", "node/worker"].facts == {
        "drops": "-s 192.0.2.1/32 -j DROP",
        "shape": "tbf dev eth0 root rate 1Mbit",
    }
    assert looked()["packet-rules", "node/worker"].good is True


USERS = {"pvc-1": ["db-0/data"]}
MOUNT = (
    "pvc-1 0 4096 256 12 0 245 711 29 7:3 / /var/local-path-provisioner/pvc-1_shop_data rw,relatime shared:9"
    " - ext4 /dev/loop3 ro"
)


def test_volumes_are_told_by_mount_and_space() -> None:
    """A file system that is read-only makes every mount of it so, whatever the mount says."""
    look = looked(users=USERS, volumes=MOUNT)
    assert look["mount", "volume/db-0/data"].facts == {"options": "relatime,ro", "entries": "0"}
    assert look["volume-usage", "volume/db-0/data"].facts == {
        "capacity-bytes": "1048576",
        "used-bytes": "999424",
        "available-bytes": "0",
        "inodes-free": "245",
    }


def test_a_volume_that_does_not_answer_has_no_size() -> None:
    """Its mount is known all the same."""
    unknown = MOUNT.replace("4096 256 12 0 245", "- - - - -").replace("/dev/loop3 ro", "/dev/loop3 rw")
    look = looked(users=USERS, volumes=unknown)
    assert look["mount", "volume/db-0/data"].facts["options"] == "relatime,rw"
    assert ("volume-usage", "volume/db-0/data") not in look


def test_an_answer_that_was_cut_off_is_none() -> None:
    """Half a list would look as if the rest were gone."""
    assert looks_of(Subject("worker", {}, {}), "== throttling before\n== services\nkubelet S") is None


def test_each_node_is_asked_for_the_pods_and_volumes_there() -> None:
    """Those that are not ready first; what is over has nothing to look at."""
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}
    spec = {"nodeName": "worker", "volumes": [volume]}
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    pods = [pod(f"well-{n:02}", f"well-{n:02}", status=ready) for n in range(PODS_MAX)]
    pods += [pod("db-0", "u-db", spec=spec, status={}), pod("done", "u-done", status={"phase": "Succeeded"})]
    claim = msgspec.convert({"metadata": {"name": "data-db-0"}, "spec": {"volumeName": "pvc-1"}}, Claim)
    here, there = subjects(["worker", "other"], pods, [claim])
    assert next(iter(here.pods)) == "u-db"
    assert "u-done" not in here.pods
    assert len(here.pods) == PODS_MAX
    assert here.volumes == {"pvc-1": ["db-0/data"]}
    assert (there.pods, there.volumes) == ({}, {})


def test_what_the_kubelet_says_of_certificates_is_kept() -> None:
    """The last lines as they are, without credentials; a kubelet that says nothing of them is not told."""
    said = 'E0305 "Failed to ensure lease" err="Unauthorized"\nW0305 certificate has expired, token=abc123'
    look = looked(kubelet_log=said)["node-log", "node/worker"]
    assert look.facts["kubelet"].startswith('E0305 "Failed to ensure lease"')
    assert "abc123" not in look.facts["kubelet"]
    assert ("node-log", "node/worker") not in looked()
