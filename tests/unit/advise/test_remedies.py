"""What every remedy promises, and what those say that no patch can follow."""

from __future__ import annotations

import json
import shlex

import msgspec
import pytest
from diagnose.asked import first
from diagnose.scenes import (
    Document,
    ago,
    changed,
    container,
    crashing,
    deployment,
    event,
    node,
    pod,
    ready,
    running,
    scene,
    service,
    statefulset,
    unready,
    waiting,
)
from diagnose.surroundings import (
    bound,
    claim,
    governing,
    lost_pod,
    mount,
    silent_node,
    storage_class,
    stored,
    unschedulable,
    unwell,
    usage,
)

from advise.toy_cluster import declare, stand
from harness.advise.adviser import advise
from harness.advise.probe_fix import REDACTED
from harness.diagnose.diagnoser import diagnose
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Diagnosis, Named
from harness.model.full.workloads import Workload, WorkloadSpec
from harness.model.objects import ObjectMeta
from harness.model.scene import Look, Scene
from harness.registry import CAUSES, REMEDIES
from harness.report import redact

NOTHING = Scene(namespace="shop", at=0.0)
OBJECTS = {"storage": "persistentvolumeclaim/data", "node": "node/worker", "control-plane": "control-plane/etcd"}
REVISION = "deployment.kubernetes.io/revision"


def bare(cause: str) -> Named:
    """A cause of which nothing but its object is known, as in a record that has no specs."""
    layer = str(CAUSES[cause].layer)
    object_ = OBJECTS.get(layer, "deployment/web")
    return Named(cause=cause, layer=layer, object=object_, confidence=0.9, evidence=["it is so (status)"])


def advised(whole: Scene, cause: str) -> list[Advice]:
    """The advice against a cause, which must be the first."""
    found = first(whole)
    assert found.cause == cause
    (told,) = advise(Diagnosis(namespace="shop", causes=[found]), whole).causes
    return told.advice


def all_words(advice: list[Advice]) -> str:
    """All that is said."""
    return " ".join(word for each in advice for word in (each.text, *each.steps, *each.commands))


def test_every_cause_has_a_remedy_and_every_remedy_its_cause() -> None:
    """Nobody is left with a name and nothing to do."""
    assert set(REMEDIES) == set(CAUSES)


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_a_remedy_says_what_to_do_however_little_is_known(cause: str) -> None:
    """A record without specs, facts and objects: words and steps still, and no patch of an object without a name."""
    found = list(REMEDIES[cause]().advise(bare(cause), NOTHING))
    assert found
    for each in found:
        assert each.text[0].isupper()
        assert each.text.endswith(".")
        for patch in each.patches:
            assert all(patch.object.partition("/")), patch
            assert json.loads(json.dumps(patch.body)) == patch.body
        for command in each.commands:
            assert shlex.split(command)[0] == "kubectl"
            assert "" not in shlex.split(command)


@pytest.mark.parametrize("cause", sorted(name for name, each in CAUSES.items() if each.layer == "storage"))
def test_of_a_storage_failure_it_is_said_what_is_lost_and_what_is_safe(cause: str) -> None:
    """Before anybody deletes a claim."""
    found = list(REMEDIES[cause]().advise(bare(cause), NOTHING))
    assert found[0].lost
    assert found[0].steps or found[0].commands


def test_what_is_not_decided_has_no_advice() -> None:
    """A guess is no advice."""
    unknown = Named(cause="unknown", layer="", object="deployment/web", confidence=0.0, evidence=[])
    (told,) = advise(Diagnosis(namespace="shop", causes=[unknown]), NOTHING).causes
    assert told.advice == []


def test_a_finalizer_is_never_taken_off_by_a_patch() -> None:
    """Only by a person who knows what it guards: the last of the steps, with its warning."""
    held = changed(service("web"), {"metadata": {"deletionTimestamp": ago(60), "finalizers": ["example.org/cleanup"]}})
    (found,) = advised(scene(held, node()), "finalizer-stuck")
    assert found.patches == []
    assert "finalizers" not in " ".join([*found.steps[:-1], *found.commands]).replace(".metadata.finalizers", "")
    assert "WARNING" in found.steps[-1]
    assert "example.org" in found.steps[1]


def test_a_dead_node_is_declared_out_of_service_only_where_somebody_vouches_for_it() -> None:
    """For pods of a StatefulSet; the step before says what to make sure of, and no patch or command does it."""
    documents = [silent_node(), node("other"), governing(), statefulset(lost_pod("db-0"))]
    found = advised(scene(*documents), "node-not-ready")
    steps = found[0].steps
    taint = next(number for number, each in enumerate(steps) if "out-of-service" in each)
    assert "WARNING" in steps[taint - 1]
    assert "switched off" in steps[taint - 1]
    assert all("out-of-service" not in str(each.patches) + str(each.commands) for each in found)


