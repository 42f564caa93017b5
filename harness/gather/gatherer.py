"""The scene of a live namespace: what is asked for, in which order, and what becomes of the answers. Judges nothing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from harness.damage.site import NodeExec
from harness.gather import wanted
from harness.gather.control_plane import read_dns_config, read_health
from harness.gather.logs import read_log, wanted_logs
from harness.gather.nodes import read_node, subjects
from harness.gather.objects import keyed_secrets, meta_of, read_keys, read_objects
from harness.gather.reading import Asked, Reading
from harness.gather.usage import read_kubelet, read_node_metrics, read_pod_metrics
from harness.gather.vicinity import backends, provisioners
from harness.kube.client import Client
from harness.machine.clock import Clock
from harness.model.full.cluster import Claim, Node, StorageClass
from harness.model.full.network import WebhookConfiguration
from harness.model.full.workloads import Keys, Named
from harness.model.objects import Lean
from harness.model.scene import Log, Look, Scene

FIRST_SHARE = 0.6
"""What more questions depend on must be answered in this share of the time."""
KUBELETS_MAX = 10
KEYS_READ_MAX = 20


class Ground(NamedTuple):
    """Who asks whom about which namespace; `node_exec` is None where nodes cannot be entered."""

    client: Client
    namespace: str
    reading: Reading
    node_exec: NodeExec | None


def gather(
    client: Client,
    namespace: str,
    *,
    clock: Clock,
    node_exec: NodeExec | None = None,
    nodes: Sequence[str] = (),
    deadline_seconds: float = 5.0,
) -> Scene:
    """Read the namespace and what may explain it; what has not come after `deadline_seconds` is `unseen`.

    `nodes` are names to go by where the API server does not tell any. Nothing is raised for what cannot be read: the
    scene of an API server that is silent has no objects, and says so.
    """
    with Reading(clock, deadline_seconds) as reading:
        ground = Ground(client, namespace, reading, node_exec)
        health = reading.ask("health of the API server", read_health, client, reading, clock)
        own = {plural: _list(ground, plural, namespace) for plural in wanted.OWN}
        own |= {plural: _list(ground, plural, None) for plural in wanted.CLUSTERS_OWN}
        around, metrics = list(_around(ground)), list(_metrics(ground))
        said = health.early(FIRST_SHARE)
        first = Scene(
            namespace=namespace,
            at=said.at if said and said.at else datetime.datetime.now(datetime.UTC).timestamp(),
            objects=_known({plural: asked.early(FIRST_SHARE) for plural, asked in own.items()}),
        )
        leads = _leads(ground, first, nodes)
        whole = msgspec.structs.replace(
            first, objects=_known({plural: asked.answer() for plural, asked in own.items()})
        )
        ended = health.answer()
        return msgspec.structs.replace(
            whole,
            objects=_with_keys(ground, whole, leads.keys),
            around=_joined([*around, *leads.around]),
            logs=[log for log in (asked.answer() for asked in leads.logs) if log is not None],
            looks=[*([ended.look] if ended else []), *_looks_at(metrics, leads)],
            unseen=reading.unseen(),
        )


class _Leads(NamedTuple):
    """What was asked because of what the first answers said."""

    inside: list[Asked[list[Look]]]
    kubelets: list[Asked[list[Look]]]
    logs: list[Asked[Log]]
    keys: dict[str, Asked[list[str]]]
    around: list[tuple[str, Asked[list[Lean]]]]


def _leads(ground: Ground, first: Scene, nodes: Sequence[str]) -> _Leads:
    return _Leads(
        inside=list(_inside(ground, first, nodes)),
        kubelets=list(_kubelets(ground, first)),
        logs=list(_logs(ground, first)),
        keys=_keys(ground, first),
        around=list(_further(ground, first)),
    )


def _looks_at(metrics: list[Asked[list[Look]]], leads: _Leads) -> list[Look]:
    """What was looked at; what kubelets count is usage only where no metrics-server tells it."""
    used = _looks(metrics)
    measured = any(look.kind == "usage" for look in used)
    counted = (look for look in _looks(leads.kubelets) if not measured or look.kind != "usage")
    return [*used, *counted, *_looks(leads.inside)]


def _list(ground: Ground, plural: str, namespace: str | None, *, about: str = "") -> Asked[list[Lean]]:
    elsewhere = f" of {namespace}" if namespace and namespace != ground.namespace else ""
    return ground.reading.ask(
        f"{plural}{elsewhere}", read_objects, ground.client, ground.reading, plural, namespace, about=about
    )


def _around(ground: Ground) -> Iterator[tuple[str, Asked[list[Lean]]]]:
    """What explains a namespace wherever it is: the cluster's own services, the leases, what happened to nodes."""
    for plural in wanted.OF_SYSTEM:
        yield plural, _list(ground, plural, wanted.SYSTEM)
    yield "leases", _list(ground, "leases", wanted.NODE_LEASES)
    yield "events", _list(ground, "events", wanted.NODE_EVENTS, about="Node")


