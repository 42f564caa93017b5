"""What timelines tell of containers' probes: settings, start-ups, answers of the traffic. Predicts nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from harness.budget.family import OWNERS
from harness.model.cluster import Capability
from harness.model.objects import Pod
from harness.model.timeline import AnyEntry, Change, Header, Injected, Request
from harness.probes.answers import Answer, Stretch, stretches
from harness.probes.subject import Kind, Subject, probes_of
from harness.statistics.survival import Time

HARMLESS = frozenset({"pod-delete", "pod-evict", "pod-fail", "pod-orphan", "container-kill", "node-drain"})
"""Faults after which a container starts as it always does; with any other only starts from before it count."""


def subjects_of(entries: Sequence[AnyEntry]) -> list[Subject]:
    """Each container of the workloads that a timeline was recorded of; empty where it does not begin with a header.

    Answers count until the first fault is injected: what came later was no healthy application's. The namespace is
    left out: that of a run is gone. Raises BadInput for probes that cannot be read.
    """
    header = entries[0] if entries else None
    if not isinstance(header, Header):
        return []
    name = str(header.scenario.get("scenario", ""))
    manifests = [each for each in header.scenario.get("workload", []) if isinstance(each, dict)]
    fault = min((entry.sent for entry in entries if isinstance(entry, Injected)), default=float("inf"))
    faults = {name for each in header.scenario.get("faults", []) for name in each}
    real = Capability.CONTAINERS in header.capabilities
    until = float("inf") if faults <= HARMLESS else fault
    found = []
    for manifest in manifests:
        if str(manifest.get("kind", "")).lower() not in OWNERS:
            continue
        containers = manifest["spec"]["template"]["spec"]["containers"]
        answering = next((each["name"] for each in containers if _asks_http(each)), containers[0]["name"])
        for container in containers:
            mine = container["name"]
            found.append(
                Subject(
                    object=f"{manifest['kind'].lower()}/{manifest['metadata']['name']}",
                    namespace="",
                    container=mine,
                    probes=probes_of(container),
                    stretches=_answers(entries, manifests, manifest, fault) if mine == answering else [],
                    starts=list(_starts(entries, _labels(manifest), mine, until)) if real else [],
                    records=[name],
                    unseen=[] if real else [f"start-ups: {header.provider} has no containers that start"],
                )
            )
    return found


def joined(subjects: Iterable[Subject]) -> list[Subject]:
    """One for each container with the same probes, whichever timelines it was seen in."""
    groups: dict[str, list[Subject]] = {}
    for each in subjects:
        groups.setdefault(json.dumps([each.object, each.container, each.probes], sort_keys=True), []).append(each)
    return [
        group[0]._replace(
            stretches=[stretch for each in group for stretch in each.stretches],
            counted=[counted for each in group for counted in each.counted],
            starts=[time for each in group for time in each.starts],
            records=[name for each in group for name in each.records],
            unseen=list(dict.fromkeys(words for each in group for words in each.unseen)),
        )
        for group in groups.values()
    ]


def _answers(
    entries: Sequence[AnyEntry], manifests: Sequence[dict[str, Any]], manifest: dict[str, Any], until: float
) -> list[Stretch]:
    """What the Services in front of a workload answered, each Service's traffic by itself."""
    labels = _labels(manifest)
    services = [
        each["metadata"]["name"]
        for each in manifests
        if each.get("kind") == "Service" and _within(each["spec"].get("selector") or {"": ""}, labels)
    ]
    found = []
    for service in services:
        asked = (entry for entry in entries if isinstance(entry, Request) and entry.service == service)
        answers = [Answer(each.began, each.t - each.began, bool(each.error)) for each in asked if each.t < until]
        found += stretches(_once_answering(answers))
    return found


def _once_answering(answers: Sequence[Answer]) -> list[Answer]:
    """From the first success on: until then the application was starting."""
    ordered = sorted(answers)
    first = next((number for number, answer in enumerate(ordered) if not answer.failed), len(ordered))
    return ordered[first:]


def _starts(entries: Sequence[AnyEntry], labels: dict[str, str], container: str, until: float) -> Iterator[Time]:
    """From a container's first sight as running to its readiness; one that ended before that is censored.

    What ran when the watch began, or had not finished at `until`, is left out: how long it took is not known.
    """
    began: dict[tuple[str, int], float] = {}
    over: set[tuple[str, int]] = set()
    for entry in entries:
        if not isinstance(entry, Change) or not isinstance(entry.object, Pod) or entry.t > until:
            continue
        pod = entry.object
        status = next((each for each in pod.status.container_statuses if each.name == container), None)
        if status is None or not _within(labels, pod.metadata.labels):
            continue
        start = (pod.metadata.uid, status.restart_count)
        before = (pod.metadata.uid, status.restart_count - 1)
        if before in began and before not in over:
            over.add(before)
            if not pod.terminating:
                yield Time(entry.t - began[before], censored=True)
        if status.state.running is None or pod.terminating:
            continue
        if entry.op == "listed":
            over.add(start)
        began.setdefault(start, entry.t)
        if status.ready and start not in over:
            over.add(start)
            if entry.t > began[start]:
                yield Time(entry.t - began[start])


def _labels(manifest: dict[str, Any]) -> dict[str, str]:
    return dict((manifest["spec"]["template"].get("metadata") or {}).get("labels") or {})


def _within(wanted: dict[str, str], labels: dict[str, str]) -> bool:
    return bool(wanted) and wanted.items() <= labels.items()


def _asks_http(container: dict[str, Any]) -> bool:
    return any((container.get(kind) or {}).get("httpGet") for kind in Kind)
