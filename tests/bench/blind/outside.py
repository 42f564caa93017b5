"""Cases that no cause of the taxonomy describes: what is said of them is printed, not scored."""

from __future__ import annotations

from tests.bench.blind.apps import BUSYBOX
from tests.bench.blind.case import KIND, Case, pending, short, unready
from tests.bench.blind.stand import Stand

OUTSIDE = "outside"


def cases() -> list[Case]:
    """All of them."""
    return [
        Case(OUTSIDE, "readiness-gate", _gate, short, on=KIND),
        Case(OUTSIDE, "scheduling-gate", _scheduling_gate, pending, birth="born"),
        Case(OUTSIDE, "other-scheduler", _scheduler, pending, birth="born"),
        Case(OUTSIDE, "init-container-waits", _init, short, birth="born", on=KIND),
        Case(OUTSIDE, "post-start-hook-hangs", _hook, short, birth="born", on=KIND),
        Case(OUTSIDE, "leader-only-is-ready", _leader, unready, app="strict", birth="born", on=KIND),
    ]


def _gate(stand: Stand) -> None:
    """A load balancer's controller that is to say that it knows the pod, and is not there."""
    stand.change_pods({"readinessGates": [{"conditionType": "target-health.example.com/registered"}]})


def _scheduling_gate(stand: Stand) -> None:
    stand.change_pods({"schedulingGates": [{"name": "example.com/budget"}]})


def _scheduler(stand: Stand) -> None:
    stand.change_pods({"schedulerName": "batch-scheduler"})


def _init(stand: Stand) -> None:
    """It waits for a file that nobody writes."""
    text = "until [ -e /tmp/migrated ]; do sleep 2; done"
    init = {"name": "migrate", "image": BUSYBOX, "imagePullPolicy": "IfNotPresent", "command": ["sh", "-c", text]}
    stand.change_pods({"initContainers": [init]})


def _hook(stand: Stand) -> None:
    stand.change_container({"lifecycle": {"postStart": {"exec": {"command": ["sh", "-c", "sleep 3600"]}}}})


def _leader(stand: Stand) -> None:
    """Only who takes a lock becomes ready, and the lock is held for good by nobody who lives."""
    check = {"httpGet": None, "exec": {"command": ["sh", "-c", "test -e /tmp/leader"]}}
    stand.change_container({"readinessProbe": check, "livenessProbe": None})