def _further(ground: Ground, first: Scene) -> Iterator[tuple[str, Asked[list[Lean]]]]:
    """What the objects of the cluster lead to: backends of webhooks, provisioners of storage."""
    hooks = [
        each
        for plural in ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")
        for each in first.all(plural, WebhookConfiguration)
    ]
    known = {first.namespace, wanted.SYSTEM}
    for namespace in set(backends(hooks)) - known:
        yield from ((plural, _list(ground, plural, namespace)) for plural in wanted.OF_BACKEND)
    homes = provisioners(first.all("storageclasses", StorageClass), first.all("namespaces", Named))
    for namespace in set(homes) - known:
        yield from ((plural, _list(ground, plural, namespace)) for plural in wanted.OF_PROVISIONER)


def _metrics(ground: Ground) -> Iterator[Asked[list[Look]]]:
    client, reading = ground.client, ground.reading
    yield reading.ask("metrics of nodes", read_node_metrics, client, reading)
    yield reading.ask("metrics of pods", read_pod_metrics, client, reading, ground.namespace)
    yield reading.ask("configuration of the cluster's DNS", read_dns_config, client, reading)


def _logs(ground: Ground, first: Scene) -> Iterator[Asked[Log]]:
    silent = {node.metadata.name for node in first.nodes if not node.ready}
    for each in wanted_logs(first.pods, first.at, silent):
        yield ground.reading.ask(str(each), read_log, ground.client, ground.reading, ground.namespace, each)


def _keys(ground: Ground, first: Scene) -> dict[str, Asked[list[str]]]:
    return {
        name: ground.reading.ask(
            f"keys of secret/{name}", read_keys, ground.client, ground.reading, ground.namespace, name
        )
        for name in _keyed(first)[:KEYS_READ_MAX]
    }


def _keyed(scene: Scene) -> list[str]:
    """The Secrets that are there and of which a container wants a certain key."""
    there = {secret.metadata.name for secret in scene.all("secrets", Keys)}
    named = keyed_secrets(scene.pods, [workload for _, workload in scene.workloads()])
    return [name for name in named if name in there]


def _with_keys(ground: Ground, whole: Scene, asked: dict[str, Asked[list[str]]]) -> dict[str, list[Lean]]:
    """The objects with the names of the Secrets' keys; a Secret whose keys are wanted and unknown hides them all.

    Else a key that was not looked at would seem to be missing.
    """
    keys = {name: each.answer() for name, each in asked.items()}
    if any(keys.get(name) is None for name in _keyed(whole)):
        ground.reading.miss("secrets", "left out, for the keys of some are not known")
        return {plural: items for plural, items in whole.objects.items() if plural != "secrets"}
    secrets: list[Lean] = [
        msgspec.structs.replace(each, keys=keys.get(each.metadata.name) or []) for each in whole.all("secrets", Keys)
    ]
    return {**whole.objects, "secrets": secrets} if whole.saw("secrets") else whole.objects


def _kubelets(ground: Ground, first: Scene) -> Iterator[Asked[list[Look]]]:
    """The kubelets of ready nodes that host pods of the namespace."""
    ready = [node.metadata.name for node in first.nodes if node.ready]
    hosts = [node for node in ready if any(pod.spec.node_name == node for pod in first.pods)]
    for node in hosts[:KUBELETS_MAX]:
        pods = [pod for pod in first.pods if pod.spec.node_name == node]
        yield ground.reading.ask(
            f"what the kubelet of {node} counts", read_kubelet, ground.client, ground.reading, node, pods
        )


def _inside(ground: Ground, first: Scene, nodes: Sequence[str]) -> Iterator[Asked[list[Look]]]:
    """Every node from inside, where it can be entered."""
    enter = ground.node_exec
    if enter is None:
        ground.reading.miss("nodes from inside", "no access to nodes was given")
        return
    names = [node.metadata.name for node in first.all("nodes", Node)] or list(nodes)
    for subject in subjects(names, first.pods, first.all("persistentvolumeclaims", Claim)):
        yield ground.reading.ask(f"node/{subject.node} from inside", read_node, enter, ground.reading, subject)


def _joined(around: list[tuple[str, Asked[list[Lean]]]]) -> dict[str, list[Lean]]:
    """The objects of other namespaces by resource; one that was refused anywhere is left out: half of it misleads."""
    found: dict[str, dict[str, Lean]] = {}
    refused = set()
    for plural, asked in around:
        items = asked.answer()
        if items is None:
            refused.add(plural)
        found.setdefault(plural, {}).update({meta_of(each).uid: each for each in items or ()})
    return {plural: list(items.values()) for plural, items in found.items() if plural not in refused}


def _known(answers: dict[str, list[Lean] | None]) -> dict[str, list[Lean]]:
    return {plural: items for plural, items in answers.items() if items is not None}


def _looks(asked: Sequence[Asked[list[Look]]]) -> list[Look]:
    return [look for each in asked for look in each.answer() or ()]
