"""What the families share: an arena on a cluster, and the smallest experiment. Measures nothing itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.acquire import SHAPES, prober_image
from harness.expect.recovers import Recovers
from harness.faults.pod_delete import PodDelete
from harness.load import load_workload
from harness.machine.progress import Progress, Silent
from harness.model.cluster import ClusterRecord
from harness.model.result import ScenarioResult
from harness.model.scenario import Scenario
from harness.model.units import Ref, Seconds, Selector
from harness.model.verdict import Measure
from harness.providers import catalogue
from harness.session import Arena

ROOT = Path(__file__).resolve().parents[2]
WORKLOADS = ROOT / "scenarios" / "workloads"
HOLD_SECONDS = 1.0


def cluster(provider: str, name: str = "", shape: str = "") -> ClusterRecord:
    """The provider's usual cluster, or one of that name; made where it does not live."""
    return catalogue.up(provider, shape or SHAPES[provider], name=name or None, progress=Silent())


@contextmanager
def arena(record: ClusterRecord, progress: Progress | None = None) -> Iterator[Arena]:
    """An arena on a cluster, its files in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Arena(
            record,
            run="bench",
            folder=Path(folder),
            progress=progress or Silent(),
            seed=1,
            prober_image=prober_image(),
        )
        try:
            yield stage
        finally:
            stage.close()


def workload(name: str) -> list[dict[str, Any]]:
    """A shipped workload."""
    return load_workload(WORKLOADS / f"{name}.yaml")


def pod_kill(name: str, manifests: list[dict[str, Any]], *, hold: float = HOLD_SECONDS, within: float = 60) -> Scenario:
    """The smallest experiment: one pod of Deployment `web` is deleted and must be replaced; times in seconds."""
    return Scenario(
        name=name,
        why="measures the harness",
        manifests=manifests,
        faults=[PodDelete(select=Selector("app=web"))],
        expect=[Recovers(of=Ref("deployment/web"), within=Seconds(within), hold=Seconds(hold))],
    )


def recovery(result: ScenarioResult) -> Measure | None:
    """The recovery as the verdict says it, seconds from the acknowledged injection; None where there is none."""
    measures = [measure for finding in result.verdict.findings for measure in finding.measures]
    return next((measure for measure in measures if measure.name == "recovery"), None)
