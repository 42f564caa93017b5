"""Objects decoded into a scene's types."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from harness.gather.objects import decode, keyed_secrets, read_keys, read_objects
from harness.gather.reading import Reading
from harness.kube.client import Client
from harness.machine.clock import Monotonic
from harness.model.full.pods import Pod
from harness.model.full.workloads import Keys, Workload

from .api import Api

SECRETS = "/api/v1/namespaces/shop/secrets"


def listed(*items: dict[str, Any]) -> bytes:
    return json.dumps({"kind": "List", "items": items}).encode()


def test_values_of_secrets_are_not_asked_for() -> None:
    """Secrets are listed by their metadata alone; a ConfigMap becomes the names of its keys."""
    config = {"metadata": {"name": "web"}, "data": {"b": "value", "a": "value"}, "binaryData": {"c": "AAAA"}}
    (found,) = decode("configmaps", listed(config), lambda what, why: None)
    assert isinstance(found, Keys)
    assert found.keys == ["a", "b", "c"]
    assert "value" not in str(found)


def test_secrets_are_listed_without_data_and_keys_read_one_by_one(api: Api, client: Client) -> None:
    """Only of a Secret that a container wants a key of is the data read, and of that only the names remain."""
    api.answers[SECRETS] = {"items": [{"metadata": {"name": "db"}}]}
    api.answers[f"{SECRETS}/db"] = {"metadata": {"name": "db"}, "data": {"password": "cGxhbnRlZA=="}}
    with Reading(Monotonic(), 5) as reading:
        (secret,) = read_objects(client, reading, "secrets", "shop")
        keys = read_keys(client, reading, "shop", "db")
    assert isinstance(secret, Keys)
    assert keys == ["password"]
    assert "PartialObjectMetadataList" in next(accept for _, path, accept in api.asked if path == SECRETS)


def test_one_odd_object_does_not_hide_the_others() -> None:
    """What is not as its type has it is told and left out."""
    told: list[tuple[str, str]] = []
    odd = {"metadata": {"name": "odd"}, "spec": {"containers": "none"}}
    found = decode(
        "pods", listed({"metadata": {"name": "b"}}, odd, {"metadata": {"name": "a"}}), lambda *w: told.append(w)
    )
    assert [pod.metadata.name for pod in found if isinstance(pod, Pod)] == ["a", "b"]
    assert [what for what, _ in told] == ["one of pods"]


def test_keys_that_containers_and_templates_want_are_known() -> None:
    """By pods that are there and by those that a workload would make."""

    def spec(name: str) -> dict[str, Any]:
        reference = {"secretKeyRef": {"name": name, "key": "k"}}
        return {"containers": [{"name": "c", "env": [{"name": "A", "valueFrom": reference}, {"name": "B"}]}]}

    pod = msgspec.convert({"spec": spec("of-pod")}, Pod)
    workload = msgspec.convert({"spec": {"template": {"spec": spec("of-template")}}}, Workload)
    assert keyed_secrets([pod], [workload]) == ["of-pod", "of-template"]
