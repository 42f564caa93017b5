"""Which facts of an API object count, and which the cluster writes by itself."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.kube.resources import Resource
from harness.residue.discovery import Served
from harness.residue.objects import addresses_of, facts_of, is_seen


def served(plural: str, name: str, group_version: str = "v1", *, namespaced: bool = True) -> Served:
    return Served(Resource(plural, name.title(), group_version, namespaced), name)


PODS = served("pods", "pod")
REPLICASETS = served("replicasets", "replicaset.apps", "apps/v1")
DEPLOYMENTS = served("deployments", "deployment.apps", "apps/v1")
SECRETS = served("secrets", "secret")
NODES = served("nodes", "node", namespaced=False)


def thing(name: str, owner: tuple[str, str] | None = None, **more: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {"name": name, "namespace": "demo", "uid": f"uid-{name}", "resourceVersion": "1"}
    if owner:
        meta["ownerReferences"] = [{"kind": owner[0], "name": owner[1], "uid": "u", "controller": True}]
    return {"metadata": meta, **more}


DEPLOYMENT = thing(
    "web",
    spec={
        "replicas": 2,
        "template": {
            "metadata": {"creationTimestamp": None, "labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "web:1", "env": [{"name": "KEY", "value": "hunter2"}]}]},
        },
    },
    status={"replicas": 2},
)


@given(
    st.fixed_dictionaries(
        {
            "resourceVersion": st.text("0123456789", min_size=1),
            "uid": st.uuids().map(str),
            "generation": st.integers(1),
            "creationTimestamp": st.datetimes().map(str),
            "managedFields": st.lists(st.just({"manager": "someone"})),
            "annotations": st.dictionaries(
                st.sampled_from(
                    ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"]
                ),
                st.text(),
            ),
        }
    ),
    st.dictionaries(st.text(max_size=5), st.integers()),
)
def test_what_the_server_and_controllers_write_makes_no_difference(
    meta: dict[str, Any], status: dict[str, int]
) -> None:
    """Versions, times, managers, revisions and status differ all the time."""
    other = copy.deepcopy(DEPLOYMENT)
    other["metadata"] |= meta
    other["status"] = status
    assert facts_of({DEPLOYMENTS: [DEPLOYMENT]}) == facts_of({DEPLOYMENTS: [other]})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "replicas"), 3),
        (("spec", "template", "spec", "containers", 0, "image"), "web:2"),
        (("spec", "template", "spec", "containers", 0, "env", 0, "value"), "hunter3"),
        (("spec", "template", "metadata", "labels", "app"), "wob"),
        (("metadata", "labels"), {"a": "b"}),
        (("metadata", "finalizers"), ["example.com/stuck"]),
        (("metadata", "annotations"), {"a": "b"}),
        (("metadata", "deletionTimestamp"), "2026-01-01T00:00:00Z"),
    ],
)
def test_what_somebody_changed_makes_a_difference(path: tuple[Any, ...], value: object) -> None:
    """Specs, labels, annotations, finalizers and a deletion that hangs are facts."""
    other = copy.deepcopy(DEPLOYMENT)
    inner: Any = other
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    assert facts_of({DEPLOYMENTS: [DEPLOYMENT]}) != facts_of({DEPLOYMENTS: [other]})


def test_no_secret_is_in_the_facts_and_a_changed_one_is_seen() -> None:
    """Data and annotations of Secrets and values of environment variables are digests."""

    def secret(word: str) -> dict[str, Any]:
        made = thing("login", type="Opaque", data={"password": word})
        made["metadata"]["annotations"] = {"copy": word}
        return made

    one, other = facts_of({SECRETS: [secret("c2Vhc2FtZQ")]}), facts_of({SECRETS: [secret("cG9wcHk")]})
    assert "c2Vhc2FtZQ" not in str(one)
    assert one != other
    assert "hunter2" not in str(facts_of({DEPLOYMENTS: [DEPLOYMENT]}))


def test_generated_pods_count_by_their_deployment() -> None:
    """Their names and nodes do not matter, nor those that are on their way out or over."""
    replicasets = [thing("web-1", ("Deployment", "web"), spec={"replicas": 2})]
    going = thing("web-1-c", ("ReplicaSet", "web-1"))
    going["metadata"]["deletionTimestamp"] = "now"
    over = thing("web-1-d", ("ReplicaSet", "web-1"), status={"phase": "Failed"})
    pods = [thing("web-1-a", ("ReplicaSet", "web-1")), thing("web-1-b", ("ReplicaSet", "web-1")), going, over]
    facts = facts_of({PODS: pods, REPLICASETS: replicasets})
    assert facts["pods of Deployment demo/web"] == ["2 pods"]
    assert "replicaset.apps demo/web-1" in facts
    assert not any(subject.startswith("pod ") for subject in facts)


def test_old_replicasets_and_pods_of_jobs_are_no_facts() -> None:
    """They come with every roll-out and every run."""
    old = thing("web-0", ("Deployment", "web"), spec={"replicas": 0})
    assert facts_of({REPLICASETS: [old], PODS: [thing("job-a", ("Job", "job"))]}) == {}


def test_static_pods_are_told_by_name() -> None:
    """A static pod that is gone is named with its node."""
    pods = [thing("etcd-one", ("Node", "one"))]
    assert facts_of({PODS: pods}) == {"static pods of one": ["demo/etcd-one"]}


def test_a_pod_of_nobody_is_itself_a_fact_wherever_it_runs() -> None:
    """Its spec counts, but not its node, nor the random name of its token's volume."""
    one, other = (
        thing("alone", spec={"nodeName": node, "volumes": [{"name": f"kube-api-access-{node}"}], "priority": 0})
        for node in "ab"
    )
    assert facts_of({PODS: [one]}) == facts_of({PODS: [other]})
    assert facts_of({PODS: [one]}) != facts_of({PODS: [thing("alone", spec={"priority": 1})]})


def test_a_node_is_told_by_its_marks_and_its_condition() -> None:
    """Taints without their times, the cordon, labels, and whether it is ready; heartbeats are not."""
    node = {
        "metadata": {"name": "one", "labels": {"a": "b"}, "annotations": {"node.alpha.kubernetes.io/ttl": "0"}},
        "spec": {"unschedulable": True, "taints": [{"key": "k", "effect": "NoExecute", "timeAdded": "now"}]},
        "status": {"conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": "now"}]},
    }
    facts = facts_of({NODES: [node]})
    assert facts == {"node one": ["exists", "condition Ready=True", "cordoned", "label a=b", "taint k=:NoExecute"]}


@pytest.mark.parametrize("plural", ["events", "leases", "endpointslices", "componentstatuses", "controllerrevisions"])
def test_what_is_written_all_the_time_is_not_listed(plural: str) -> None:
    """Nor are metrics, of whatever name."""
    assert not is_seen(served(plural, plural))
    assert not is_seen(served("pods", "pod.metrics.k8s.io", "metrics.k8s.io/v1beta1"))
    assert is_seen(PODS)


def test_addresses_of_nodes_are_known() -> None:
    """Those inside the cluster, so that a node can be meant by its name."""
    addresses = [{"type": "InternalIP", "address": "10.0.0.2"}, {"type": "Hostname", "address": "one"}]
    node = {"metadata": {"name": "one"}, "status": {"addresses": addresses}}
    assert addresses_of({NODES: [node], PODS: []}) == {"10.0.0.2": "one"}
