"""What the benchmark of probes promises: a hang that a timeline shows is measured from its injection to the restart."""

from __future__ import annotations

import pytest

from harness.budget.manifest import ProbeForm
from harness.model.objects import Event, InvolvedObject
from harness.model.timeline import AnyEntry, Change, Header, Injected, Undone
from tests.bench.probes import Hang, hangs_of

PROBE = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 2}
CONTAINERS = [{"name": "web", "livenessProbe": PROBE}]
WEB = {"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": CONTAINERS}}}}


def event(t: float, pod: str, message: str) -> Change:
    about = InvolvedObject(kind="Pod", name=pod)
    return Change(t=t, op="added", resource="events", object=Event(involved_object=about, message=message))


RESTARTED = "Container web failed liveness probe, will be restarted"


@pytest.mark.parametrize(
    ("entries", "killed"),
    [
        ([event(17.5, "web-1", RESTARTED)], 17.5),
        ([event(9.0, "web-1", RESTARTED), event(18.0, "web-1", RESTARTED)], 18.0),
        ([event(17.5, "web-2", RESTARTED)], None),
        ([event(17.5, "web-1", "Liveness probe failed")], None),
        ([Undone(t=17.0, index=0, sent=16.9), event(17.5, "web-1", RESTARTED)], None),
    ],
)
def test_a_hang_is_noticed_when_the_kubelet_says_so(entries: list[AnyEntry], killed: float | None) -> None:
    """Of that pod, after the injection, and not once it was undone."""
    header = Header(t=0.0, scenario={"workload": [WEB]}, namespace="n", cluster="c", provider="kind")
    fault = Injected(t=11.0, sent=10.0, index=0, fault="container-pause", targets=["nodes/a", "pods/web-1"])
    probe = ProbeForm(period_seconds=2)
    assert list(hangs_of([header, fault, *entries], "r")) == [Hang("r", probe, 10.0, 11.0, killed)]
