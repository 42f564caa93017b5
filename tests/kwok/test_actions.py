"""The actions against a real API server."""

from __future__ import annotations

import time

import pytest

from harness.kube import actions
from harness.kube.client import Client
from harness.model.errors import ApiError, BadInput
from harness.model.objects import Pod

from .conftest import Watcher, deployment

pytestmark = pytest.mark.kwok
NOBODY = "00000000-0000-0000-0000-000000000000"


def test_a_pod_is_deleted_by_its_uid_only(client: Client, namespace: str, web: Watcher) -> None:
    """A successor under the same name is never hit, and a pod that is gone is no error."""
    meta = web.ready_pods()[0].metadata
    assert not actions.delete_pod(client, namespace, meta.name, NOBODY)
    assert actions.delete_pod(client, namespace, meta.name, meta.uid, grace_seconds=0)
    assert web.wait(lambda: f"pods/{meta.name}" not in web.objects)
    assert not actions.delete_pod(client, namespace, meta.name, meta.uid)


def test_an_eviction_is_refused_by_the_disruption_budget_and_says_so(
    client: Client, namespace: str, web: Watcher
) -> None:
    """`refused` is the budget's not yet, `gone` another or no pod, `evicted` an acknowledged eviction."""
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web"},
        "spec": {"minAvailable": 4, "selector": {"matchLabels": {"app": "web"}}},
    }
    meta = web.ready_pods()[0].metadata
    assert actions.evict_pod(client, namespace, meta.name, NOBODY) == "gone"
    actions.apply(client, budget, namespace)
    assert actions.evict_pod(client, namespace, meta.name, meta.uid) == "refused"
    assert actions.delete_manifest(client, budget, namespace)
    assert actions.evict_pod(client, namespace, meta.name, meta.uid) == "evicted"
    assert web.wait(lambda: ended(web, meta.name))
    assert actions.evict_pod(client, namespace, "nobody", meta.uid) == "gone"


def test_cordon_gives_the_value_from_before_and_is_idempotent(client: Client, web: Watcher) -> None:
    """Whoever cordons learns what to restore; doing it twice changes nothing."""
    node = web.ready_pods()[0].spec.node_name
    assert [actions.cordon(client, node, wanted) for wanted in (True, True, False, False)] == [False, True, True, False]


def test_pods_of_a_node_are_found_in_every_namespace(client: Client, web: Watcher) -> None:
    """What a drain must move is listed by node."""
    pod = web.ready_pods()[0]
    assert pod.metadata.uid in {found.metadata.uid for found in actions.list_pods_on_node(client, pod.spec.node_name)}


def test_patches_and_apply_change_what_they_name(client: Client, namespace: str, web: Watcher) -> None:
    """Apply is idempotent; merge, strategic and JSON patches each do as their kind says."""
    before = actions.get(client, "deployments", "web", namespace)
    again = actions.apply(client, deployment(4), namespace)
    assert again["metadata"]["generation"] == before["metadata"]["generation"]
    actions.merge_patch(client, "deployments", "web", {"metadata": {"labels": {"a": "1"}}}, namespace)
    container = {"name": "web", "env": [{"name": "X", "value": "1"}]}
    strategic = {"spec": {"template": {"spec": {"containers": [container]}}}}
    after = actions.strategic_patch(client, "deployments", "web", strategic, namespace)
    assert after["spec"]["template"]["spec"]["containers"][0]["image"] == "web"
    operations = [
        {"op": "test", "path": "/spec/replicas", "value": 4},
        {"op": "replace", "path": "/spec/replicas", "value": 2},
    ]
    assert actions.json_patch(client, "deployments", "web", operations, namespace)["spec"]["replicas"] == 2
    with pytest.raises(ApiError) as caught:
        actions.json_patch(client, "deployments", "web", operations, namespace)
    assert caught.value.status == 422


def test_a_kind_that_is_not_in_the_table_is_asked_of_the_server(client: Client, namespace: str) -> None:
    """Manifests of any served kind can be applied; an unserved one is bad input."""
    lease = {"apiVersion": "v1", "kind": "ReplicationController", "metadata": {"name": "x"}}
    assert actions.find_resource(client, lease).path(namespace, "x").endswith("/replicationcontrollers/x")
    with pytest.raises(BadInput, match=r"'Nothing' in apiVersion 'example.com/v1'"):
        actions.apply(client, {"apiVersion": "example.com/v1", "kind": "Nothing", "metadata": {"name": "x"}}, namespace)


def test_what_does_not_exist_is_none_or_an_error_that_names_it(client: Client, namespace: str) -> None:
    """Asking whether something exists is no error; needing it is."""
    assert actions.find(client, "pods", "nobody", namespace) is None
    with pytest.raises(ApiError, match=r"404 NotFound: pods \"nobody\" not found"):
        actions.get(client, "pods", "nobody", namespace)
    assert not actions.delete(client, "configmaps", "nobody", namespace)


def test_a_deleted_namespace_goes_without_being_waited_for(client: Client) -> None:
    """Deleting a namespace returns at once, and deleting it again is no error."""
    actions.create_namespace(client, "short-lived", {})
    begun = time.monotonic()
    assert actions.delete_namespace(client, "short-lived")
    assert time.monotonic() - begun < 5
    assert not actions.delete_namespace(client, "never-was")


def ended(watcher: Watcher, name: str) -> bool:
    pod = watcher.objects.get(f"pods/{name}")
    return pod is None or (isinstance(pod, Pod) and pod.terminating)
