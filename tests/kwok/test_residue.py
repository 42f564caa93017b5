"""The residue check against a real API server and simulated nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from contract.leftovers import await_quiet
from planted_residue import (
    MARKS,
    NAMESPACE,
    OBJECTS,
    mark,
    namespace_with_a_secret,
    none_left,
    plant_objects,
    remove_objects,
    snapshot,
    unmark,
)
from real_runs import Ground, required

from harness.kube import actions
from harness.model.cluster import Down
from harness.model.errors import ApiError, BadInput
from harness.residue.differences import differences
from harness.residue.snapshot import load, save

from .conftest import deployment

pytestmark = pytest.mark.kwok


@pytest.fixture(autouse=True)
def quiet(kwok_ground: Ground) -> None:
    """The namespaces of other tests are gone: what goes with them is nobody's residue."""
    await_quiet(kwok_ground)


def test_every_planted_object_is_found_and_nothing_else(kwok_ground: Ground, tmp_path: Path) -> None:
    """Objects, a changed Secret and a node's marks are each told, no more than these, and none once they are gone."""
    node = kwok_ground.listed("nodes")[0]["metadata"]["name"]
    with namespace_with_a_secret(kwok_ground):
        before = snapshot(kwok_ground)
        save(before, tmp_path / "before.json")
        plant_objects(kwok_ground)
        mark(kwok_ground, node)
        try:
            required(
                lambda: "node.kubernetes.io/unschedulable" in str(actions.get(kwok_ground.client, "nodes", node)), ""
            )
            found = {each.subject: each for each in differences(load(tmp_path / "before.json"), snapshot(kwok_ground))}
        finally:
            remove_objects(kwok_ground)
            unmark(kwok_ground, node)
        assert set(found) == {*OBJECTS, f"secret {NAMESPACE}/planted-secret", f"node {node}"}
        assert set(found[f"node {node}"].appeared) > MARKS
        assert "YWZ0ZXI" not in str(found)
        assert "YmVmb3Jl" not in (tmp_path / "before.json").read_text()
        none_left(before, lambda: snapshot(kwok_ground))


def test_a_custom_resource_is_found_without_being_known(kwok_ground: Ground) -> None:
    """Whatever the server serves is looked at, a kind that was not there before as well."""
    name = {"plural": "plants", "singular": "plant", "kind": "Plant"}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "plants.example.com"},
        "spec": {
            "group": "example.com",
            "names": name,
            "scope": "Cluster",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        },
    }
    plant: dict[str, Any] = {
        "apiVersion": "example.com/v1",
        "kind": "Plant",
        "metadata": {"name": "fern"},
        "spec": {"leaves": 3},
    }
    before = snapshot(kwok_ground)
    actions.apply(kwok_ground.client, definition)
    try:
        required(lambda: "plant.example.com fern" in planted(kwok_ground, plant), "the custom resource")
        subjects = {each.subject for each in differences(before, snapshot(kwok_ground))}
    finally:
        actions.delete(kwok_ground.client, "customresourcedefinitions", "plants.example.com")
    assert {"plant.example.com fern", "customresourcedefinition.apiextensions.k8s.io plants.example.com"} < subjects
    none_left(before, lambda: snapshot(kwok_ground))


def test_a_healed_pod_is_no_residue_and_a_missing_one_is(kwok_ground: Ground) -> None:
    """Pods count by their owner: a successor under another name is as good, a scaled Deployment is not."""
    client = kwok_ground.client
    with namespace_with_a_secret(kwok_ground):
        actions.apply(client, deployment(3), NAMESPACE)
        counted = f"pods of Deployment {NAMESPACE}/web"
        required(lambda: snapshot(kwok_ground).facts.get(counted) == ["3 pods"], "three pods")
        before = snapshot(kwok_ground)
        actions.delete_pod(client, NAMESPACE, kwok_ground.listed("pods", NAMESPACE)[0]["metadata"]["name"], "")
        none_left(before, lambda: snapshot(kwok_ground))
        actions.merge_patch(client, "deployments", "web", {"spec": {"replicas": 2}}, NAMESPACE)
        required(lambda: snapshot(kwok_ground).facts.get(counted) == ["2 pods"], "two pods")
        told = {str(each) for each in differences(before, snapshot(kwok_ground))}
        assert f"{counted}: appeared: 2 pods; vanished: 3 pods" in told


def test_of_one_namespace_nothing_else_is_seen(kwok_ground: Ground) -> None:
    """A scenario is judged by its own namespace: not by nodes, nor by what others do beside it."""
    node = kwok_ground.listed("nodes")[0]["metadata"]["name"]
    with namespace_with_a_secret(kwok_ground):
        before = snapshot(kwok_ground, namespace="default")
        plant_objects(kwok_ground)
        mark(kwok_ground, node)
        try:
            down = [Down("node", node, "killed")]
            assert differences(before, snapshot(kwok_ground, down, "default")) == []
            own = snapshot(kwok_ground, down, NAMESPACE)
        finally:
            remove_objects(kwok_ground)
            unmark(kwok_ground, node)
        told = {each.subject for each in differences(own, snapshot(kwok_ground, namespace=NAMESPACE))}
        assert told == {f"{kind} {NAMESPACE}/planted" for kind in ("configmap", "resourcequota")} | {
            f"secret {NAMESPACE}/planted-secret"
        }


def test_what_the_provider_says_is_down_is_found(kwok_ground: Ground) -> None:
    """A node or part that does not run is told even where the API server has not noticed."""
    before = snapshot(kwok_ground)
    found = differences(before, snapshot(kwok_ground, [Down("part", "kube-scheduler", "paused")]))
    assert [str(each) for each in found] == ["down: appeared: part kube-scheduler: paused"]


def test_the_command_saves_compares_and_says_by_its_exit_code(kwok_ground: Ground) -> None:
    """0 where nothing differs, 1 with the difference in words, 2 for another cluster's file."""
    path = kwok_ground.folder / "residue.json"
    words = ("residue", "--cluster", kwok_ground.record.name)
    assert kwok_ground.healproof(*words, "--save", str(path)).code == 0
    assert kwok_ground.healproof(*words, "--against", str(path)).code == 0
    planted = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "planted"}}
    actions.apply(kwok_ground.client, planted, "default")
    try:
        ended = kwok_ground.healproof(*words, "--against", str(path))
    finally:
        actions.delete(kwok_ground.client, "configmaps", "planted", "default")
    assert (ended.code, ended.text) == (1, "configmap default/planted: appeared\n")
    path.write_text(path.read_text().replace(kwok_ground.record.name, "another"))
    assert kwok_ground.healproof(*words, "--against", str(path)).code == 2


def planted(ground: Ground, manifest: dict[str, Any]) -> str:
    """The subjects of a snapshot once the manifest is in; the server needs a moment for a new kind."""
    try:
        actions.apply(ground.client, manifest)
    except (ApiError, BadInput):
        return ""
    return str(list(snapshot(ground).facts))
