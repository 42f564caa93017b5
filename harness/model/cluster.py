"""What is known of a cluster as data: enough to reach it again from a fresh process, and what it can carry."""

from __future__ import annotations

import enum

import msgspec


class Capability(enum.StrEnum):
    """What a fault or an expectation may need from a cluster."""

    CONTAINERS = "containers"  # a kubelet runs real containers, so probes, exits and restarts happen
    POD_NETWORK = "pod-network"  # pods answer through Services, so traffic can be measured
    NODE_EXEC = "node-exec"  # a command can run as root on a node
    BOUNDED_VOLUMES = "bounded-volumes"  # a PersistentVolume is a file system of its own with the claimed size
    DISPOSABLE = "disposable"  # healproof made the cluster: hurting nodes hurts nobody else


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
