"""What is read of a kubelet's own counts of probes."""

from __future__ import annotations

from harness.gather.probe_counts import Tally, Whose, counted, read_counts
from harness.kube.client import Client
from harness.machine.clock import Monotonic

from .api import Api

LABELS = 'container="web",namespace="shop",pod="web-1",probe_type="Liveness"'
METRICS = f"""# HELP prober_probe_total [BETA] Cumulative number of a probe for a container by result.
# TYPE prober_probe_total counter
prober_probe_total{{container="web",namespace="shop",pod="web-1",pod_uid="u1",probe_type="Liveness",result="failed"}} 3
prober_probe_total{{container="web",namespace="shop",pod="web-1",pod_uid="u1",probe_type="Liveness",result="successful"}} 1e+03
prober_probe_total{{container="web",namespace="other",pod="web-1",pod_uid="u2",probe_type="Liveness",result="successful"}} 5
prober_probe_duration_seconds_bucket{{{LABELS},le="0.5"}} 990
prober_probe_duration_seconds_bucket{{{LABELS},le="+Inf"}} 1000
prober_probe_duration_seconds_sum{{{LABELS}}} 2.5
prober_probe_total{{container="db",namespace="shop",pod="db-0",pod_uid="u3",probe_type="Readiness",result="successful"}} 0
"""  # noqa: E501 - as a kubelet writes it
WEB = Whose("web-1", "web", "Liveness")


def test_probes_are_counted_by_pod_container_and_kind() -> None:
    """Of the namespace alone, and none that was never made."""
    assert counted(METRICS, "shop") == {WEB: Tally(1003, 3, {0.5: 990, float("inf"): 1000})}


def test_a_kubelet_that_may_not_be_asked_is_unseen(api: Api, client: Client) -> None:
    """The others are read all the same."""
    path = "/api/v1/nodes/{}/proxy/metrics/probes"
    api.answers[path.format("a")] = METRICS.encode()
    api.statuses[path.format("b")] = 403
    found, unseen = read_counts(client, "shop", ["a", "b"], Monotonic())
    assert list(found) == [WEB]
    assert unseen == ["what the kubelet of b counts of probes: not allowed (403)"]
