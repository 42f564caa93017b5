"""A namespace and its surroundings read into a scene: in time, without a write, and with what it could not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from harness.gather import wanted
from harness.gather.gatherer import gather
from harness.kube.client import Client
from harness.machine.clock import Monotonic
from harness.machine.process import Completed
from harness.model.full.network import Service
from harness.model.full.workloads import Keys
from harness.model.scene import FULL_TYPES

from .api import Api

SHOP = "/api/v1/namespaces/shop"
RUNS = {"running": {"startedAt": "2026-03-05T11:00:00Z"}}
REFERENCE = {"secretKeyRef": {"name": "db", "key": "password"}}
POD: dict[str, Any] = {
    "metadata": {"name": "web-1", "namespace": "shop", "uid": "11111111-2222-3333-4444-555555555555"},
    "spec": {"nodeName": "worker", "containers": [{"name": "main", "env": [{"name": "P", "valueFrom": REFERENCE}]}]},
    "status": {"phase": "Running", "containerStatuses": [{"name": "main", "ready": False, "state": RUNS}]},
}
READY = {"conditions": [{"type": "Ready", "status": "True"}]}


@pytest.fixture(autouse=True)
def shop(api: Api) -> None:
    """A pod, its node and Secret, a webhook and a storage provisioner with namespaces of their own."""
    hook = {"clientConfig": {"service": {"name": "policy", "namespace": "gate"}}}
    names = ("shop", "gate", "local-path-storage", "elsewhere")
    api.answers |= {
        f"{SHOP}/pods": {"items": [POD]},
        f"{SHOP}/secrets": {"items": [{"metadata": {"name": "db"}}, {"metadata": {"name": "other"}}]},
        f"{SHOP}/secrets/db": {"metadata": {"name": "db"}, "data": {"password": "cGxhbnRlZA=="}},
        f"{SHOP}/pods/web-1/log": b"cannot connect\n",
        "/readyz": b"[+]ping ok\nreadyz check passed\n",
        "/api/v1/nodes": {"items": [{"metadata": {"name": "worker"}, "status": READY}]},
        "/api/v1/nodes/worker/proxy/stats/summary": {"node": {"cpu": {"usageNanoCores": 5}}},
        "/api/v1/namespaces": {"items": [{"metadata": {"name": name}} for name in names]},
        "/api/v1/namespaces/gate/services": {"items": [{"metadata": {"name": "policy", "namespace": "gate"}}]},
        "/apis/storage.k8s.io/v1/storageclasses": {"items": [{"provisioner": "rancher.io/local-path"}]},
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations": {"items": [{"webhooks": [hook]}]},
    }


def test_all_that_a_diagnosis_reads_is_there(api: Api, client: Client) -> None:
    """Objects of each type, logs, health, usage, and what the webhook and the storage class lead to."""
    scene = gather(client, "shop", clock=Monotonic())
    assert set(scene.objects) == set(FULL_TYPES)
    assert [pod.metadata.name for pod in scene.pods] == ["web-1"]
    assert [log.lines for log in scene.logs] == [["cannot connect"]]
    assert {(look.kind, look.about) for look in scene.looks} >= {
        ("api-health", "control-plane"),
        ("usage", "node/worker"),
    }
    assert [each.metadata.name for each in scene.elsewhere("services", Service, "gate")] == ["policy"]
    assert "/apis/apps/v1/namespaces/local-path-storage/deployments" in api.paths()
    assert not any("elsewhere" in path for path in api.paths())
    assert scene.unseen == ["nodes from inside: no access to nodes was given"]


def test_nothing_is_written_and_no_value_of_a_secret_kept(api: Api, client: Client) -> None:
    """Only GETs are sent; of Secrets the names, and of one that a container wants a key of the keys."""
    scene = gather(client, "shop", clock=Monotonic())
    assert {verb for verb, _, _ in api.asked} == {"GET"}
    assert {each.metadata.name: each.keys for each in scene.all("secrets", Keys)} == {"db": ["password"], "other": []}
    assert f"{SHOP}/secrets/other" not in api.paths()


def test_what_it_asks_is_what_it_says_it_needs(api: Api, client: Client) -> None:
    """Every path is covered by a right of the list, the namespaces that objects lead to apart."""
    gather(client, "shop", clock=Monotonic())
    needed = {(right.namespace, right.resource.split("/")[0]) for right in wanted.rights()}
    for path in api.paths():
        words = path.split("/")
        if path == "/readyz" or {"gate", "local-path-storage"} & set(words):
            continue
        place = words[words.index("namespaces") + 1] if "namespaces" in words[:-1] else ""
        resource = words[words.index(place) + 1] if place else words[4 if words[1] == "apis" else 3]
        scope = {"shop": "", "": "*"}.get(place, place)
        assert (scope, resource) in needed, path


def test_a_refused_resource_is_unseen_and_the_rest_goes_on(api: Api, client: Client) -> None:
    """Its emptiness says nothing: it is not among the objects. So with what was refused in another namespace."""
    api.statuses |= {
        f"{SHOP}/configmaps": 403,
        "/api/v1/namespaces/kube-system/pods": 403,
        "/apis/metrics.k8s.io/v1beta1/nodes": 404,
    }
    scene = gather(client, "shop", clock=Monotonic())
    assert not scene.saw("configmaps")
    assert "pods" not in scene.around
    assert len(scene.pods) == 1
    assert scene.unseen == [
        "nodes from inside: no access to nodes was given",
        "configmaps, pods of kube-system: not allowed (403)",
        "metrics of nodes: not there (404)",
    ]


def test_keys_that_could_not_be_read_are_not_missing(api: Api, client: Client) -> None:
    """A Secret without keys would look as if the key that a container wants had been removed."""
    api.statuses[f"{SHOP}/secrets/db"] = 403
    scene = gather(client, "shop", clock=Monotonic())
    assert not scene.saw("secrets")
    assert "keys of secret/db: not allowed (403)" in scene.unseen
    assert "secrets: left out, for the keys of some are not known" in scene.unseen


def test_a_late_answer_does_not_hold_up_the_others(api: Api, client: Client) -> None:
    """One overall deadline: what has not come is unseen."""
    api.silent = {f"{SHOP}/events"}
    clock = Monotonic()
    began = clock.now()
    scene = gather(client, "shop", clock=clock, deadline_seconds=3.0)
    assert clock.now() - began < 30  # not for ever: the machine may be busy
    assert any("events" in each and each.endswith("no answer in time") for each in scene.unseen)
    assert len(scene.pods) == 1


def test_a_silent_api_server_makes_a_scene_that_says_so(api: Api, client: Client) -> None:
    """It has no objects, its health is a finding, and its nodes are entered by the names that are known."""
    api.silent = {"*"}
    entered = []

    def node_exec(
        node: str, argv: Sequence[str], *, timeout_seconds: float = 20.0, stdin: bytes | None = None
    ) -> Completed:
        entered.append(node)
        sections = ("throttling before", "layout", "groups", "states", "iptables", "ip6tables", "nft", "tc", "links")
        answer = "".join(f"== {name}\n" for name in (*sections, "volumes", "throttling after"))
        return Completed(0, f"{answer}== services\netcd expected\n== end\n".encode(), b"")

    scene = gather(client, "shop", clock=Monotonic(), node_exec=node_exec, nodes=("control",), deadline_seconds=1.0)
    assert scene.objects == {}
    assert entered == ["control"]
    assert [(look.kind, look.good) for look in scene.looks if look.kind != "packet-rules"] == [
        ("api-health", False),
        ("static-pod", False),
    ]


def test_a_node_that_cannot_be_entered_is_unseen(api: Api, client: Client) -> None:
    """What it says is told, and the pods that it hosts are seen all the same."""

    def node_exec(
        node: str, argv: Sequence[str], *, timeout_seconds: float = 20.0, stdin: bytes | None = None
    ) -> Completed:
        return Completed(127, b"", b"sh: not found\n")

    scene = gather(client, "shop", clock=Monotonic(), node_exec=node_exec)
    assert scene.unseen == ["node/worker from inside: not found"]
    assert len(scene.pods) == 1
