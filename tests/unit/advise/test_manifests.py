"""Advice on a recorded scenario: what its timeline lacks its manifests have, and they can follow the advice."""

from __future__ import annotations

from typing import Any

import msgspec
from diagnose.scenes import (
    KINDS,
    Document,
    ago,
    changed,
    container,
    crashing,
    deployment,
    event,
    node,
    owned,
    pod,
    running,
    unready,
)
from diagnose.surroundings import lost_pod, silent_node

from harness.advise.manifests import advice_on, completed, followed
from harness.diagnose.diagnoser import diagnose
from harness.diagnose.recorded import scene_of
from harness.model.advice import Patch, Way
from harness.model.full.network import Service
from harness.model.full.pods import Pod
from harness.model.objects import LEAN_TYPES
from harness.model.timeline import AnyEntry, Change, Header, Phase

SMALL = {"limits": {"memory": "64Mi"}}


def manifests(**parts: Any) -> list[Document]:
    """A workload and its Service, as a scenario declares them."""
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container(**parts)]}},
    }
    service = {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": service},
    ]


def timeline(*documents: Document) -> list[AnyEntry]:
    """A timeline on which these objects were listed; it keeps of them what a timeline keeps."""
    began = Header(
        t=0.0, scenario={}, namespace="shop", cluster="c", provider="kwok", started_at="2026-03-05T12:00:00Z"
    )
    seen = [
        Change(
            t=4.0,
            op="added" if each["kind"] == "Event" else "listed",
            resource=resource,
            object=msgspec.convert(each, LEAN_TYPES[resource]),
        )
        for each in documents
        if (resource := KINDS[each["kind"]]) in LEAN_TYPES
    ]
    return [began, *seen, Phase(t=5.0, name="undo")]


def dying() -> list[Document]:
    """A workload whose container is ended by its memory limit."""
    return [*deployment(pod("web-1", status=unready(crashing(137, reason="OOMKilled")))), node()]


def probed(one: Document, port: int) -> list[Document]:
    """What the kubelet says of a liveness probe that nobody answers at a port."""
    refused = f"Liveness probe failed: dial tcp 10.244.1.7:{port}: connect: connection refused"
    ended = "Container main failed liveness probe, will be restarted"
    return [
        event(one, "Unhealthy", refused, metadata={"uid": "uid-unhealthy"}),
        event(one, "Killing", ended, metadata={"uid": "uid-killing"}),
    ]


def test_pods_of_a_record_get_the_containers_that_were_declared() -> None:
    """And objects that no timeline keeps are there as declared."""
    entries = timeline(*dying())
    assert scene_of(entries).pods[0].spec.containers == []
    scene = completed(scene_of(entries), manifests(resources=SMALL))
    assert scene.pods[0].spec.containers[0].resources.limits == {"memory": "64Mi"}
    assert scene.pods[0].spec.node_name == "worker"
    assert [each.metadata.name for each in scene.all("services", Service)] == ["web"]


def test_advice_on_a_record_is_followed_by_its_manifests() -> None:
    """The limit that was too small is raised in the manifest; everything else stays."""
    declared = manifests(resources=SMALL)
    told = advice_on(declared, timeline(*dying()))
    assert [cause for cause, _ in told] == ["memory-limit"]
    after = followed(declared, [patch for _, each in told for patch in each.patches])
    limits = {"limits": {"memory": "128Mi"}}
    assert after == [changed(manifests(resources=limits)[0], {}), declared[1]]


def test_a_record_of_what_is_well_gives_no_advice() -> None:
    """Nothing is changed for the sake of changing."""
    assert advice_on(manifests(), timeline(*deployment(pod("web-1")), node())) == []


def test_of_a_later_revision_nothing_is_known() -> None:
    """A fault has changed the template: its pods are not what the manifests say."""
    one = pod("web-1")
    documents = deployment(one)
    later = changed(documents[1], {"metadata": {"name": "web-new", "uid": "uid-web-new", "creationTimestamp": ago(10)}})
    new = owned(pod("web-2"), later)
    scene = completed(scene_of(timeline(*documents, later, new, node())), manifests())
    known = {each.metadata.name: bool(each.spec.containers) for each in scene.all("pods", Pod)}
    assert known == {"web-1": True, "web-2": False}


def test_where_a_pod_is_not_known_no_service_is_held_against_it() -> None:
    """Its ports are unknown, so that a Service's port cannot be said to be wrong."""
    documents = deployment(pod("web-1"))
    later = changed(documents[1], {"metadata": {"name": "web-new", "uid": "u-new", "creationTimestamp": ago(10)}})
    entries = timeline(*documents, later, owned(pod("web-2"), later), node())
    assert not completed(scene_of(entries), manifests()).saw("services")
    assert advice_on(manifests(), entries) == []


def test_a_template_that_a_fault_has_changed_is_not_mended_in_the_manifests() -> None:
    """They are right: the probe that asks for what is not there is not theirs."""
    probe = {"httpGet": {"path": "/healthz", "port": 8080}}
    documents = deployment(pod("web-1"))
    later = changed(documents[1], {"metadata": {"name": "web-new", "uid": "u-new", "creationTimestamp": ago(10)}})
    new = owned(pod("web-2", status=unready({**running(), "ready": False})), later)
    said = event(new, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404")
    entries = timeline(*documents, later, new, node(), said)
    declared = manifests(readinessProbe=probe)
    causes = diagnose(completed(scene_of(entries), declared)).causes
    assert [each.cause for each in causes] == ["readiness-probe-wrong"]
    assert advice_on(declared, entries) == []


def test_what_a_program_needs_is_weighed_against_the_manifests_though_a_fault_changed_the_template() -> None:
    """It was made to start more slowly; the probe that does not wait for it is the manifests' own."""
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 2}
    documents = deployment(pod("web-1"))
    later = changed(documents[1], {"metadata": {"name": "web-new", "uid": "u-new", "creationTimestamp": ago(10)}})
    new = owned(pod("web-2", status=unready(crashing(137, lived=8))), later)
    said = probed(new, 8080)
    ((cause, advice),) = advice_on(manifests(livenessProbe=probe), timeline(*documents, later, new, node(), *said))
    assert cause == "startup-too-slow"
    assert advice.patches[0].body["spec"]["template"]["spec"]["containers"][0]["startupProbe"]["failureThreshold"] > 20


def test_a_whole_object_takes_the_place_of_the_one_of_its_name() -> None:
    """Without a namespace: the scenario's runs in one of its own."""
    body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"}, "spec": {"a": 1}}
    patch = Patch(object="service/web", namespace="shop", way=Way.APPLY, body=body)
    after = followed(manifests(), [patch])
    assert [each["kind"] for each in after] == ["Deployment", "Service"]
    assert after[1] == {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"a": 1}}
    assert len(followed(manifests()[:1], [patch])) == 2


def test_nodes_are_not_changed_for_a_scenario() -> None:
    """A cordon is the fault itself: advice to undo it is none that manifests can follow."""
    waits = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/1 nodes are available: 1 node(s) were unschedulable.",
    }
    one = pod("web-1", status={"phase": "Pending", "conditions": [waits], "containerStatuses": []}, nodeName="")
    closed = node(spec={"unschedulable": True})
    assert advice_on(manifests(), timeline(*deployment(one), closed)) == []


def test_what_is_only_for_the_next_time_is_not_followed() -> None:
    """Pods that leave a lost node sooner do not bring the node back."""
    documents = deployment(lost_pod("web-1"))
    assert advice_on(manifests(), timeline(silent_node(), node("other"), *documents)) == []