def test_pods_of_a_deployment_leave_a_dead_node_by_themselves() -> None:
    """No out-of-service taint for them; a shorter toleration is for the next time."""
    found = advised(scene(silent_node(), node("other"), deployment(lost_pod("web-1"))), "node-not-ready")
    assert "out-of-service" not in all_words(found)
    assert [(each.severity, bool(each.patches)) for each in found] == [(Severity.CRITICAL, False), (Severity.LOW, True)]


def revised(new: Document, old: Document, *others: Document) -> Scene:
    """A Deployment whose last change replaced `old` by `new`, both being pods; the old one is gone."""
    documents = deployment(new)
    template = {"metadata": {"labels": {"app": "web"}}, "spec": old["spec"]}
    documents[1] = changed(documents[1], {"metadata": {"annotations": {REVISION: "2"}}})
    meta = {"name": "web-old", "uid": "uid-web-old", "annotations": {REVISION: "1"}}
    before = changed(documents[1], {"metadata": meta, "spec": {"replicas": 0}})
    before["spec"] = {**before["spec"], "template": template}
    return scene(*documents, before, node(), *others)


def test_an_image_that_cannot_be_pulled_gives_way_to_the_one_before() -> None:
    """And `rollout undo` is named, since there is something to go back to."""
    new = pod("web-1", status=unready(waiting("ImagePullBackOff", "not found")), containers=[container(image="web:2")])
    found = advised(revised(new, pod("web-0", containers=[container(image="web:1")])), "image-unavailable")
    assert found[0].patches[0].body["spec"]["template"]["spec"]["containers"] == [{"name": "main", "image": "web:1"}]
    assert "kubectl -n shop rollout undo deployment/web" in found[0].commands


def test_without_a_revision_before_no_way_back_is_told() -> None:
    """`rollout undo` would fail."""
    one = pod("web-1", status=unready(waiting("ImagePullBackOff", "not found")))
    found = advised(scene(deployment(one), node()), "image-unavailable")
    assert "rollout undo" not in all_words(found)
    assert not any(each.patches for each in found)


def test_a_command_gives_way_to_the_one_before() -> None:
    """The image's own where there was none."""
    held = waiting("RunContainerError", 'exec: "/no-such": no such file or directory')
    new = pod("web-1", status=unready(held), containers=[container(command=["/no-such"])])
    found = advised(revised(new, pod("web-0")), "command-bad")
    assert found[0].patches[0].body["spec"]["template"]["spec"]["containers"] == [
        {"name": "main", "command": None, "args": None}
    ]


def test_a_command_with_a_credential_in_it_is_never_written_back() -> None:
    """What stands in its place would be run: the probe is left to people, with the way back."""
    assert REDACTED == redact.REDACTED
    hidden = {"exec": {"command": ["check", f"--password={REDACTED}"]}}
    broken = {"exec": {"command": ["/no-such"]}}
    missing = 'Readiness probe failed: OCI runtime exec failed: exec: "/no-such": no such file or directory'
    state = unready({**running(), "ready": False})
    new = pod("web-1", status=state, containers=[container(readinessProbe=broken, ports=[])])
    whole = revised(
        new, pod("web-0", containers=[container(readinessProbe=hidden, ports=[])]), event(new, "Unhealthy", missing)
    )
    found = advised(whole, "readiness-probe-wrong")
    assert not any(each.patches for each in found)
    assert "rollout undo" in all_words(found)


def test_a_startup_probe_is_sized_by_the_starts_that_were_seen() -> None:
    """Another pod needed 300 s and is ready: three times that."""
    probe = {"httpGet": {"port": 8080}, "periodSeconds": 2, "failureThreshold": 3}
    slow = pod("web-1", status=unready(crashing(137, lived=8)), containers=[container(livenessProbe=probe)])
    good = pod(
        "web-2",
        status={"conditions": [ready(since_seconds=3290)], "containerStatuses": [running(since_seconds=3590)]},
        containers=[container(livenessProbe=probe)],
    )
    refused = "dial tcp 10.244.1.7:8080: connect: connection refused"
    told = [
        event(slow, "Unhealthy", f"Liveness probe failed: {refused}", ago_seconds=22),
        event(slow, "Killing", "Container main failed liveness probe, will be restarted", ago_seconds=22),
    ]
    (found,) = advised(scene(*deployment(slow, good), node(), *told), "startup-too-slow")
    asked = found.patches[0].body["spec"]["template"]["spec"]["containers"][0]["startupProbe"]
    assert asked["periodSeconds"] * asked["failureThreshold"] == 900
    assert asked["httpGet"] == {"path": "/", "port": 8080, "scheme": "HTTP"}
    assert "300 s" in found.text


