"""What is read of a live namespace about its probes, from a server that answers like an API server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.gather.probe_answers import read_subjects, rights, starts_of, targets_of
from harness.kube.client import Client
from harness.machine.clock import Monotonic
from harness.probes.subject import Kind, Subject
from harness.statistics.survival import Time

from .api import Api

SHOP = "/api/v1/namespaces/shop/pods"
PROBE = {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 5}
CONTAINER = {"name": "web", "ports": [{"name": "http", "containerPort": 8080}], "livenessProbe": PROBE}
PROXIED = f"{SHOP}/web-1:8080/proxy/healthz"


class Impatient(Monotonic):
    """The machine's clock, without any waiting."""

    def sleep(self, seconds: float) -> None:
        """Nothing."""


def deployment() -> dict[str, Any]:
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": {"spec": {"containers": [CONTAINER]}}}
    return {"metadata": {"name": "web"}, "spec": spec}


def pod(
    name: str = "web-1", *, started: str = "2026-03-05T12:00:00Z", ready: str = "True", **meta: Any
) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": ready, "lastTransitionTime": "2026-03-05T12:00:04Z"}]
    statuses = [{"name": "web", "state": {"running": {"startedAt": started}}}]
    return {
        "metadata": {"name": name, "labels": {"app": "web"}, **meta},
        "spec": {"nodeName": "a", "containers": [CONTAINER]},
        "status": {"conditions": conditions, "containerStatuses": statuses},
    }


@pytest.fixture
def shop(api: Api) -> Api:
    api.answers["/apis/apps/v1/namespaces/shop/deployments"] = {"items": [deployment()]}
    api.answers[SHOP] = {"items": [pod()]}
    api.answers[PROXIED] = b"ok"
    labels = 'container="web",namespace="shop",pod="web-1",probe_type="Liveness",result="successful"'
    api.answers["/api/v1/nodes/a/proxy/metrics/probes"] = f"prober_probe_total{{{labels}}} 720\n".encode()
    return api


def test_a_namespace_is_read_and_no_pod_is_asked(shop: Api, client: Client) -> None:
    """Settings, start-ups and what the kubelet counts; every request is a GET, and none goes to the application."""
    (found,) = read_subjects(client, "shop", clock=Impatient())
    assert (found.object, found.container, found.probes) == ("deployment/web", "web", {Kind.LIVENESS: PROBE})
    assert found.starts == [Time(5.0)]
    assert [(each.probes, each.failed, each.seconds) for each in found.counted] == [(720, 0, 3600.0)]
    assert found.answers == 0
    assert {method for method, _, _ in shop.asked} == {"GET"}
    assert PROXIED not in shop.paths()


def test_with_consent_the_probes_own_endpoint_is_asked(shop: Api, client: Client) -> None:
    """So often as was said, through the API server, by the number of the port."""
    (found,) = read_subjects(client, "shop", clock=Impatient(), measure=7)
    assert found.answers == 7
    assert not any(answer.failed for stretch in found.stretches for answer in stretch.answers)
    assert shop.paths().count(PROXIED) == 7


def test_an_error_of_the_application_is_a_failed_answer(shop: Api, client: Client) -> None:
    """As the kubelet takes it: any status from 400 on."""
    shop.statuses[PROXIED] = 503
    (found,) = read_subjects(client, "shop", clock=Impatient(), measure=3)
    assert [answer.failed for stretch in found.stretches for answer in stretch.answers] == [True] * 3


def test_a_proxy_that_is_refused_is_unseen(shop: Api, client: Client) -> None:
    """Asked once, and no answer of the application."""
    shop.statuses[PROXIED] = 403
    shop.answers[PROXIED] = {"kind": "Status", "reason": "Forbidden", "message": "no"}
    (found,) = read_subjects(client, "shop", clock=Impatient(), measure=3)
    assert found.answers == 0
    assert found.unseen == ["answers of pod/web-1: the API server's proxy to pods is not allowed"]
    assert shop.paths().count(PROXIED) == 1


def test_a_pod_that_is_going_tells_nothing(shop: Api, client: Client) -> None:
    """Neither its start nor its answers are those of a healthy one."""
    shop.answers[SHOP] = {"items": [pod(deletionTimestamp="2026-03-05T12:01:00Z")]}
    (found,) = read_subjects(client, "shop", clock=Impatient(), measure=2)
    assert (found.starts, found.answers, found.counted) == ([], 0, [])


@pytest.mark.parametrize(
    ("fields", "starts"),
    [({}, [5.0]), ({"ready": "False"}, []), ({"started": "2026-03-05T12:09:00Z"}, [])],
)
def test_a_start_is_told_where_the_stamps_allow_it(fields: dict[str, str], starts: list[float]) -> None:
    """A second is added for what whole seconds hide; a container younger than its pod's readiness tells nothing."""
    assert [time.seconds for time in starts_of([pod(**fields)], "web")] == starts


def test_an_endpoint_is_asked_as_its_probe_asks() -> None:
    """Scheme, port and path of the probe; a probe that is no HTTP has no endpoint."""
    https = {"httpGet": {"port": 9443, "scheme": "HTTPS"}}
    seen = Subject("deployment/web", "shop", "web", {Kind.READINESS: https})
    assert [each.path for each in targets_of(seen, [pod()])] == [f"{SHOP}/https:web-1:9443/proxy/"]
    assert list(targets_of(seen._replace(probes={Kind.LIVENESS: {"tcpSocket": {"port": 1}}}), [pod()])) == []


def test_asking_applications_is_a_right_of_its_own() -> None:
    """Only measuring needs the proxy to pods."""
    assert {right.resource for right in rights(measure=True)} - {right.resource for right in rights()} == {"pods/proxy"}
    assert {right.verb for right in rights(measure=True)} == {"get", "list"}


def test_the_command_reads_a_live_namespace(shop: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the kubeconfig that was named; the patch names the namespace."""
    kubeconfig = shop.kubeconfig(tmp_path)
    assert main(["probes", "shop", "--kubeconfig", str(kubeconfig)]) == 0
    text = capsys.readouterr().out
    assert "720 probes counted by kubelets in 1 h (0 failed)" in text
    assert "$ kubectl -n shop patch deployment/web" in text
    assert main(["probes", "empty", "--kubeconfig", str(kubeconfig)]) == 2
    assert "namespace 'empty'" in capsys.readouterr().err
