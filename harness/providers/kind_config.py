"""The configuration kind is given: shape, timers, audit log, volumes, and what this host needs. Runs nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML

from harness.machine.paths import data_dir
from harness.model.errors import BadInput
from harness.providers.host_facts import HostFacts

Document = dict[str, Any]  # Kubernetes objects and kind's configuration, as YAML has them
DEFAULT_TIMERS = "compressed"
LISTS = ("kubeadmConfigPatches", "kubeadmConfigPatchesJSON6902", "containerdConfigPatches")
AUDIT_FOLDER = "/var/log/kubernetes/audit"
POLICY = "/etc/kubernetes/audit-policy.yaml"
AUDIT_MEGABYTES = 512


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A shape's name taken apart: the kind configuration `clusters/kind/<config>.yaml` and the timers it runs with."""

    config: str
    timers: str = DEFAULT_TIMERS


class ClusterFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Where a cluster's files are on this machine, all below its state folder."""

    folder: Path

    @property
    def kubeconfig(self) -> Path:
        """The credentials, readable by their owner alone."""
        return self.folder / "kubeconfig"

    @property
    def kind_config(self) -> Path:
        """What kind is given."""
        return self.folder / "kind.yaml"

    @property
    def audit_log(self) -> Path:
        """The API server's audit log, one JSON object a line."""
        return self.folder / "audit" / "audit.log"

    @property
    def storage(self) -> Path:
        """The manifest of the default StorageClass."""
        return self.folder / "storage.yaml"


class Images(msgspec.Struct, frozen=True, kw_only=True):
    """The images a cluster is made with.

    `tags` are those of etcd and CoreDNS in a built node image, which kubeadm would name wrongly; empty with kind's.
    """

    node: str
    agnhost: str
    provisioner: str
    tags: Mapping[str, str] = {}


def shapes() -> list[str]:
    """Every shape there is, each with its short name and with its timers named."""
    folder = data_dir("clusters") / "kind"
    timers = sorted(path.stem for path in (folder / "timers").glob("*.yaml"))
    configs = sorted(path.stem for path in folder.glob("*.yaml") if _load(path)[0].get("kind") == "Cluster")
    return [name for config in configs for name in (config, *(f"{config}+{one}-timers" for one in timers))]


def parse_shape(shape: str) -> Shape:
    """Take a name such as `two-workers` or `two-workers+default-timers` apart; raises BadInput for an unknown one."""
    if shape not in shapes():
        raise BadInput(f"unknown kind shape {shape!r}", hint=f"one of {', '.join(shapes())}")
    config, _, timers = shape.partition("+")
    return Shape(config=config, timers=timers.removesuffix("-timers") or DEFAULT_TIMERS)


def compose(shape: Shape, images: Images, files: ClusterFiles, facts: HostFacts) -> Document:
    """The configuration of one cluster: the shape with its timers and everything of healproof's own merged in."""
    shipped = data_dir("clusters") / "kind"
    config = _load(shipped / f"{shape.config}.yaml")[0]
    timers = _load(shipped / "timers" / f"{shape.timers}.yaml")[0]
    for extra in (timers, _audit_log(), _image_tags(images), _host_needs(facts, images)):
        for key in LISTS:
            if extra.get(key):
                config[key] = [*config.get(key, []), *extra[key]]
    for node in config["nodes"]:
        node["image"] = images.node
        mounts = [_mount(shipped / "volume.sh", "/kind/volume.sh")]
        if node["role"] == "control-plane":
            mounts += [
                _mount(shipped / "audit.yaml", POLICY),
                _mount(files.storage, "/kind/manifests/default-storage.yaml"),
                {"hostPath": str(files.audit_log.parent), "containerPath": AUDIT_FOLDER},
            ]
        node["extraMounts"] = [*node.get("extraMounts", []), *mounts]
    return config


