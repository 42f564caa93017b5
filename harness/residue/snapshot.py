"""A cluster's state as plain, comparable data, read anew from its API and its nodes; knows nothing of faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import msgspec

from harness.damage.site import NodeExec
from harness.kube.client import Client
from harness.model.cluster import Capability, ClusterRecord, Down
from harness.model.errors import ApiError, BadInput
from harness.residue import nodes, objects
from harness.residue.discovery import Served, served

AT_ONCE = 8
LIST_SECONDS = 60.0


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a cluster, or of one namespace, by subject; equal for equal states; Secrets as digests only."""

    version: Literal["healproof/residue/v1"] = "healproof/residue/v1"
    cluster: str
    namespace: str | None = None
    facts: dict[str, list[str]]


def take(
    client: Client,
    record: ClusterRecord,
    node_exec: NodeExec,
    down_now: Callable[[], Iterable[Down]],
    *,
    namespace: str | None = None,
) -> Snapshot:
    """Read everything; with `namespace` only the objects in it, and nothing of nodes.

    Raises ApiError, ClusterBroken where the API server does not answer. What it refuses to list and nodes that
    cannot be entered are facts.
    """
    with ThreadPoolExecutor(AT_ONCE) as threads:
        listed, refused = _listed(client, threads, namespace)
        facts = objects.facts_of(listed) | refused
        if namespace is None:
            facts["down"] = sorted(f"{down.kind} {down.name}: {down.how}" for down in down_now())
            if Capability.NODE_EXEC in record.capabilities:  # after the objects: to enter a node may need a pod
                addresses = objects.addresses_of(listed)
                names = {*addresses.values(), *record.nodes}
                for found in threads.map(lambda node: nodes.read_node(node_exec, node, addresses), names):
                    facts |= found
    return Snapshot(cluster=record.name, namespace=namespace, facts=facts)


def save(snapshot: Snapshot, path: Path) -> None:
    """Write it to a file that only its owner can read."""
    path.touch(mode=0o600)
    path.chmod(0o600)  # one that was there already may have been open to others
    path.write_bytes(msgspec.json.format(msgspec.json.encode(snapshot, order="sorted"), indent=1))


def load(path: Path) -> Snapshot:
    """Read what `save` wrote; raises BadInput."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Snapshot)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}", hint="`healproof residue --save FILE` writes one") from None
    except msgspec.DecodeError as error:
        raise BadInput(f"{path}: {error}", hint="`healproof residue --save FILE` writes one") from None


def _listed(
    client: Client, threads: ThreadPoolExecutor, namespace: str | None
) -> tuple[dict[Served, list[objects.Object]], dict[str, list[str]]]:
    """All objects, and as facts the resources that the server does not list for us."""
    wanted = [each for each in served(client) if objects.is_seen(each)]
    if namespace is not None:
        wanted = [each for each in wanted if each.resource.namespaced]
    listed: dict[Served, list[objects.Object]] = {}
    refused: dict[str, list[str]] = {}
    for each, answer in zip(wanted, threads.map(lambda each: _items(client, each, namespace), wanted), strict=True):
        if isinstance(answer, ApiError):
            refused[f"all of {each.name}"] = [f"not listed: {answer.status} {answer.reason}"]
        else:
            listed[each] = answer
    return listed, refused


def _items(client: Client, each: Served, namespace: str | None) -> list[objects.Object] | ApiError:
    try:
        answer = client.request("GET", each.resource.path(namespace), timeout_seconds=LIST_SECONDS)
    except ApiError as error:
        return error
    return _decode(answer).items


class _Items(msgspec.Struct):
    items: list[objects.Object]


# made before any thread decodes: two threads that meet a type for the first time crash msgspec 0.22
_decode = msgspec.json.Decoder(_Items).decode
