"""Hand-made timelines with their verdicts, as a run would leave them; no cluster was asked."""

from __future__ import annotations

from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import msgspec

from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Layer, Named
from harness.model.explained import Explained
from harness.model.objects import (
    Condition,
    ContainerState,
    ContainerStatus,
    Endpoint,
    EndpointSlice,
    Event,
    EventSource,
    InvolvedObject,
    ObjectMeta,
    OwnerReference,
    Pod,
    PodSpec,
    PodStatus,
    Running,
    Waiting,
    Workload,
    WorkloadSpec,
    WorkloadStatus,
)
from harness.model.result import RunResult, ScenarioResult, Stage
from harness.model.timeline import (
    Anchor,
    AnyEntry,
    Change,
    Evidence,
    Header,
    Injected,
    Note,
    Phase,
    Request,
    Undone,
)
from harness.model.verdict import Finding, Measure, Outcome, Verdict

SECRET = "hunter2-do-not-print"  # noqa: S105


class Sample(NamedTuple):
    """A recorded scenario."""

    entries: list[AnyEntry]
    result: ScenarioResult


def pod(
    name: str, *, ready: bool, owner: str = "rs", deleted: bool = False, restarts: int = 0, waiting: str = ""
) -> Pod:
    """A pod with one container, owned by the controller with uid `owner`."""
    state = ContainerState(waiting=Waiting(reason=waiting)) if waiting else ContainerState(running=Running())
    return Pod(
        metadata=ObjectMeta(
            name=name,
            namespace="hp-web",
            uid=f"uid-{name}",
            deletion_timestamp="2026-11-22T10:00:03Z" if deleted else None,
            owner_references=[OwnerReference(kind="ReplicaSet", uid=owner, controller=True)],
        ),
        spec=PodSpec(node_name="hp-worker"),
        status=PodStatus(
            phase="Running",
            conditions=[Condition(type="Ready", status="True" if ready else "False")],
            container_statuses=[ContainerStatus(name="web", ready=ready, restart_count=restarts, state=state)],
        ),
    )


def parse(xml: str | bytes) -> ET.Element:
    """The root of what a report wrote."""
    return ET.fromstring(xml)  # noqa: S314 - our own output


def change(t: float, thing: Any, resource: str, op: str = "modified") -> Change:
    """A watch delivered `thing` at `t`."""
    return Change(t=t, op=op, resource=resource, object=thing)


def header(name: str, why: str, faults: list[dict[str, Any]], expect: list[dict[str, Any]]) -> Header:
    """The first entry; the workload holds a Secret that no report may show."""
    manifests: list[dict[str, Any]] = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 3}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web"}, "stringData": {"password": SECRET}},
    ]
    return Header(
        t=0.0,
        scenario={
            "scenario": name,
            "why": why,
            "severity": "critical",
            "rows": [1, 20],
            "tags": [],
            "workload": manifests,
            "faults": faults,
            "expect": expect,
            "baseline": "90s",
            "observe": "0ms",
            "source": "scenarios/pods/lost.yaml",
        },
        namespace="hp-web",
        cluster="hp-1",
        provider="kind",
        kubernetes_version="v1.36.3",
        started_at="2026-11-22T10:00:00Z",
        harness_version="0.1.0",
    )


def pod_lost() -> Sample:
    """Three replicas, one deleted at 3 s, whole again at 4.6 s, two of the requests in between fail."""
    head = header(
        "web-outlives-a-lost-pod",
        "Losing one replica must be invisible to users and healed by the ReplicaSet.",
        [{"pod-delete": {"select": "app=web", "count": 1, "after": "2s"}}],
        [
            {"recovers": {"of": "deployment/web", "within": "30s", "hold": "3s", "from": "injection"}},
            {"never-below": {"of": "deployment/web", "ready": 2}},
            {"available": {"of": "service/web", "at-least": "95%"}},
        ],
    )
    entries: list[AnyEntry] = [head, *_baseline(), *_loss(), *_successor(4.6), *_traffic(8.3, {3.1, 3.2})]
    entries += [Phase(t=7.7, name="undo"), Undone(t=7.71, index=0, sent=7.7), Phase(t=7.72, name="residue")]
    entries += [Phase(t=8.1, name="stop"), Note(t=8.3, source="run", text="done")]
    findings = [
        Finding(
            expectation="recovers",
            outcome=Outcome.PASSED,
            text="deployment/web recovered 1.59 ± 0.04 s after the injection, within 30s",
            at=4.6,
            measures=[Measure(name="recovery", value=1.59, unit="seconds", error=0.04)],
        ),
        Finding(
            expectation="never-below",
            outcome=Outcome.PASSED,
            text="deployment/web never had fewer than 2 ready pods, promised 2",
            at=8.3,
            measures=[Measure(name="lowest ready", value=2, unit="count")],
        ),
        Finding(
            expectation="available",
            outcome=Outcome.PASSED,
            text="service/web: 69 of 71 requests succeeded (97.1831%)",
            at=8.3,
            measures=[Measure(name="availability", value=69 / 71, unit="share")],
        ),
    ]
    return _sample(entries, Verdict(outcome=Outcome.PASSED, findings=findings))


