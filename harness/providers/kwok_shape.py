"""What a kwok cluster shall look like: the shape files of `clusters/kwok`, typed and checked. Starts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from harness.machine.paths import data_dir
from harness.model.errors import BadInput

PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
SIMULATED = "healproof.dev/simulated"
"""The label by which kwok knows its nodes; a node without it has no kubelet any more and its lease runs out."""

_NOT_SHAPES = {"audit-policy", "stages"}


class NodeSize(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each node can take, as Kubernetes quantities."""

    cpu: str = "8"
    memory: str = "32Gi"
    pods: str = "110"


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A kwok cluster: how many nodes, spread over how many zones, and flags by program that replace the defaults."""

    nodes: int
    zones: int = 1
    node: NodeSize = NodeSize()
    node_lease_seconds: int = 40
    flags: dict[str, dict[str, str]] = {}

    def node_names(self) -> tuple[str, ...]:
        """The nodes' names, in order."""
        return tuple(f"node-{number}" for number in range(1, self.nodes + 1))

    def manifest(self, number: int, kubernetes_version: str) -> Mapping[str, object]:
        """The Node object of the node with this number, counted from 1."""
        name = f"node-{number}"
        size = {"cpu": self.node.cpu, "memory": self.node.memory, "pods": self.node.pods}
        zone = f"zone-{(number - 1) % self.zones + 1}"
        labels = {
            SIMULATED: "true",
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "topology.kubernetes.io/zone": zone,
        }
        address = f"10.{64 + number // 65536}.{number // 256 % 256}.{number % 256}"
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": labels},
            "status": {
                "capacity": size,
                "allocatable": size,
                "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
                "nodeInfo": _node_info(kubernetes_version),
            },
        }


def shapes() -> tuple[str, ...]:
    """The names of the shapes that are shipped."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml") if path.stem not in _NOT_SHAPES))


def load_shape(name: str) -> Shape:
    """Read a shape by name; raises BadInput where there is none of that name or it does not have its form."""
    path = _folder() / f"{name}.yaml"
    if name not in shapes():
        raise BadInput(f"no kwok shape {name!r}", hint=f"there are: {', '.join(shapes())}")
    try:
        shape = msgspec.convert(YAML(typ="safe", pure=True).load(path.read_text()), Shape)
    except (OSError, YAMLError, msgspec.ValidationError) as error:
        raise BadInput(f"{path}: {error}") from None
    strange = sorted(set(shape.flags) - set(PROGRAMS))
    if strange or shape.nodes < 1 or shape.zones < 1:
        wrong = f"flags of {strange[0]!r}" if strange else f"nodes: {shape.nodes}, zones: {shape.zones}"
        raise BadInput(f"{path}: {wrong}", hint=f"at least one node and zone; flags of {', '.join(PROGRAMS)}")
    return shape


def stages_file() -> Path:
    """How simulated nodes and pods behave."""
    return _folder() / "stages.yaml"


def audit_policy_file() -> Path:
    """What the API server writes into its audit log."""
    return _folder() / "audit-policy.yaml"


def _node_info(kubernetes_version: str) -> dict[str, str]:
    empty = ("bootID", "kernelVersion", "kubeProxyVersion", "machineID", "osImage", "systemUUID")
    return {
        **dict.fromkeys(empty, ""),
        "architecture": "amd64",
        "operatingSystem": "linux",
        "containerRuntimeVersion": "kwok",
        "kubeletVersion": kubernetes_version,
    }


def _folder() -> Path:
    return data_dir("clusters") / "kwok"
