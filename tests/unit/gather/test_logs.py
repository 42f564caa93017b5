"""Which logs are read, and how much of them."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.gather.logs import CONTAINERS_MAX, Wanted, read_log, wanted_logs
from harness.gather.reading import Reading
from harness.kube.client import Client
from harness.machine.clock import Monotonic
from harness.model.full.pods import Pod
from harness.model.scene import seconds_of

from .api import Api

NOW = seconds_of("2026-03-05T12:00:00Z")
ENDED = {"exitCode": 1, "finishedAt": "2026-03-05T11:59:00Z"}
RUNS = {"running": {"startedAt": "2026-03-05T11:00:00Z"}}


def pod(name: str, owner: str = "", node: str = "worker", phase: str = "Running", **status: Any) -> Pod:
    owners = [{"uid": owner, "controller": True}] if owner else []
    return msgspec.convert(
        {
            "metadata": {"name": name, "uid": name, "ownerReferences": owners},
            "spec": {"nodeName": node},
            "status": {"phase": phase, "containerStatuses": [{"name": "main", **status}]},
        },
        Pod,
    )


def test_a_crashing_container_tells_by_its_former_log() -> None:
    """While it waits for its next start there is no log but the last one's."""
    crashing = pod("web", state={"waiting": {"reason": "CrashLoopBackOff"}}, lastState={"terminated": ENDED})
    assert wanted_logs([crashing], NOW) == [Wanted("web", "main", previous=True)]


def test_a_container_that_ended_lately_tells_by_both_logs_and_a_long_recovered_one_by_its_own() -> None:
    """What ended an hour ago is over."""
    lately = pod("web", ready=True, state=RUNS, lastState={"terminated": ENDED})
    assert [each.previous for each in wanted_logs([lately], NOW)] == [True, False]
    assert [each.previous for each in wanted_logs([lately], NOW + 4000)] == [False]


def test_of_pods_that_are_well_one_of_each_workload_is_read() -> None:
    """Their logs may still say what the next crash will be about."""
    well = [pod(f"{owner}-{number}", owner, ready=True, state=RUNS) for owner in ("a", "b") for number in range(3)]
    assert len(wanted_logs(well, NOW)) == 2


def test_those_in_trouble_come_first_and_there_is_a_limit() -> None:
    """A namespace of hundreds of broken pods is not read for minutes."""
    well = [pod(f"well-{number}", f"w{number}", ready=True, state=RUNS) for number in range(30)]
    broken = [pod(f"broken-{number}", "b", ready=False, state=RUNS) for number in range(5)]
    chosen = wanted_logs([*well, *broken], NOW)
    assert len(chosen) == CONTAINERS_MAX
    assert [each.pod for each in chosen[:5]] == [f"broken-{number}" for number in range(5)]


def test_what_has_no_log_is_not_asked_for() -> None:
    """A container that never started, a pod without a node, one whose kubelet is silent, and what ended well."""
    silent = [
        pod("new", state={"waiting": {"reason": "ContainerCreating"}}),
        pod("pending", node="", state={}),
        pod("lost", node="dead", ready=False, state=RUNS),
        pod("done", phase="Succeeded", state={"terminated": {"exitCode": 0}}),
    ]
    assert wanted_logs(silent, NOW, {"dead"}) == []


def test_a_log_is_its_last_lines_without_credentials(api: Api, client: Client) -> None:
    """Redacted before anybody sees it."""
    api.answers["/api/v1/namespaces/shop/pods/web/log"] = b"one\nlogin with password=hunter2planted\n"
    with Reading(Monotonic(), 5) as reading:
        log = read_log(client, reading, "shop", Wanted("web", "main", previous=True))
    assert (log.lines, log.previous) == (["one", "login with password=[redacted]"], True)