def pod_lost_failed() -> Sample:
    """The same loss, but the successor crash-loops: the deadline of 12 s passes with two of three ready."""
    head = header(
        "web-outlives-a-lost-pod-with-a-broken-config",
        "A ConfigMap that vanished must be noticed: the successor cannot start.",
        [{"pod-delete": {"select": "app=web", "count": 1, "after": "2s"}}],
        [
            {"recovers": {"of": "deployment/web", "within": "12s", "hold": "3s", "from": "injection"}},
            {"never-below": {"of": "deployment/web", "ready": 2}},
            {"available": {"of": "service/web", "at-least": "99.5%"}},
        ],
    )
    late = {round(0.1 * step, 1) for step in range(31, 36)}
    entries: list[AnyEntry] = [head, *_baseline(), *_loss(), *_crash_loop(), *_traffic(15.6, late)]
    entries += [Phase(t=15.1, name="undo"), Undone(t=15.2, index=0, sent=15.1), Phase(t=15.3, name="residue")]
    entries += [Phase(t=15.5, name="stop"), Note(t=15.6, source="run", text="done")]
    findings = [
        Finding(
            expectation="recovers",
            outcome=Outcome.FAILED,
            text="deployment/web had not recovered 12s after the injection",
            at=15.02,
            last_seen=(
                "deployment/web: 2 of 3 ready\n  pod web-aaaaa on hp-worker: ready\n"
                "  pod web-bbbbb on hp-worker: ready\n"
                "  pod web-ddddd on hp-worker: not ready, web waiting: CrashLoopBackOff, web restarted 2 times"
            ),
            difference="deployment/web has 2 of 3 pods ready",
            measures=[Measure(name="recovery", value=12.0, unit="seconds", censored=True)],
        ),
        Finding(
            expectation="never-below",
            outcome=Outcome.PASSED,
            text="deployment/web never had fewer than 2 ready pods, promised 2",
            at=15.6,
            measures=[Measure(name="lowest ready", value=2, unit="count")],
        ),
        Finding(
            expectation="available",
            outcome=Outcome.FAILED,
            text="service/web: 139 of 144 requests succeeded (96.5278%), promised 99.5%",
            at=15.6,
            last_seen="last error: connection refused",
            difference="96.5278% of requests succeeded instead of 99.5%",
            measures=[Measure(name="availability", value=139 / 144, unit="share")],
        ),
    ]
    sample = _sample(entries, Verdict(outcome=Outcome.FAILED, findings=findings))
    return Sample(sample.entries, msgspec.structs.replace(sample.result, diagnosis=explained()))


def twin() -> ScenarioResult:
    """A broken twin that failed as declared."""
    result = pod_lost_failed().result
    return msgspec.structs.replace(result, control="one-replica", control_held=True, timeline="")


def explained() -> Explained:
    """Two causes, the likelier one with advice of every form."""
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"mode": "FILL-IN"}}
    advice = Advice(
        text="Bring configmap/settings back. Its content is nobody's to guess.",
        severity=Severity.HIGH,
        patches=[Patch(object="configmap/settings", namespace="hp-web", way=Way.APPLY, body=settings)],
        commands=["kubectl -n hp-web get configmaps"],
        steps=["Fill the values in."],
        lost="what was only in it",
        safe="all volumes",
    )
    missing = Named(
        cause="config-missing",
        layer=Layer.CONFIGURATION,
        object="deployment/web",
        confidence=0.92,
        evidence=['configmap "settings" not found <here> (event Failed of pod/web-ddddd)'],
        advice=[advice],
    )
    node = Named(cause="node-not-ready", layer=Layer.NODE, object="node/hp-worker", confidence=0.4, evidence=["late"])
    return Explained(
        namespace="hp-web",
        causes=[missing, node],
        unseen=["secrets: not allowed (403)"],
        seconds=0.21,
        t=15.0,
        moment="before the faults were undone",
        faults=["pod-delete"],
        promises=[Advice(text="Run 4 pods.", patches=[Patch(object="deployment/web", body={"spec": {"replicas": 4}})])],
    )


