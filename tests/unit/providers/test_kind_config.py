from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from harness.model.errors import BadInput
from harness.providers.host_facts import HostFacts
from harness.providers.kind_config import (
    ClusterFiles,
    Images,
    canary_manifest,
    compose,
    parse_shape,
    shapes,
    storage_manifest,
)

BUILT = Images(node="node:1", agnhost="agn:1", provisioner="prov:1", tags={"etcd": "3.6.15-0", "dns": "v1.14.7"})
OFFICIAL = Images(node="node:1", agnhost="agn:1", provisioner="prov:1")


def composed(shape: str, images: Images = OFFICIAL, facts: HostFacts | None = None) -> dict[str, Any]:
    return compose(parse_shape(shape), images, ClusterFiles(folder=Path("/state/c")), facts or HostFacts())


def kubelet_settings(config: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for patch in config.get("kubeadmConfigPatches", []):
        document = YAML(typ="safe").load(patch)
        if document["kind"] == "KubeletConfiguration":
            merged.setdefault("featureGates", {}).update(document.pop("featureGates", {}))
            merged.update(document)
    return merged


def arguments(config: dict[str, Any], component: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for patch in config["kubeadmConfigPatchesJSON6902"]:
        for change in YAML(typ="safe").load(patch["patch"]):
            if change["path"].startswith(f"/{component}/extraArgs"):
                values = change["value"] if isinstance(change["value"], list) else [change["value"]]
                found |= {value["name"]: value["value"] for value in values}
    return found


def test_every_shape_has_both_timers() -> None:
    """Each shape runs with compressed timers by its short name, and with either timers by its long one."""
    for config in ("one-node", "two-workers", "three-workers"):
        assert {config, f"{config}+compressed-timers", f"{config}+default-timers"} <= set(shapes())
    assert parse_shape("one-node").timers == "compressed"


def test_an_unknown_shape_is_refused_with_the_known_ones() -> None:
    """A wrong shape is an error of the user's that lists what exists, before anything is made."""
    with pytest.raises(BadInput, match="five-workers") as refused:
        parse_shape("five-workers")
    assert "two-workers" in refused.value.hint


def test_default_timers_change_no_timer() -> None:
    """With default timers kubelet and controller manager are exactly as Kubernetes ships them."""
    config = composed("two-workers+default-timers")
    assert kubelet_settings(config) == {}
    assert arguments(config, "controllerManager") == {}


def test_compressed_timers_are_sane_against_each_other() -> None:
    """A node may miss at least five heartbeats before it counts as lost, and leases expire before that."""
    config = composed("two-workers")
    kubelet, manager = kubelet_settings(config), arguments(config, "controllerManager")

    def seconds(text: str) -> int:
        return int(text.removesuffix("s"))

    grace = seconds(manager["node-monitor-grace-period"])
    assert grace >= 5 * seconds(kubelet["nodeStatusUpdateFrequency"])
    assert kubelet["nodeLeaseDurationSeconds"] < grace
    assert seconds(manager["node-monitor-period"]) < grace
    for component in ("controllerManager", "scheduler"):
        election = arguments(config, component)
        lease, renew = (
            seconds(election["leader-elect-lease-duration"]),
            seconds(election["leader-elect-renew-deadline"]),
        )
        assert lease > renew > seconds(election["leader-elect-retry-period"])


def test_an_ordinary_host_gets_no_workaround() -> None:
    """cgroup v1 and user-namespace settings are applied only where this host needs them."""
    ordinary = json.dumps(composed("one-node"))
    for word in ("failCgroupV1", "KubeletInUserNamespace", "restrict_oom_score_adj"):
        assert word not in ordinary


def test_each_host_need_has_its_own_workaround() -> None:
    """cgroup v1 alone does not switch on what only a missing right needs."""
    old = kubelet_settings(composed("one-node", facts=HostFacts(cgroup_version=1)))
    assert old["failCgroupV1"] is False
    assert "KubeletInUserNamespace" not in old["featureGates"]
    restricted = composed("one-node", facts=HostFacts(may_raise_limits=False))
    assert kubelet_settings(restricted)["featureGates"]["KubeletInUserNamespace"] is True
    assert "restrict_oom_score_adj = true" in restricted["containerdConfigPatches"][0]


def test_a_built_image_is_asked_for_the_tags_it_holds() -> None:
    """kubeadm would name older etcd and CoreDNS tags; kind's own image needs no such patch."""
    patches = [YAML(typ="safe").load(patch) for patch in composed("one-node", BUILT)["kubeadmConfigPatches"]]
    cluster = next(patch for patch in patches if patch["kind"] == "ClusterConfiguration")
    assert cluster["etcd"]["local"]["imageTag"] == "3.6.15-0"
    assert cluster["dns"]["imageTag"] == "v1.14.7"
    official = composed("one-node", OFFICIAL)["kubeadmConfigPatches"]
    assert not any("ClusterConfiguration" in patch for patch in official)


def test_the_audit_log_is_written_where_the_host_reads_it() -> None:
    """The API server's log path lies in the folder that is mounted from the cluster's state folder."""
    config = composed("three-workers")
    server = arguments(config, "apiServer")
    mounts = {mount["containerPath"]: mount["hostPath"] for mount in config["nodes"][0]["extraMounts"]}
    assert mounts[str(Path(server["audit-log-path"]).parent)] == "/state/c/audit"
    assert Path(mounts[server["audit-policy-file"]]).is_file()
    assert all("/state/c" not in mount["hostPath"] for node in config["nodes"][1:] for mount in node["extraMounts"])


def test_the_shipped_manifests_name_only_the_given_images() -> None:
    """No image name is written into a manifest: all of them come from the table of pins."""
    helper = "agn:1"
    for manifest in (storage_manifest(OFFICIAL), canary_manifest(OFFICIAL)):
        documents = list(YAML(typ="safe").load_all(manifest))
        specs = [
            d["spec"].get("template", d)["spec"] for d in documents if d["kind"] in {"DaemonSet", "Deployment", "Pod"}
        ]
        used = {container["image"] for spec in specs for container in spec["containers"]}
        assert used <= {"agn:1", "prov:1"}
    config = next(d for d in YAML(typ="safe").load_all(storage_manifest(OFFICIAL)) if d["kind"] == "ConfigMap")
    assert json.loads(config["data"]["helperPod.yaml"])["spec"]["containers"][0]["image"] == helper
