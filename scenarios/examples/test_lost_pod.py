"""The same promise as scenarios/pods/lost.yaml, written as a pytest test."""

from pathlib import Path

import pytest

from harness.expect.never_below import NeverBelow
from harness.expect.recovers import Recovers
from harness.faults.pod_delete import PodDelete
from harness.load import load_workload
from harness.model.scenario import Control, Scenario
from harness.model.units import Ref, Seconds, Selector

WORKLOADS = Path(__file__).parent.parent / "workloads"


@pytest.mark.healproof_controls("one-replica")
def test_web_heals_a_lost_pod(arena, control):
    """Losing one replica is healed by the ReplicaSet, and the others go on."""
    web = Ref("deployment/web")
    arena.run(
        Scenario(
            name="web-heals-a-lost-pod-in-python",
            why="The ReplicaSet replaces a lost replica.",
            manifests=load_workload(WORKLOADS / "web.yaml"),
            faults=[PodDelete(select=Selector("app=web"), after=Seconds(1))],
            expect=[Recovers(of=web, within=Seconds(30), hold=Seconds(3)), NeverBelow(of=web, ready=2)],
            control={
                "one-replica": Control(patch={"deployment/web": {"spec": {"replicas": 1}}}, fails=["never-below"])
            },
        ),
        control=control,
    ).require()
