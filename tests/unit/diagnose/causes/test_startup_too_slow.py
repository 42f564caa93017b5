"""When a start-up that takes longer than the probes allow is named."""

from __future__ import annotations

from diagnose.asked import first, suspicions
from diagnose.scenes import Document, container, crashing, deployment, event, node, pod, running, scene, unready

PROBE = {"httpGet": {"port": 8080}, "periodSeconds": 2, "failureThreshold": 3, "timeoutSeconds": 1}
REFUSED = 'Get "http://10.244.1.7:8080/": dial tcp 10.244.1.7:8080: connect: connection refused'


def slow(lived: float, *, port: int = 8080, status: Document | None = None, times: int = 3) -> list[Document]:
    """A workload whose containers are ended by a liveness probe of 7 s, so many `times`, after they lived so long."""
    probe = {**PROBE, "httpGet": {"port": port}}
    one = pod(
        "web-1",
        status=status or unready(crashing(137, lived=lived)),
        containers=[container(livenessProbe=probe)],
        terminationGracePeriodSeconds=1,
    )
    said = REFUSED.replace("8080", str(port))
    told = event(one, "Unhealthy", f"Liveness probe failed: {said}", ago_seconds=22)
    killed = event(
        one, "Killing", "Container main failed liveness probe, will be restarted", ago_seconds=22, count=times
    )
    return [*deployment(one), node(), told, killed]


def test_a_program_that_is_ended_before_it_has_started_is_named() -> None:
    """It lived as long as the probe allows, and never was ready."""
    found = first(scene(*slow(8)))
    assert (found.cause, found.layer, found.object) == ("startup-too-slow", "configuration", "deployment/web")
    assert found.confidence >= 0.75
    assert found.evidence[0] == "the liveness probe allows 7 s (spec of pod/web-1)"


def test_it_is_named_while_the_next_try_runs_too() -> None:
    """Three seconds after a restart the container runs; it has been ended four times before."""
    ended = crashing(137, lived=8)
    status = {**running(since_seconds=3), "ready": False, "restartCount": 4, "lastState": ended["lastState"]}
    assert first(scene(*slow(8, status=unready(status)))).cause == "startup-too-slow"


def test_a_program_that_had_served_for_long_is_another_thing() -> None:
    """An hour is no start-up."""
    assert suspicions(scene(*slow(3600)), "startup-too-slow") == []


def test_a_probe_at_a_wrong_port_is_another_thing() -> None:
    """However long it waits, nobody will answer there."""
    assert suspicions(scene(*slow(8, port=9999)), "startup-too-slow") == []
    assert first(scene(*slow(8, port=9999))).cause == "liveness-probe-wrong"


def test_a_crash_is_another_thing() -> None:
    """Nobody ended it for a probe."""
    assert suspicions(scene(*slow(8)[:4]), "startup-too-slow") == []


def test_a_program_that_ends_before_any_probe_could_give_it_up_ends_by_itself() -> None:
    """It lived for a second; once, between two such ends, the kubelet was first."""
    ended = unready(crashing(3, lived=1))
    assert suspicions(scene(*slow(1, status=ended, times=1)), "startup-too-slow") == []
    assert first(scene(*slow(1, status=ended, times=1))).cause == "application-crash"
