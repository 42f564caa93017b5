"""What a live namespace tells of its probes: settings, start-ups, what kubelets count, and on demand answers.

Reads only. Answers are measured by asking a probe's own endpoint through the API server's proxy, so that its way is
part of what is measured. It predicts nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from harness.budget.family import OWNERS
from harness.gather.probe_counts import Tally, Whose, read_counts
from harness.kube import actions
from harness.kube.client import Client, read_status
from harness.kube.rights import Right, may
from harness.machine.clock import Clock
from harness.model.errors import ClusterBroken
from harness.probes.answers import Answer, Counted, stretches
from harness.probes.subject import Kind, Subject, probes_of
from harness.statistics.survival import Time

EVERY_SECONDS = 1.0
"""How often a container is asked: as often as the most eager probe asks."""
ANSWER_SECONDS_MAX = 30.0
"""For how long an answer is waited: as long as the most patient probe that is recommended."""
TARGETS_MAX = 20
"""So many pods are asked side by side; the others are not asked."""
_REFUSED = ("Forbidden", "Unauthorized")

Object = dict[str, Any]


class Target(NamedTuple):
    """Where a container's probe asks in one pod: a path below the API server's root."""

    pod: str
    path: str


class _Found(NamedTuple):
    """A container, and the pods of its workload that are not going."""

    subject: Subject
    pods: list[Object]


def rights(*, measure: bool = False) -> list[Right]:
    """What an identity needs; without `nodes/proxy` what kubelets count stays unseen."""
    found = [right for kind in OWNERS for right in may("list", f"{kind}s")]
    found += may("list", "pods") + may("get", "nodes", subresource="proxy")
    return found + (may("get", "pods", subresource="proxy") if measure else [])


def read_subjects(client: Client, namespace: str, *, clock: Clock, measure: int = 0) -> list[Subject]:
    """Each container of the namespace's workloads, asked `measure` times; raises ApiError, ClusterBroken."""
    workloads = [(kind, each) for kind in OWNERS for each in actions.listed(client, f"{kind}s", namespace)]
    pods = actions.listed(client, "pods", namespace)
    nodes = sorted({node for pod in pods if (node := pod["spec"].get("nodeName"))})
    tallies, unseen = read_counts(client, namespace, nodes, clock)
    found = []
    for kind, workload in workloads:
        mine = _pods_of(workload, pods)
        for container in workload["spec"]["template"]["spec"]["containers"]:
            name = f"{kind}/{workload['metadata']['name']}"
            subject = Subject(name, namespace, container["name"], probes_of(container), unseen=unseen)
            counts = list(_counted(subject, mine, tallies))
            starts = starts_of(mine, subject.container)
            found.append(_Found(subject._replace(counted=counts, starts=starts), mine))
    return _measured(client, found, measure, clock) if measure else [each.subject for each in found]


def starts_of(pods: Iterable[Object], container: str) -> list[Time]:
    """From a container's start to its pod's readiness, as the kubelet stamped both in whole seconds: at most so long.

    A pod that lost and found its readiness since seems slower than it was; one that is not ready yet tells nothing.
    """
    found = []
    for pod in pods:
        status: Object = pod.get("status") or {}
        conditions: list[Object] = status.get("conditions") or []
        ready: Object = next((c for c in conditions if c["type"] == "Ready" and c["status"] == "True"), {})
        mine: Object = next((c for c in status.get("containerStatuses") or [] if c["name"] == container), {})
        running = (mine.get("state") or {}).get("running") or {}
        if running.get("startedAt") and ready.get("lastTransitionTime"):
            seconds = _at(ready["lastTransitionTime"]) - _at(running["startedAt"])
            found += [Time(seconds + 1)] if seconds >= 0 else []
    return found


def targets_of(subject: Subject, pods: Iterable[Object]) -> Iterator[Target]:
    """The endpoint of a container's HTTP probe in each pod; none where it does not ask by HTTP."""
    http = (subject.handler(Kind.LIVENESS) or subject.handler(Kind.READINESS)).get("httpGet")
    if not http:
        return
    for pod in pods:
        container = next(each for each in pod["spec"]["containers"] if each["name"] == subject.container)
        # the proxy takes numbers only
        named = {each.get("name"): each["containerPort"] for each in container.get("ports") or []}
        scheme = "https:" if http.get("scheme") == "HTTPS" else ""
        asked = f"{scheme}{pod['metadata']['name']}:{named.get(http['port'], http['port'])}"
        path = str(http.get("path") or "/").lstrip("/")
        yield Target(pod["metadata"]["name"], f"/api/v1/namespaces/{subject.namespace}/pods/{asked}/proxy/{path}")


def _counted(subject: Subject, pods: Iterable[Object], tallies: Mapping[Whose, Tally]) -> Iterator[Counted]:
    """Of its liveness probe, else of its readiness probe: both at once would count the same time twice."""
    kind = Kind.LIVENESS if Kind.LIVENESS in subject.probes else Kind.READINESS
    form = subject.form(kind)
    if form is None:
        return
    for pod in pods:
        whose = Whose(pod["metadata"]["name"], subject.container, kind.removesuffix("Probe").capitalize())
        if whose in tallies:
            probes, failed, within = tallies[whose]
            yield Counted(probes, failed, form.period_seconds, form.timeout_seconds, within)


def _measured(client: Client, found: Sequence[_Found], times: int, clock: Clock) -> list[Subject]:
    """The subjects with what their pods answered, all asked side by side."""
    targets = [(number, target) for number, each in enumerate(found) for target in targets_of(*each)]
    chosen = targets[:TARGETS_MAX]
    with ThreadPoolExecutor(max(1, len(chosen))) as threads:
        series = list(threads.map(lambda each: _series(client, each[1], times, clock), chosen))
    subjects = [each.subject for each in found]
    for (number, target), answers in zip(chosen, series, strict=True):
        mine = subjects[number]
        if answers is None:
            words = f"answers of pod/{target.pod}: the API server's proxy to pods is not allowed"
            subjects[number] = mine._replace(unseen=[*mine.unseen, words])
        else:
            subjects[number] = mine._replace(stretches=[*mine.stretches, *stretches(answers)])
    return subjects


def _series(client: Client, target: Target, times: int, clock: Clock) -> list[Answer] | None:
    """The answers of one endpoint; None where it may not be asked."""
    found = []
    for number in range(times):
        began = clock.now()
        try:
            answer = client.ask(target.path, timeout_seconds=ANSWER_SECONDS_MAX)
        except ClusterBroken:
            found.append(Answer(began, clock.now() - began, failed=True))
        else:
            if answer.status in (401, 403) and read_status(answer.body)[0] in _REFUSED:
                return None
            found.append(Answer(began, clock.now() - began, failed=not 200 <= answer.status < 400))
        if number + 1 < times:
            clock.sleep(EVERY_SECONDS - (clock.now() - began))
    return found


def _pods_of(workload: Object, pods: Iterable[Object]) -> list[Object]:
    """The pods that a workload's labels select and that are not going."""
    wanted = (workload["spec"].get("selector") or {}).get("matchLabels") or {}
    alive = (pod for pod in pods if not pod["metadata"].get("deletionTimestamp"))
    return [pod for pod in alive if wanted and wanted.items() <= (pod["metadata"].get("labels") or {}).items()]


def _at(stamp: str) -> float:
    return datetime.datetime.fromisoformat(stamp).timestamp()
