"""A fault on thousands of pods in a process of its own: `python -m tests.bench.scale_fault CLUSTER PODS NUMBER`.

All pods of one Deployment are deleted at once and must come back; writes what came of it as one JSON object.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from harness.expect.recovers import Recovers
from harness.faults.pod_delete import PodDelete
from harness.model.scenario import Scenario
from harness.model.timeline import Injected
from harness.model.units import Ref, Seconds, Selector
from harness.providers import catalogue
from harness.session import explain
from tests.bench.cost import cpu_seconds, peak_mebibytes
from tests.bench.ground import arena, recovery

READY_SECONDS_MAX = 1200.0
RECOVERY_SECONDS_MAX = 900.0


def main(cluster: str, pods: str, number: str) -> None:
    """Run it and tell."""
    record = catalogue.load_record(cluster)
    assert record is not None, cluster
    scenario = Scenario(
        name=f"bench-scale-{number}",
        why="measures the harness",
        manifests=[deployment("web", int(pods))],
        faults=[PodDelete(select=Selector("app=web"), all=True)],
        expect=[Recovers(of=Ref("deployment/web"), within=Seconds(RECOVERY_SECONDS_MAX), hold=Seconds(1))],
        baseline=Seconds(READY_SECONDS_MAX),
    )
    with arena(record) as stage:
        ran = stage.run(scenario)
    measure = recovery(ran.result)
    told = {
        "passed": ran.result.outcome == "passed",
        "verdict": explain(ran.result.verdict)[:2000],
        "injection": [entry.t - entry.sent for entry in ran.entries if isinstance(entry, Injected)],
        "recovery": [] if measure is None or measure.censored else [measure.value],
        "phases": {stage.name: stage.seconds for stage in ran.result.stages},
        "cores": cpu_seconds() / ran.result.seconds,
        "mebibytes": peak_mebibytes(),
    }
    sys.stdout.write(f"{json.dumps(told)}\n")


def deployment(name: str, replicas: int) -> dict[str, Any]:
    """Pods that only a simulated node runs."""
    labels = {"app": name}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": "example.org/none:1"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": pod},
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
