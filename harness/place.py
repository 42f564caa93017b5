"""Putting a workload onto a cluster, and taking it away: in a namespace of its own, or in one that the user allowed."""

from __future__ import annotations

import re
import secrets
from typing import Any

from harness.damage import guard, marks
from harness.journal import NAMESPACE, OBJECTS, Intent, Journal
from harness.kube import actions
from harness.kube.client import Client
from harness.kube.resources import resource_of_kind
from harness.kube.rights import Right, may
from harness.model.cluster import ClusterRecord
from harness.model.errors import BadInput
from harness.model.units import Ref
from harness.observe.timeline import Recorder
from harness.observe.watches import written

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job")


def choose_namespace(record: ClusterRecord, scenario: str) -> str:
    """A new name on a cluster where healproof makes namespaces, else the first one that the user allowed."""
    if record.namespaces is not None:
        return record.namespaces[0]
    slug = re.sub(r"[^a-z0-9]+", "-", scenario.lower()).strip("-")[:40]
    return f"hp-{slug}-{secrets.token_hex(3)}"


def place(
    client: Client,
    record: ClusterRecord,
    journal: Journal,
    recorder: Recorder,
    *,
    namespace: str,
    run: str,
    manifests: list[dict[str, Any]],
    probers: list[str],
) -> Intent:
    """Create the namespace (or use the allowed one) and apply the manifests; gives the entry that undoes it.

    `probers` are the names of pods that observers are about to add, to be taken away with the rest. Each write is
    recorded with the time of its acknowledgement, so that the delay of the watch can be told.
    """
    guard.check_namespace(record, namespace)
    if record.namespaces is None:
        intent = journal.intend(NAMESPACE, {"namespace": namespace})
        actions.create_namespace(client, namespace, {marks.RUN: run})
    else:
        identities = [_identity(manifest) for manifest in manifests]
        identities += [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}} for name in probers]
        intent = journal.intend(OBJECTS, {"namespace": namespace, "objects": identities})
    for manifest in manifests:
        sent = recorder.now()
        stored = actions.apply(client, manifest, namespace)
        recorder.write(written(stored, sent, recorder.now()))
    return intent


def workload_refs(manifests: list[dict[str, Any]]) -> list[Ref]:
    """The workloads among manifests, whose health is the baseline."""
    return [Ref(f"{m['kind'].lower()}/{m['metadata']['name']}") for m in manifests if m["kind"] in WORKLOADS]


def rights(manifests: list[dict[str, Any]]) -> list[Right]:
    """What it takes to put these objects into an allowed namespace and to take them away.

    Raises BadInput for a kind whose resource only a cluster could tell.
    """
    found: list[Right] = []
    for manifest in manifests:
        kind = resource_of_kind(manifest["apiVersion"], manifest["kind"])
        if kind is None:
            raise BadInput(
                f"{manifest['kind']} of {manifest['apiVersion']}: its resource is not known without a cluster",
                hint="leave this scenario out, and write its rule by hand",
            )
        # an apply that finds nothing creates
        found += may("create patch delete", kind.plural, manifest["metadata"]["name"])
    return found


def _identity(manifest: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": manifest["apiVersion"],
        "kind": manifest["kind"],
        "metadata": {"name": manifest["metadata"]["name"]},
    }