def test_a_pod_that_nobody_controls_is_changed_by_hand() -> None:
    """Kubernetes takes no patch of its containers: it is kept, changed, and made again."""
    one = pod(
        "web-1",
        status=unready(crashing(137, reason="OOMKilled")),
        containers=[container(resources={"limits": {"memory": "64Mi"}})],
    )
    (found,) = advised(scene(one, node()), "memory-limit")
    assert found.patches == []
    assert "128Mi" in found.steps[1]
    assert found.steps[0].endswith("(kubectl -n shop get pod/web-1 -o yaml).")


def test_memory_is_raised_by_what_was_used_where_that_is_known() -> None:
    """Half as much again as another pod uses, where that is more than twice the limit."""
    limits = [container(resources={"limits": {"memory": "64Mi"}, "requests": {"memory": "64Mi"}})]
    dead = pod("web-1", status=unready(crashing(137, reason="OOMKilled")), containers=limits)
    use = Look(kind="usage", about="pod/web-2/main", facts={"cpu": "1", "memory": str(200 * 1024**2)})
    whole = scene(*deployment(dead, pod("web-2", containers=limits)), node(), looks=[use])
    (found,) = advised(whole, "memory-limit")
    assert found.patches[0].body["spec"]["template"]["spec"]["containers"] == [
        {"name": "main", "resources": {"limits": {"memory": "304Mi"}, "requests": {"memory": "304Mi"}}}
    ]


def full(*classes: Document) -> Advice:
    """Advice on a database whose claim of 10 GiB is full, with these StorageClasses."""
    documents = bound()
    documents[0] = changed(documents[0], {"spec": {"resources": {"requests": {"storage": "10Gi"}}}})
    database = statefulset(unwell("db-0"))
    around = [node(), *documents, governing(), *classes]
    (found,) = advised(scene(*around, database, looks=[usage("db-0", left=0)]), "volume-full")
    return found


def test_a_volume_that_is_full_is_doubled_and_nothing_of_it_is_deleted() -> None:
    """And it is said what is lost."""
    found = full(storage_class(allowVolumeExpansion=True))
    assert found.patches[0].object == "persistentvolumeclaim/data"
    assert found.patches[0].body == {"spec": {"resources": {"requests": {"storage": "20Gi"}}}}
    assert "since it was full" in found.lost


def test_a_volume_that_cannot_grow_is_not_told_to() -> None:
    """The API server would refuse the patch: the data moves, while nobody writes, and the old volume is kept."""
    found = full(storage_class())
    assert found.patches == []
    assert "cannot grow" in found.text
    words = " ".join(found.steps)
    places = [words.find(each) for each in ("Retain", "--replicas=0", "cp -a", "--replicas=1")]
    assert -1 not in places
    assert places == sorted(places)


def test_a_full_volume_that_is_no_claim_is_not_grown_as_one() -> None:
    """An emptyDir has no claim to patch."""
    one = pod("web-1", status=unready({**running(), "ready": False}), volumes=[{"name": "data", "emptyDir": {}}])
    (found,) = advised(scene(deployment(one), node(), looks=[usage("web-1", left=0)]), "volume-full")
    assert found.patches == []
    assert "sizeLimit" in found.text


def test_nobody_writes_to_a_volume_while_its_data_is_brought_back() -> None:
    """Stopped first, by a way that keeps the claims; the old volume kept; started last, with as many pods as before."""
    looks = [mount("db-0", options="rw", entries="0")]
    database = statefulset(unwell("db-0"), unwell("db-1"))
    (found,) = advised(scene(node(), bound(), governing(), database, looks=looks), "volume-data-lost")
    kept, stopped, retained = found.steps[:3]
    assert "whenScaled" in kept
    assert stopped.endswith("kubectl -n shop scale statefulset/db --replicas=0")
    assert "persistentvolume/pv-data" in retained
    started = next(number for number, each in enumerate(found.steps) if "--replicas=2" in each)
    restored = next(number for number, each in enumerate(found.steps) if "restore the newest" in each)
    assert restored < started


