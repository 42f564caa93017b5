"""Family `audit`: measured recoveries held against the stamps of the API server's audit log."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from harness.machine.clock import wait_until
from harness.model.cluster import ClusterRecord
from harness.model.result import ScenarioResult
from tests.bench.audit_log import Asked, AuditLog
from tests.bench.audit_policy import log_more
from tests.bench.clocks import Relation
from tests.bench.figures import Figure
from tests.bench.ground import arena, pod_kill, recovery, workload
from tests.bench.truth import Mark, Recovery, Truth

LOG_SECONDS_MAX = 5.0
"""How long the API server may take to write its log."""


class Stamps(NamedTuple):
    """What the log says of one recovery: when the delete was answered, and the last pod's patch came and was stored."""

    deleted: float
    received: float
    ready: float

    @property
    def seconds(self) -> float:
        """The recovery."""
        return self.ready - self.deleted


def audit(record: ClusterRecord, runs: int) -> Iterator[Figure]:
    """So many pod kills: the error of the recovery, the printed error bar, and how often the truth lies within it."""
    if record.audit_log is None:
        return
    if record.provider == "kind":
        log_more(record)
    errors, bars, inside, seconds, undecided = [], [], [], [], 0
    first = Relation.now()
    with Truth(record.kubeconfig) as truth, arena(record) as stage:
        log = AuditLog(Path(record.audit_log))
        for number in range(runs):
            since = truth.mark()
            result = stage.run(pod_kill(f"bench-audit-{number}", workload("web"))).result
            measure, stamps = recovery(result), _stamps(result, truth, since, log, first)
            if measure is None or measure.censored or stamps is None:
                undecided += 1
                sys.stderr.write(f"run {number}: {result.verdict.headline}; stamps {stamps}\n")
                continue
            errors.append((measure.value - stamps.seconds) * 1000)
            bars.append(measure.error * 1000)
            inside.append(abs(measure.value - stamps.seconds) <= measure.error)
            seconds.append(stamps.seconds)
        log.close()
    drift = abs(Relation.now().offset - first.offset)
    where = record.provider
    yield Figure("recovery by the audit log", where, seconds, "s")
    yield Figure("measured recovery minus the audit log's", where, errors, "ms")
    yield Figure("error of the measured recovery", where, [abs(error) for error in errors], "ms", "p99 ≤ 100")
    yield Figure("error bar printed with it", where, bars, "ms")
    yield Figure("truth within the error bar", where, [sum(inside) / max(1, len(inside)) * 100], "%")
    yield Figure("recoveries without a figure or a stamp", where, [undecided], "runs", "0")
    yield Figure("wall against monotonic clock: error, drift", where, [first.error * 1000, drift * 1000], "ms")


def stamps_of(happened: Recovery, asked: list[Asked], namespace: str) -> Stamps | None:
    """Find both requests among those of the log; None where one of them is not there yet."""
    assert happened.whole is not None
    about = [each for each in asked if each.object.resource == "pods" and each.object.namespace == namespace]
    deletes = [
        each.done
        for each in about
        if each.verb == "delete" and each.object.name == happened.victim and "kubelet" not in each.agent
    ]
    # a watch shows nothing before the request that made it was received
    patches = [
        each
        for each in about
        if each.object.name == happened.newest
        and (each.verb, each.object.subresource) == ("patch", "status")
        and each.received <= happened.whole
        and each.readies is not False
    ]
    if not deletes or not patches:
        return None
    # where the log does not say which of them made the pod ready, it is the last that came before the watch showed it
    ready = next((each for each in patches if each.readies), max(patches, key=lambda each: each.received))
    return Stamps(min(deletes), ready.received, ready.done)


def _stamps(result: ScenarioResult, truth: Truth, since: Mark, log: AuditLog, relation: Relation) -> Stamps | None:
    """Both stamps of one run, once the API server has written them."""
    namespace = truth.newest_namespace(f"hp-{result.name}-")
    asked: list[Asked] = []

    def look() -> Stamps | None:
        asked.extend(log.news(relation))
        happened = truth.recovery(namespace, since, wanted=3)
        return None if happened is None or happened.whole is None else stamps_of(happened, asked, namespace)

    return wait_until(look, timeout_seconds=LOG_SECONDS_MAX, every_seconds=0.05)
