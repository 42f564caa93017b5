"""When a probe that cannot succeed is named: liveness, readiness and startup alike."""

from __future__ import annotations

import pytest

from diagnose.asked import first, named, suspicions
from diagnose.scenes import (
    Document,
    ago,
    changed,
    container,
    crashing,
    deployment,
    event,
    node,
    owned,
    pod,
    running,
    scene,
    unready,
)

REFUSED = "dial tcp 10.244.1.7:{port}: connect: connection refused"
STATUS = "HTTP probe failed with statuscode: {code}"
GOOD = {"httpGet": {"port": 8080, "path": "/healthz"}}


def failing(which: str, probe: Document, message: str, *, others: Document | None = None) -> list[Document]:
    """A workload whose one probe fails with this message; readiness and startup leave the container running."""
    status = crashing(137) if which == "liveness" else {**running(), "ready": False}
    one = pod("web-1", status=unready(status), containers=[container(**{f"{which}Probe": probe, **(others or {})})])
    told = event(one, "Unhealthy", f"{which.capitalize()} probe failed: {message}", ago_seconds=5)
    killed = event(one, "Killing", f"Container main failed {which} probe, will be restarted", ago_seconds=5)
    return [*deployment(one), node(), told, *([killed] if which == "liveness" else [])]


@pytest.mark.parametrize("which", ["liveness", "readiness", "startup"])
@pytest.mark.parametrize(
    ("probe", "message"),
    [
        ({"tcpSocket": {"port": 1}}, REFUSED.format(port=1)),
        ({"httpGet": {"port": 9999, "path": "/"}}, f'Get "http://10.244.1.7:9999/": {REFUSED.format(port=9999)}'),
        ({"httpGet": {"port": 8080, "path": "/nowhere"}}, STATUS.format(code=404)),
        (
            {"httpGet": {"port": 8080, "scheme": "HTTPS"}},
            'Get "https://10.244.1.7:8080/": http: server gave HTTP response to HTTPS client',
        ),
        (
            {"exec": {"command": ["/no-such"]}},
            'OCI runtime exec failed: unable to start container process: exec: "/no-such": no such file or directory',
        ),
    ],
    ids=["tcp-port", "http-port", "path", "scheme", "command"],
)
def test_a_probe_that_asks_for_what_is_not_offered_is_named(which: str, probe: Document, message: str) -> None:
    """A port, path, scheme or command that the container does not have."""
    found = first(scene(*failing(which, probe, message)))
    assert (found.cause, found.layer, found.object) == (f"{which}-probe-wrong", "configuration", "deployment/web")
    assert found.confidence >= 0.75


def test_a_command_that_takes_too_long_is_the_probes_fault_where_another_probe_succeeds() -> None:
    """The container is ready by its readiness probe, so it lives."""
    probe = {"exec": {"command": ["sleep", "60"]}, "timeoutSeconds": 1}
    message = 'command timed out: "sleep 60" timed out after 1s'
    documents = failing("liveness", probe, message, others={"readinessProbe": GOOD})
    assert named(scene(*documents)) == ["liveness-probe-wrong"]


def test_a_revision_that_changed_nothing_but_the_probe_decides() -> None:
    """The pods of the revision before are ready with the same image: even a busy port cannot be the application."""
    broken = {"httpGet": {"port": 8080, "path": "/deep"}}
    new = pod("web-2", status=unready({**running(), "ready": False}), containers=[container(readinessProbe=broken)])
    old = pod("web-1", containers=[container(readinessProbe=GOOD)])
    documents = deployment(new)
    documents[1] = changed(documents[1], {"metadata": {"annotations": {"deployment.kubernetes.io/revision": "2"}}})
    before = {
        **documents[1],
        "metadata": {
            **documents[1]["metadata"],
            "name": "web-old",
            "uid": "uid-web-old",
            "annotations": {"deployment.kubernetes.io/revision": "1"},
        },
    }
    before["spec"] = {**before["spec"], "template": {"metadata": {"labels": {"app": "web"}}, "spec": old["spec"]}}
    told = event(new, "Unhealthy", f"Readiness probe failed: {STATUS.format(code=500)}", ago_seconds=5)
    found = first(scene(*documents, before, owned(old, before), node(), told))
    assert (found.cause, found.confidence >= 0.8) == ("readiness-probe-wrong", True)
    assert "changed nothing but its readiness probe while 1 pods with the old one are ready" in found.evidence[0]


@pytest.mark.parametrize("which", ["liveness", "readiness"])
def test_an_application_that_answers_with_an_error_is_another_thing(which: str) -> None:
    """Status 500 at a port and path that it knows is the application's own word."""
    documents = failing(which, GOOD, STATUS.format(code=500))
    assert suspicions(scene(*documents), f"{which}-probe-wrong") == []
    assert first(scene(*documents)).cause == "application-not-ready"


def test_a_probe_that_failed_before_the_container_was_started_again_is_past() -> None:
    """It runs since, and is ready."""
    one = pod(
        "web-1",
        status={"containerStatuses": [running(since_seconds=100, restartCount=1)]},
        containers=[container(livenessProbe={"tcpSocket": {"port": 1}})],
    )
    one = changed(one, {"metadata": {"creationTimestamp": ago(600)}})
    told = event(one, "Unhealthy", f"Liveness probe failed: {REFUSED.format(port=1)}", ago_seconds=200)
    assert named(scene(deployment(one), node(), told)) == []


def test_a_port_that_no_container_declares_is_not_held_against_a_probe() -> None:
    """Containers need not say where they listen."""
    documents = failing("readiness", {"tcpSocket": {"port": 9999}}, REFUSED.format(port=9999))
    undeclared = [changed(each, {"spec": {"containers": [{"name": "main", "ports": []}]}}) for each in documents]
    undeclared = [each if each["kind"] == "Pod" else old for each, old in zip(undeclared, documents, strict=True)]
    assert suspicions(scene(*undeclared), "readiness-probe-wrong") == []