def test_the_set_that_makes_a_claim_is_corrected_before_the_claim_is_deleted() -> None:
    """Else it makes the same claim again at once."""
    waits = claim("data-db-0", storageClassName="standrad")
    refused = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}]
    template = {"metadata": {"name": "data"}, "spec": {"storageClassName": "standrad"}}
    database = statefulset(unschedulable("db-0", refused, volumes=volumes), spec={"volumeClaimTemplates": [template]})
    found = advised(scene(node(), storage_class(), waits, governing(), database), "claim-unbound")[-1]
    assert found.patches == []
    orphaned = next(number for number, each in enumerate(found.steps) if "--cascade=orphan" in each)
    deleted = next(number for number, each in enumerate(found.steps) if "delete persistentvolumeclaim/" in each)
    assert orphaned < deleted


def test_probes_on_a_busy_node_get_more_time() -> None:
    """A restart would make it busier."""
    late = "Readiness probe failed: context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    probe = {"httpGet": {"port": 8080}}
    web = pod("web-1", status=unready({**running(), "ready": False}), containers=[container(readinessProbe=probe)])
    busy = Look(kind="usage", about="node/worker", facts={"cpu": "3.97"})
    found = advised(scene(node(), deployment(web), event(web, "Unhealthy", late), looks=[busy]), "node-cpu-busy")
    (patch,) = found[1].patches
    assert patch.body["spec"]["template"]["spec"]["containers"] == [
        {"name": "main", "readinessProbe": {"timeoutSeconds": 5}}
    ]


def test_a_node_on_which_nothing_comes_up_is_closed_first() -> None:
    """Then what is stuck there is made anew elsewhere."""
    stuck = pod("web-1", status={"phase": "Pending", "conditions": [], "containerStatuses": []})
    tried = Look(kind="good-pod", about="node/worker", facts={"error": "not ready after 20 s"}, source="a small pod")
    (found,) = advised(scene(node(), node("other"), deployment(stuck), looks=[tried]), "node-unfit")
    assert (found.patches[0].object, found.patches[0].body) == ("node/worker", {"spec": {"unschedulable": True}})
    assert found.steps[0].endswith("kubectl -n shop delete pod/web-1")


def test_a_quota_of_a_record_is_raised_by_what_its_refusal_says_is_used() -> None:
    """A manifest has no status; four pods of five are there, and one more is for a roll-out."""
    quota = {"kind": "ResourceQuota", "metadata": {"name": "few", "namespace": "shop"}, "spec": {"hard": {"pods": "4"}}}
    whole = deployment(*(pod(f"web-{number}") for number in range(4)), replicas=5)
    said = "exceeded quota: few, requested: pods=1, used: pods=4, limited: pods=4"
    (found,) = advised(scene(*whole, node(), quota, event(whole[1], "FailedCreate", said)), "quota-exhausted")
    assert found.patches[0].body == {"spec": {"hard": {"pods": "6"}}}


def test_a_deployment_whose_pods_share_a_volume_ends_the_old_one_first() -> None:
    """Both nodes live: the old pod holds the volume that the new one waits for."""
    pending = {"phase": "Pending", "conditions": [], "containerStatuses": [waiting("ContainerCreating")]}
    new = stored("web-2", spec={"nodeName": "other"}, status=pending)
    old = stored("web-1")
    held = {
        "kind": "VolumeAttachment",
        "metadata": {"name": "csi-1"},
        "spec": {"nodeName": "worker", "source": {"persistentVolumeName": "pv-data"}},
    }
    said = 'Multi-Attach error for volume "pv-data" Volume is already used by pod(s) web-1'
    whole = scene(node(), node("other"), bound(), held, *deployment(old, new), event(new, "FailedAttachVolume", said))
    (found,) = advised(whole, "volume-stuck")
    assert found.patches[0].body == {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}
    assert found.steps == ["Delete the pod that holds it: kubectl -n shop delete pod/web-1"]
    assert found.lost == "nothing"


def test_cluster_dns_that_was_scaled_to_nothing_is_scaled_up() -> None:
    """In its own namespace."""
    dns = Workload(metadata=ObjectMeta(name="coredns", namespace="kube-system"), spec=WorkloadSpec(replicas=0))
    whole = Scene(namespace="shop", at=0.0, around={"deployments": [dns]})
    (found,) = REMEDIES["dns-down"]().advise(bare("dns-down"), whole)
    (patch,) = found.patches
    assert (patch.object, patch.namespace, patch.body) == (
        "deployment/coredns",
        "kube-system",
        {"spec": {"replicas": 2}},
    )