def storage_manifest(images: Images) -> str:
    """The manifest of the default StorageClass with its images filled in."""
    names = {"provisioner": images.provisioner, "helper": images.agnhost}
    documents = _load(data_dir("clusters") / "kind" / "storage.yaml")
    for document in documents:
        if document["kind"] == "ConfigMap":
            helper = YAML(typ="safe").load(document["data"]["helperPod.yaml"])
            _name_images(helper["spec"], names)
            document["data"]["helperPod.yaml"] = json.dumps(helper)
        if document["kind"] == "Deployment":
            _name_images(document["spec"]["template"]["spec"], names)
    return dump(documents)


def canary_manifest(images: Images) -> str:
    """The manifest of the canary that proves a new cluster to work."""
    names = {"agnhost": images.agnhost}
    documents = _load(data_dir("clusters") / "kind" / "canary.yaml")
    for document in documents:
        if document["kind"] in {"DaemonSet", "Pod"}:
            spec = document["spec"]
            _name_images(spec["template"]["spec"] if "template" in spec else spec, names)
    return dump(documents)


def dump(documents: list[Document]) -> str:
    """YAML documents as text."""
    sink = io.StringIO()
    YAML(typ="safe").dump_all(documents, sink)
    return sink.getvalue()


def _audit_log() -> Document:
    arguments = {
        "audit-policy-file": POLICY,
        "audit-log-path": f"{AUDIT_FOLDER}/audit.log",
        "audit-log-maxsize": str(AUDIT_MEGABYTES),
        "audit-log-maxbackup": "1",
    }
    volumes = [
        {"name": "audit-policy", "hostPath": POLICY, "mountPath": POLICY, "readOnly": True, "pathType": "File"},
        {"name": "audit-log", "hostPath": AUDIT_FOLDER, "mountPath": AUDIT_FOLDER, "pathType": "Directory"},
    ]
    changes: list[Document] = [
        {"op": "add", "path": "/apiServer/extraArgs/-", "value": {"name": name, "value": value}}
        for name, value in arguments.items()
    ]
    changes.append({"op": "add", "path": "/apiServer/extraVolumes", "value": volumes})
    target = {"group": "kubeadm.k8s.io", "version": "v1beta4", "kind": "ClusterConfiguration"}
    return {"kubeadmConfigPatchesJSON6902": [{**target, "patch": json.dumps(changes)}]}


def _image_tags(images: Images) -> Document:
    if not images.tags:
        return {}
    patch = {
        "kind": "ClusterConfiguration",
        "etcd": {"local": {"imageTag": images.tags["etcd"]}},
        "dns": {"imageTag": images.tags["dns"]},
    }
    return {"kubeadmConfigPatches": [json.dumps(patch)]}


def _host_needs(facts: HostFacts, images: Images) -> Document:
    """What only a host with cgroup v1, or without the right to raise limits, needs; an ordinary one gets nothing."""
    needs: Document = {}
    kubelet: Document = {}
    if facts.cgroup_version == 1:
        kubelet["failCgroupV1"] = False
    if not facts.may_raise_limits:
        kubelet["featureGates"] = {"KubeletInUserNamespace": True}
        if not images.tags:  # a built image says so itself
            needs["containerdConfigPatches"] = [
                '[plugins."io.containerd.grpc.v1.cri"]\n  restrict_oom_score_adj = true\n'
            ]
    if kubelet:
        needs["kubeadmConfigPatches"] = [json.dumps({"kind": "KubeletConfiguration", **kubelet})]
    return needs


def _mount(source: Path, place: str) -> Document:
    return {"hostPath": str(source), "containerPath": place, "readOnly": True}


def _name_images(spec: Document, names: Mapping[str, str]) -> None:
    """Replace the short names that the shipped manifests hold, as an image and as an argument."""
    for container in spec["containers"]:
        container["image"] = names[container["image"]]
        if "command" in container:
            container["command"] = [names.get(word, word) for word in container["command"]]


def _load(path: Path) -> list[Document]:
    return [document for document in YAML(typ="safe").load_all(path.read_text()) if document]