def volume_full() -> Sample:
    """A StatefulSet whose volume fills up: db-0 turns unready, and the watch breaks off, so nothing is decided."""
    head = header(
        "store-reports-a-full-volume",
        "A full volume must make the pod unready instead of losing writes silently.",
        [{"volume-fill": {"of": "persistentvolumeclaim/data-store-0", "for": "6s"}}],
        [{"recovers": {"of": "statefulset/store", "within": "1m", "hold": "3s", "from": "undo"}}],
    )
    entries: list[AnyEntry] = [head, Phase(t=0.1, name="baseline")]
    entries += [change(0.3, workload("store", 2, 2, uid="rs"), "statefulsets", "listed")]
    entries += [change(0.3, pod(f"store-{n}", ready=True), "pods", "listed") for n in range(2)]
    entries += [
        Phase(t=2.0, name="inject"),
        Injected(t=2.6, sent=2.1, index=0, fault="volume-fill", targets=["persistentvolumeclaim/data-store-0"]),
        Evidence(t=2.9, index=0, source="statfs", seen="0 bytes free of 64 MiB"),
        Phase(t=2.9, name="hold"),
        change(5.2, pod("store-0", ready=False), "pods"),
        change(5.25, workload("store", 2, 1, uid="rs"), "statefulsets"),
        Phase(t=8.6, name="undo"),
        Undone(t=8.9, index=0, sent=8.6),
        Phase(t=8.9, name="converge"),
        change(11.4, pod("store-0", ready=True, restarts=1), "pods"),
        change(11.5, workload("store", 2, 2, uid="rs"), "statefulsets"),
        Phase(t=14.6, name="stop"),
    ]
    finding = Finding(
        expectation="recovers",
        outcome=Outcome.PASSED,
        text="statefulset/store recovered 2.50 ± 0.31 s after the undo, within 1m",
        at=11.4,
        measures=[Measure(name="recovery", value=2.5, unit="seconds", error=0.31)],
    )
    doubts = ["the watch of pods has a gap from 6.10 to 6.80 s: what happened in it is not known"]
    return _sample(entries, Verdict(outcome=Outcome.INCONCLUSIVE, findings=[finding], doubts=doubts))


def skipped() -> ScenarioResult:
    """A scenario that could not run here."""
    return ScenarioResult(
        name="node-drain-spares-web",
        node_id="scenarios/nodes/drain.yaml::node-drain-spares-web",
        why="Draining a node must never take a promise down.",
        severity="normal",
        rows=[4],
        verdict=Verdict(outcome=Outcome.SKIPPED, findings=[]),
        seconds=0.0,
        started_at="2026-11-22T10:00:00Z",
        scenario={"scenario": "node-drain-spares-web"},
        skip_reason="the cluster lacks containers (needed by node-drain)",
    )


def crowd(pods: int, requests: int) -> Sample:
    """Many pods of which one is lost, thousands of requests."""
    sample = pod_lost()
    entries = [entry for entry in sample.entries if not isinstance(entry, Request)]
    entries += [change(0.4, pod(f"web-{n:05d}", ready=True), "pods", "listed") for n in range(pods)]
    entries += [
        Request(
            t=1.2 + 7 * n / requests, began=1.2 + 7 * n / requests, service="web", error="reset" if n % 97 == 0 else ""
        )
        for n in range(requests)
    ]
    return Sample(sorted(entries, key=lambda entry: entry.t), sample.result)


def run_result() -> RunResult:
    """One run with each of the four outcomes."""
    return RunResult(
        run="20261122-100000-a1b2",
        started_at="2026-11-22T10:00:00Z",
        seconds=48.2,
        harness_version="0.1.0",
        scenarios=[pod_lost().result, pod_lost_failed().result, volume_full().result, skipped()],
        clusters={"hp-1": "kind v1.36.3"},
    )


def workload(name: str, replicas: int, ready: int, *, uid: str = "deploy") -> Workload:
    """A Deployment, ReplicaSet or StatefulSet whose newest template all its pods have."""
    owner = [OwnerReference(kind="Deployment", name="web", uid="deploy", controller=True)] if uid == "rs" else []
    return Workload(
        metadata=ObjectMeta(name=name, uid=uid, generation=1, owner_references=owner),
        spec=WorkloadSpec(replicas=replicas),
        status=WorkloadStatus(
            observed_generation=1, replicas=replicas, ready_replicas=ready, updated_replicas=replicas
        ),
    )