def test_a_liveness_probe_that_asks_a_dependency_is_taken_off() -> None:
    """The dependency is mended first; the probe only spreads its failure."""
    asks = {"exec": {"command": ["sh", "-c", "connect $WEB_SERVICE_HOST:80"]}}
    front = pod("front-1", status=unready({**running(), "ready": False}), containers=[container(livenessProbe=asks)])
    front = changed(front, {"metadata": {"labels": {"app": "front"}}})
    told = event(front, "Unhealthy", "Liveness probe failed: REFUSED")
    lost = service("web", selector={"app": "web"})
    down = deployment(pod("web-1", status=unready({**running(), "ready": False})))
    whole = scene(*down, lost, *deployment(front, name="front"), node(), told)
    found = next(each for each in diagnose(whole).causes if each.cause == "dependency-down")
    (told_,) = advise(Diagnosis(namespace="shop", causes=[found]), whole).causes
    assert "behind Service web" in told_.advice[0].text
    containers = told_.advice[1].patches[0].body["spec"]["template"]["spec"]["containers"]
    assert containers == [{"name": "main", "livenessProbe": None}]


def test_the_last_pod_of_a_drained_node_gets_a_second_one_first() -> None:
    """Before the budget gives way: else the drain is an outage."""
    budget = {
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web", "namespace": "shop", "uid": "u"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "minAvailable": 1},
    }
    declared = [declare(container(), nodeName="worker"), node(spec={"unschedulable": True}), node("other"), budget]
    found = advised(stand(declared), "disruption-budget-blocks")
    assert [each.patches[0].object for each in found] == ["deployment/web", "poddisruptionbudget/web"]
    assert found[1].patches[0].body["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def scaler(reason: str, target: str) -> Document:
    """An autoscaler that compares the use of CPU with what is requested, and cannot."""
    kind = {"FailedGetScale": "AbleToScale"}.get(reason, "ScalingActive")
    blind = {"type": kind, "status": "False", "reason": reason, "message": "as it says", "lastTransitionTime": ago(300)}
    cpu = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": "shop", "uid": "u-hpa", "creationTimestamp": ago(3600)},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": target}, "maxReplicas": 5, "metrics": [cpu]},
        "status": {"conditions": [blind]},
    }


def test_an_autoscaler_gets_the_requests_that_it_compares_with() -> None:
    """For the containers that state none; then it is told how to look for metrics."""
    found = advised(
        scene(deployment(pod("web-1")), node(), scaler("FailedGetResourceMetric", "web")), "autoscaler-blind"
    )
    (patch,) = found[0].patches
    assert patch.body["spec"]["template"]["spec"]["containers"] == [
        {"name": "main", "resources": {"requests": {"cpu": "100m"}}}
    ]
    assert "kubectl -n shop top pods" in found[1].steps[0]


def test_an_autoscaler_without_a_target_gets_the_nearest_one() -> None:
    """Its name was misspelt."""
    (found,) = advised(scene(deployment(pod("web-1")), node(), scaler("FailedGetScale", "wbe")), "autoscaler-blind")
    assert found.patches[0].body == {"spec": {"scaleTargetRef": {"name": "web"}}}


def test_a_provisioner_that_was_scaled_to_nothing_is_scaled_up() -> None:
    """The workload is found by the provisioner's name, in its own namespace."""
    meta = ObjectMeta(name="local-path-provisioner", namespace="local-path-storage")
    idle = Workload(metadata=meta, spec=WorkloadSpec(replicas=0))
    whole = Scene(namespace="shop", at=0.0, around={"deployments": [idle]})
    cause = msgspec.structs.replace(bare("provisioner-down"), facts={"provisioner": "rancher.io/local-path"})
    (found,) = REMEDIES["provisioner-down"]().advise(cause, whole)
    (patch,) = found.patches
    assert (patch.object, patch.namespace) == ("deployment/local-path-provisioner", "local-path-storage")
    assert patch.body == {"spec": {"replicas": 1}}


def test_a_program_that_hangs_gets_a_liveness_probe_for_the_next_time() -> None:
    """What its readiness probe asks, more patiently; one that has a liveness probe needs none."""
    probe = {"httpGet": {"port": 8080, "path": "/healthz"}}
    stopped = Look(kind="container-process", about="pod/web-1/main", facts={"state": "T"}, source="ps")
    one = pod("web-1", containers=[container(readinessProbe=probe)])
    found = advised(scene(deployment(one), node(), looks=[stopped]), "application-hang")
    given = found[1].patches[0].body["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]
    assert given["httpGet"] == {"path": "/healthz", "port": 8080, "scheme": "HTTP"}
    assert given["failureThreshold"] * given["periodSeconds"] == 60
    has = pod("web-1", containers=[container(readinessProbe=probe, livenessProbe=probe)])
    assert len(advised(scene(deployment(has), node(), looks=[stopped]), "application-hang")) == 1
