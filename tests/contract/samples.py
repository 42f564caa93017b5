"""One minimal scenario for each registered fault, keyed by the fault's name; a fault without one fails the contract."""

from __future__ import annotations

from typing import Any

from real_runs import QUICK_WEB, workload

from harness.expect.never_below import NeverBelow
from harness.expect.recovers import Recovers, Since
from harness.expect.stays_failed import StaysFailed
from harness.faults.container_kill import ContainerKill
from harness.faults.node_drain import NodeDrain
from harness.faults.pod_delete import PodDelete
from harness.faults.probe_fail import Probe, ProbeFail
from harness.faults.slow_start import SlowStart
from harness.faults.volume_full import VolumeFull
from harness.faults.volume_read_only import VolumeReadOnly
from harness.model.scenario import Expectation, Fault, Scenario
from harness.model.units import Ref, Seconds, Selector

WEB, DB = Ref("deployment/web"), Ref("statefulset/db")
CLAIM = Ref("persistentvolumeclaim/data-db-0")
HEALS: list[Expectation] = [Recovers(of=WEB, within=Seconds(60), hold=Seconds(1))]
STOPS: list[Expectation] = [
    StaysFailed(of=WEB, within=Seconds(20), lasts=Seconds(1)),
    Recovers(of=WEB, within=Seconds(60), hold=Seconds(1), since=Since.UNDO),
]
LASTS: list[Expectation] = [
    StaysFailed(of=DB, within=Seconds(30), lasts=Seconds(1)),
    Recovers(of=DB, within=Seconds(60), hold=Seconds(1), since=Since.UNDO),
]
TWO_PODS = {**QUICK_WEB, "poddisruptionbudget": {"spec": {"minAvailable": 1}}}


def _on_web(fault: Fault, expect: list[Expectation]) -> Scenario:
    return _scenario(fault, workload("web", **TWO_PODS), expect)


def _on_db(fault: Fault) -> Scenario:
    return _scenario(fault, workload("db"), LASTS)


def _scenario(fault: Fault, manifests: list[dict[str, Any]], expect: list[Expectation]) -> Scenario:
    return Scenario(
        name=f"sample-{fault.name}", why="The contract of a fault.", manifests=manifests, faults=[fault], expect=expect
    )


SAMPLES: dict[str, Scenario] = {
    "container-kill": _on_web(ContainerKill(select=Selector("app=web")), HEALS),
    "node-drain": _on_web(NodeDrain(hosting=Selector("app=web")), [*HEALS, NeverBelow(of=WEB, ready=1)]),
    "pod-delete": _on_web(PodDelete(select=Selector("app=web")), HEALS),
    "probe-fail": _on_web(ProbeFail(of=WEB, probe=Probe.READINESS), STOPS),
    "slow-start": _on_web(SlowStart(of=WEB, takes=Seconds(15)), STOPS),
    "volume-full": _on_db(VolumeFull(of=CLAIM)),
    "volume-read-only": _on_db(VolumeReadOnly(of=CLAIM)),
}
TRACELESS = {"container-kill", "pod-delete"}
"""Faults with nothing to undo: what they broke is replaced, so nothing that lasts differs."""
