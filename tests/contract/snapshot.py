"""What of a cluster a fault must leave as it was, read anew from the API and from the nodes; knows no fault."""

from __future__ import annotations

from typing import Any, NamedTuple

from real_runs import Ground

from harness.model.cluster import Capability
from harness.session import reach

WORKLOADS = ("deployments", "statefulsets", "daemonsets", "jobs", "services", "poddisruptionbudgets")
VOLATILE = ("ready.",)
"""Files that the workload itself makes and removes all the time."""


class Snapshot(NamedTuple):
    """Specs of the namespace's objects, marks of all nodes, files and mount options of its volumes."""

    specs: dict[str, Any]
    nodes: dict[str, Any]
    volumes: dict[str, Any]


def take(ground: Ground, namespace: str) -> Snapshot:
    specs = {
        f"{plural}/{item['metadata']['name']}": item["spec"]
        for plural in WORKLOADS
        for item in ground.listed(plural, namespace)
    }
    nodes = {
        node["metadata"]["name"]: {
            "unschedulable": bool(node["spec"].get("unschedulable")),
            "taints": sorted(f"{t['key']}={t.get('value', '')}:{t['effect']}" for t in node["spec"].get("taints", [])),
            "labels": node["metadata"]["labels"],
        }
        for node in ground.listed("nodes")
    }
    return Snapshot(specs, nodes, _volumes(ground, namespace))


def versions(ground: Ground, namespace: str) -> dict[str, str]:
    """The resource version of every object of a namespace."""
    kinds = (*WORKLOADS, "pods", "replicasets", "persistentvolumeclaims", "configmaps", "secrets")
    return {
        f"{plural}/{item['metadata']['name']}": item["metadata"]["resourceVersion"]
        for plural in kinds
        for item in ground.listed(plural, namespace)
    }


def _volumes(ground: Ground, namespace: str) -> dict[str, Any]:
    if Capability.NODE_EXEC not in ground.record.capabilities:
        return {}
    node_exec = reach(ground.record)
    found: dict[str, Any] = {}
    for volume in ground.listed("persistentvolumes"):
        spec = volume["spec"]
        if spec.get("claimRef", {}).get("namespace") != namespace:
            continue
        path = (spec.get("hostPath") or spec.get("local"))["path"]
        node = spec["nodeAffinity"]["required"]["nodeSelectorTerms"][0]["matchExpressions"][0]["values"][0]
        files = node_exec(node, ["ls", "-A", path]).text.split()
        options = node_exec(node, ["findmnt", "-n", "-o", "OPTIONS", path]).text
        free = node_exec(node, ["df", "--output=avail", path]).text.split()[-1]
        found[spec["claimRef"]["name"]] = {
            "files": sorted(name for name in files if not name.startswith(VOLATILE)),
            "options": options,
            "has space": int(free) > 1024,
        }
    return found
