"""Promise: only steps that separate causes in doubt are run, at the pods that these causes are about."""

from __future__ import annotations

from typing import Any

from diagnose.causes.test_application_hang import hanging
from diagnose.scenes import container, deployment, endpoints, node, pod, running, scene, service, unready

from harness.diagnose.diagnoser import diagnose
from harness.isolate.choice import SURE, chosen
from harness.isolate.network import needed_by, target_of, targets_of
from harness.isolate.step import STEPS, Errand, Means, Place, Write
from harness.machine.process import Completed
from harness.model.diagnosis import Diagnosis, Named
from harness.model.full.network import Service
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import CAUSES

PROBED = {"readinessProbe": {"httpGet": {"port": "http", "path": "/ready"}}}
ASKS = {"readinessProbe": {"exec": {"command": ["sh", "-c", "curl http://web:80/"]}}, "ports": []}
CLAIM = {"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}


def shop() -> Scene:
    """A web that serves, and a front that asks it and is not ready."""
    web = pod("web-1", containers=[container(**PROBED)])
    front: dict[str, Any] = pod(
        "front-1",
        containers=[container(**ASKS)],
        status={**unready({**running(), "ready": False}), "podIP": "10.244.1.9"},
    )
    front["metadata"]["labels"] = {"app": "front"}
    around = [node(), node("other"), service(), endpoints("web", web)]
    return scene(*around, deployment(web), deployment(front, name="front"))


def doubted(cause: str, object_: str, confidence: float = 0.5) -> Diagnosis:
    return Diagnosis(
        namespace="shop",
        causes=[Named(cause=cause, layer="", object=object_, confidence=confidence, evidence=[], explains=[object_])],
    )


def names(scene_: Scene, found: Diagnosis) -> list[str]:
    return [name for name, _ in chosen(scene_, found)]


def test_every_step_that_a_cause_names_is_there() -> None:
    """A name that nobody has would never be run."""
    assert {name for cause in CAUSES.values() for name in cause.decided_by} <= set(STEPS)
    assert all(step.__doc__ and step.makes for step in STEPS.values())


def test_a_cause_that_is_sure_needs_no_step() -> None:
    """And nothing at all is needed where nothing is wrong."""
    assert names(shop(), doubted("application-hang", "pod/front-1", SURE)) == []
    assert names(shop(), Diagnosis(namespace="shop")) == []


def test_a_cause_in_doubt_names_its_own_steps_and_the_unknown_all() -> None:
    """A volume is not written to because a name does not resolve."""
    assert names(shop(), doubted("dns-wrong", "deployment/front")) == ["dns-query"]
    assert names(shop(), doubted("unknown", "deployment/front", 0.0)) == sorted(STEPS)
    assert names(shop(), doubted("quota-exhausted", "deployment/front")) == []


def test_the_pods_of_a_cause_are_those_that_it_explains() -> None:
    """A workload's or a Service's own, those that are not ready first."""
    (_, place) = chosen(shop(), doubted("application-hang", "deployment/front"))[0]
    assert [each.metadata.name for each in place.pods] == ["front-1"]
    (_, behind) = chosen(shop(), doubted("service-port-wrong", "service/web"))[0]
    assert [each.metadata.name for each in behind.pods] == ["web-1"]


def test_whom_to_ask_follows_from_probes_ports_and_services() -> None:
    """A pod as its probe asks it; a Service by the pods behind it, its address and its name."""
    whole = shop()
    web, front = (whole.named("pods", Pod, name) for name in ("web-1", "front-1"))
    assert web is not None
    assert front is not None
    own = target_of(whole, web)
    assert own is not None
    assert (own.ref, own.host, own.port, own.path) == ("pod/web-1", "10.244.1.7", 8080, "/ready")
    assert target_of(whole, front) is None
    place = Place(doubted("network-partition", "pod/front-1").causes[0], [front])
    (needed,) = needed_by(whole, place, front)
    assert isinstance(needed, Service)
    assert [each.ref for each in targets_of(whole, needed)] == ["pod/web-1", "service/web", "web.shop.svc"]


def enters(node: str, argv: list[str], *, timeout_seconds: float = 0, stdin: bytes | None = None) -> Completed:
    raise AssertionError("planning enters no node")


def errands(step: str, whole: Scene, *, cause: str = "unknown", ref: str = "deployment/front") -> list[Errand]:
    """What a step would do where nodes can be entered; it asks nobody."""
    means = Means(whole, None, enters, None, lambda: 30.0, "agnhost", "isolation-1")  # type: ignore[arg-type]
    found = doubted(cause, ref, 0.0)
    places = [place for name, place in chosen(whole, found) if name == step]
    return [errand for place in places for errand in STEPS[step]().errands(place, means)]


def test_where_nodes_can_be_entered_no_pod_is_made_for_a_request() -> None:
    """Another pod that runs is the other side."""
    asked = {each.about: each.makes for each in errands("request", shop())}
    assert set(asked.values()) == {None}
    assert "pod/front-1 -> pod/web-1, service/web, web.shop.svc" in asked
    assert any(about.startswith("pod/web-1 -> ") for about in asked)


def test_a_write_is_in_the_journal_with_what_removes_it() -> None:
    """Also where the pod is gone by then: the volume's own path on the node is what counts."""
    data: dict[str, Any] = {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data-db-0", "namespace": "shop", "uid": "u"},
        "spec": {"volumeName": "pv-1"},
        "status": {"phase": "Bound"},
    }
    mounts = [{"name": "data", "mountPath": "/data"}]
    db = pod(
        "db-0",
        status=unready({**running(), "ready": False}),
        containers=[container(volumeMounts=mounts)],
        volumes=[CLAIM],
    )
    whole = scene(node(), data, deployment(db, name="db"))
    (errand,) = errands("volume-write", whole, ref="deployment/db")
    assert isinstance(errand.makes, Write)
    assert (errand.about, errand.makes.node) == ("volume/db-0/data", "worker")
    assert "pv-1" in errand.makes.back
    assert "rm -f" in errand.makes.back


def test_a_good_pod_is_tried_where_one_is_not_ready() -> None:
    """On its very node; a pod that is ready says enough."""
    (errand,) = errands("good-pod-here", shop())
    assert isinstance(errand.makes, dict)
    assert (errand.about, errand.makes["spec"]["nodeName"]) == ("node/worker", "worker")
    assert errands("good-pod-here", shop(), ref="deployment/web") == []


def test_the_whole_diagnosis_of_a_hang_asks_for_requests() -> None:
    """From the kubelet's words to the step that decides."""
    whole = scene(*hanging())
    assert names(whole, diagnose(whole)) == ["request"]
