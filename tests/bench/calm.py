"""Family `calm`: scenarios without a fault, in which every verdict but *passed* is a false alarm."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from harness.expect.available import Available
from harness.expect.never_below import NeverBelow
from harness.expect.recovers import Recovers
from harness.expect.restarts import Restarts
from harness.model.cluster import Capability, ClusterRecord
from harness.model.scenario import Expectation, Scenario
from harness.model.units import Ref, Seconds, Share
from harness.session import explain
from tests.bench.figures import Figure
from tests.bench.ground import WORKLOADS, arena, workload

HOLD_SECONDS = 5.0
"""How long nothing happens: the usual hold of a recovery."""


def calm(record: ClusterRecord, runs: int) -> Iterator[Figure]:
    """So many fault-free runs, over the shipped workloads in turn."""
    names = _calm_workloads(record)
    seconds, failed, undecided = [], 0, 0
    with arena(record) as stage:
        for number in range(runs):
            name = names[number % len(names)]
            outcome = stage.run(quiet(f"bench-calm-{number}-{name}", workload(name), record)).result
            seconds.append(outcome.seconds)
            failed += outcome.outcome == "failed"
            undecided += outcome.outcome not in ("failed", "passed")
            if outcome.outcome != "passed":
                sys.stderr.write(f"run {number}, {name}: {explain(outcome.verdict)}\n")
    where = f"{record.provider}: {', '.join(names)}"
    yield Figure("fault-free runs", where, seconds, "s a run", "300 runs")
    yield Figure(f"failed verdicts in {runs} fault-free runs", where, [failed], "runs", "0")
    yield Figure(f"undecided in {runs} fault-free runs", where, [undecided], "runs", "0")


def quiet(name: str, manifests: list[dict[str, Any]], record: ClusterRecord) -> Scenario:
    """A scenario without faults."""
    return Scenario(
        name=name,
        why="nothing happens, so nothing may be reported",
        manifests=manifests,
        faults=[],
        expect=quiet_promises(manifests, record),
    )


def quiet_promises(manifests: list[dict[str, Any]], record: ClusterRecord) -> list[Expectation]:
    """Every promise that can be made of a workload on this cluster; of a Job, which ends by itself, none."""
    expect: list[Expectation] = []
    for manifest in manifests:
        kind, ref = manifest["kind"].lower(), f"{manifest['kind'].lower()}/{manifest['metadata']['name']}"
        if kind in ("deployment", "statefulset", "daemonset"):
            wanted = manifest["spec"].get("replicas", 1)
            expect += [
                Recovers(of=Ref(ref), within=Seconds(30), hold=Seconds(HOLD_SECONDS)),
                NeverBelow(of=Ref(ref), ready=wanted),
                Restarts(of=Ref(ref), at_most=0),
            ]
        if ref == "service/web" and Capability.POD_NETWORK in record.capabilities:
            expect.append(Available(of=Ref(ref), path="/healthz", at_least=Share(1.0)))
    return expect


def _calm_workloads(record: ClusterRecord) -> list[str]:
    """The shipped workloads that are meant to be healthy and that this cluster can carry."""
    meant = [path.stem for path in sorted(WORKLOADS.glob("*.yaml")) if "bad" not in path.stem]
    volumes = Capability.BOUNDED_VOLUMES in record.capabilities
    fit = [name for name in meant if quiet_promises(workload(name), record)]
    return [name for name in fit if volumes or not _claims(workload(name))]


def _claims(manifests: list[dict[str, Any]]) -> bool:
    """Whether a workload cannot run without a volume that a provisioner makes."""
    return any(
        manifest["kind"] == "PersistentVolumeClaim" or manifest.get("spec", {}).get("volumeClaimTemplates")
        for manifest in manifests
    )
