"""What is known of a cluster as data: enough to reach it again from a fresh process, and what it can carry."""

from __future__ import annotations

import enum
from typing import NamedTuple

import msgspec


class Capability(enum.StrEnum):
    """What a fault or an expectation may need from a cluster."""

    CONTAINERS = "containers"  # a kubelet runs real containers, so probes, exits and restarts happen
    POD_NETWORK = "pod-network"  # pods answer through Services, so traffic can be measured
    NODE_EXEC = "node-exec"  # a command can run as root on a node
    BOUNDED_VOLUMES = "bounded-volumes"  # a PersistentVolume is a file system of its own with the claimed size
    NODE_POWER = "node-power"  # a whole node can be taken down and brought back
    CONTROL_PLANE = "control-plane"  # the parts of the control plane can be taken down and brought back
    NETEM = "netem"  # the nodes' kernel can delay and lose packets
    NETWORK_POLICY = "network-policy"  # the pod network enforces NetworkPolicies
    DISPOSABLE = "disposable"  # healproof made the cluster: hurting nodes hurts nobody else


class Outage(enum.StrEnum):
    """How a node or a part of the control plane is taken down."""

    KILLED = "killed"  # as by a power cut; a node stays down, a part comes back where something restarts it
    STOPPED = "stopped"  # ended in order, and stays down
    PAUSED = "paused"  # frozen: it holds its connections and answers nothing


class Part(enum.StrEnum):
    """The parts of a control plane, by the names that Kubernetes gives them."""

    ETCD = "etcd"
    API_SERVER = "kube-apiserver"
    CONTROLLER_MANAGER = "kube-controller-manager"
    SCHEDULER = "kube-scheduler"


CONTROL_PLANE_PARTS = tuple(str(part) for part in Part)
"""Their names alone."""


class Down(NamedTuple):
    """A node or a part of the control plane that does not run as it should: `kind` is `node` or `part`."""

    kind: str
    name: str
    how: str


class ClusterRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster on disk: `cluster.json` in its state folder, and the address part of every journal entry.

    `namespaces` is None where any namespace that healproof itself made may be touched (its own clusters), else
    the namespaces the user allowed. `facts` is what the provider needs to find its parts again (strings only,
    no secrets: credentials stay in the kubeconfig file).
    """

    name: str
    provider: str
    shape: str
    kubeconfig: str
    context: str
    capabilities: tuple[Capability, ...] = ()
    nodes: tuple[str, ...] = ()
    namespaces: tuple[str, ...] | None = None
    audit_log: str | None = None
    kubernetes_version: str = ""
    facts: dict[str, str] = {}

    @property
    def disposable(self) -> bool:
        """Whether healproof made it, so that hurting it hurts nobody else."""
        return Capability.DISPOSABLE in self.capabilities