def _baseline() -> list[AnyEntry]:
    entries: list[AnyEntry] = [Phase(t=0.1, name="baseline")]
    entries += [change(0.4, workload("web", 3, 3), "deployments", "listed")]
    entries += [change(0.4, workload("web-7d4", 3, 3, uid="rs"), "replicasets", "listed")]
    entries += [change(0.4, pod(f"web-{letter * 5}", ready=True), "pods", "listed") for letter in "abc"]
    return [*entries, _slice(0.45, 3), Phase(t=1.0, name="inject")]


def _loss() -> list[AnyEntry]:
    lost = Anchor(kind="pod-gone", resource="pods", name="web-ccccc", uid="uid-web-ccccc")
    return [
        Injected(t=3.01, sent=3.0, index=0, fault="pod-delete", targets=["pod/web-ccccc"], anchors=[lost]),
        change(3.03, pod("web-ccccc", ready=True, deleted=True), "pods"),
        Evidence(t=3.04, index=0, source="watch", seen="pod web-ccccc is terminating"),
        Phase(t=3.05, name="hold"),
        change(3.06, pod("web-ddddd", ready=False, waiting="ContainerCreating"), "pods", "added"),
        _slice(3.12, 2),
        change(3.9, pod("web-ccccc", ready=False, deleted=True), "pods"),
        change(4.1, pod("web-ccccc", ready=False, deleted=True), "pods", "deleted"),
        change(3.2, event("SuccessfulCreate", "Created pod: web-ddddd"), "events", "added"),
        change(3.1, event("Killing", "Stopping container web", token=True), "events", "added"),
    ]


def _successor(t: float) -> list[AnyEntry]:
    return [change(t, pod("web-ddddd", ready=True), "pods"), _slice(t + 0.05, 3), Phase(t=t + 0.01, name="converge")]


def _crash_loop() -> list[AnyEntry]:
    return [
        change(4.4, pod("web-ddddd", ready=False), "pods"),
        change(5.0, pod("web-ddddd", ready=False, restarts=1, waiting="CrashLoopBackOff"), "pods"),
        change(10.2, pod("web-ddddd", ready=False, restarts=2, waiting="CrashLoopBackOff"), "pods"),
        change(5.1, event("BackOff", "Back-off restarting failed container web in pod web-ddddd"), "events", "added"),
    ]


def event(reason: str, message: str, *, token: bool = False) -> Event:
    """An Event; with `token` its message carries a credential that no report may show."""
    return Event(
        metadata=ObjectMeta(name=f"e-{reason.lower()}"),
        involved_object=InvolvedObject(kind="Pod", name="web-ddddd"),
        reason=reason,
        message=f"{message} Authorization: Bearer {SECRET}" if token else message,
        type="Warning" if reason == "BackOff" else "Normal",
        source=EventSource(component="kubelet"),
    )


def _slice(t: float, ready: int) -> Change:
    labels = {"kubernetes.io/service-name": "web"}
    endpoints = [Endpoint(addresses=[f"10.244.1.{n}"]) for n in range(ready)]
    return change(
        t, EndpointSlice(metadata=ObjectMeta(name="web-x", labels=labels), endpoints=endpoints), "endpointslices"
    )


def _traffic(until: float, failing: set[float]) -> list[AnyEntry]:
    began = [round(1.2 + 0.1 * step, 1) for step in range(round((until - 1.2) * 10))]
    return [
        Request(t=t + 0.004, began=t, service="web", error="connection refused" if t in failing else "") for t in began
    ]


def _sample(entries: list[AnyEntry], verdict: Verdict) -> Sample:
    entries = sorted(entries, key=lambda entry: entry.t)
    head = entries[0]
    assert isinstance(head, Header)
    begins = [entry for entry in entries if isinstance(entry, Phase)]
    ends = [entry.t for entry in begins[1:]] + [entries[-1].t]
    name = head.scenario["scenario"]
    return Sample(
        entries,
        ScenarioResult(
            name=name,
            node_id=f"scenarios/pods/lost.yaml::{name}",
            why=head.scenario["why"],
            severity=head.scenario["severity"],
            rows=head.scenario["rows"],
            verdict=verdict,
            seconds=entries[-1].t,
            started_at=head.started_at,
            scenario=head.scenario,
            stages=[Stage(name=b.name, began=b.t, seconds=end - b.t) for b, end in zip(begins, ends, strict=True)],
            cluster=head.cluster,
            provider=head.provider,
            timeline=f"{name}/timeline.jsonl",
            journal=f"{name}/journal.jsonl",
        ),
    )
