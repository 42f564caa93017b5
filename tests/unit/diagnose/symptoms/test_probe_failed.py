"""How the kubelet's words about a probe are taken apart."""

from __future__ import annotations

import pytest

from diagnose.asked import symptoms
from diagnose.scenes import container, event, pod, scene

HTTP = {"httpGet": {"port": 8080}}
TCP = {"tcpSocket": {"port": "http"}}
EXEC = {"exec": {"command": ["check"]}}
GRPC = {"grpc": {"port": 9090}}
HEADERS = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"


@pytest.mark.parametrize(
    ("which", "probe", "message", "kind", "detail"),
    [
        ("liveness", HTTP, "failed: HTTP probe failed with statuscode: 503", "http", "status"),
        (
            "readiness",
            HTTP,
            'failed: Get "http://1.2.3.4:8080/": dial tcp: connect: connection refused',
            "http",
            "refused",
        ),
        ("readiness", HTTP, f'failed: Get "http://1.2.3.4:8080/": {HEADERS}', "http", "timeout"),
        ("readiness", HTTP, 'failed: Get "http://1.2.3.4:8080/": read: connection reset by peer', "http", "reset"),
        ("readiness", HTTP, 'failed: Get "http://1.2.3.4:8080/": EOF', "http", "reset"),
        ("startup", TCP, "failed: dial tcp 1.2.3.4:8080: connect: connection refused", "tcp", "refused"),
        ("startup", TCP, "failed: dial tcp 1.2.3.4:8080: i/o timeout", "tcp", "timeout"),
        ("startup", TCP, "failed: dial tcp 1.2.3.4:8080: connect: no route to host", "tcp", "unreachable"),
        ("liveness", EXEC, "failed: database is not reachable", "exec", "exit"),
        ("liveness", EXEC, "failed: ", "exec", "exit"),
        ("liveness", EXEC, 'failed: command timed out: "check" timed out after 1s', "exec", "timeout"),
        ("readiness", EXEC, "errored: rpc error: code = DeadlineExceeded desc = context deadline", "exec", "timeout"),
        ("readiness", EXEC, "errored and resulted in unknown state: container not running", "exec", "exit"),
        ("liveness", EXEC, 'failed: exec: "check": executable file not found in $PATH', "exec", "not-found"),
        ("liveness", GRPC, 'failed: service unhealthy (responded with "NOT_SERVING")', "grpc", "status"),
        ("liveness", GRPC, 'failed: timeout: failed to connect service "1.2.3.4:9090" within 1s', "grpc", "timeout"),
    ],
)
def test_which_probe_how_it_asks_and_what_came_back(
    which: str, probe: dict[str, object], message: str, kind: str, detail: str
) -> None:
    """From the message and the container's own probe."""
    one = pod("web-1", containers=[container(**{f"{which}Probe": probe})])
    said = event(
        one,
        "Unhealthy",
        f"{which.capitalize()} probe {message}",
        involvedObject={"fieldPath": "spec.containers{main}"},
    )
    (found,) = symptoms(scene(one, said), "probe-failed")
    facts = found.facts
    assert (facts["probe"], facts["kind"], facts["detail"], facts["container"]) == (which, kind, detail, "main")
    assert facts["code"] == ("503" if "503" in message else "")


def test_the_container_is_the_one_that_the_event_names() -> None:
    """In a pod of two, by the field path."""
    one = pod("web-1", containers=[container(), container("side", readinessProbe=GRPC)])
    field = {"fieldPath": "spec.containers{side}"}
    said = event(one, "Unhealthy", "Readiness probe failed: x", involvedObject=field)
    (found,) = symptoms(scene(one, said), "probe-failed")
    assert (found.facts["container"], found.facts["port"]) == ("side", "9090")


def test_only_the_newest_of_a_kind_is_told_and_only_of_late() -> None:
    """Ten Events that say the same are one symptom; one of an hour ago is none."""
    one = pod("web-1", containers=[container(readinessProbe=HTTP)])
    told = [
        event(one, "Unhealthy", "Readiness probe failed: connection refused", ago_seconds=age) for age in (30, 10, 3600)
    ]
    (found,) = symptoms(scene(one, *told), "probe-failed")
    assert found.facts["seconds-ago"] == "10"


def test_a_warning_of_a_probe_is_no_failure() -> None:
    """The kubelet follows no redirect to another host and says so."""
    one = pod("web-1", containers=[container(readinessProbe=HTTP)])
    assert symptoms(scene(one, event(one, "ProbeWarning", "Readiness probe warning: redirect")), "probe-failed") == []
