"""Family `scale`: a thousand nodes, ten thousand pods that churn; how late who sees it, and a fault on most of them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from harness.machine.clock import Monotonic, wait_until
from harness.model.cluster import ClusterRecord
from tests.bench.figures import Figure
from tests.bench.ground import ROOT
from tests.bench.scale_fault import READY_SECONDS_MAX, deployment
from tests.bench.scale_observers import OBSERVERS
from tests.bench.wire import APPLY, MERGE, Refused, Wire

NAMESPACE = "bench-scale"
DEPLOYMENTS, REPLICAS = 10, 1000
FAULT_PODS = 6000
CHURN_SECONDS, SETTLE_SECONDS = 40.0, 4.0
PATCHES_A_SECOND, DELETES_A_SECOND = 50, 15
NAMES = {
    "history": "harness, timeline alone",
    "run": "harness with a judge at work",
    "typed": "official client, typed watch",
    "poller": "official client, every 2 s",
}


class Written(NamedTuple):
    """A write to a pod: the version that it made, when it was sent and when it was acknowledged (monotonic)."""

    version: str
    sent: float
    acknowledged: float


def scale(record: ClusterRecord, runs: int) -> Iterator[Figure]:
    """Set the stage, let each observer look on at the same churn in turn, then the fault; so many times."""
    wire = Wire(record.kubeconfig)
    yield Figure("pods ready on a thousand nodes", "kwok large", [_fill(wire)], "s for 10,000")
    for _ in range(runs):
        for who in OBSERVERS:
            yield from _observed(record, wire, who)
    _empty(wire)
    for number in range(runs):
        yield from _fault(record, number)
    wire.ask("DELETE", f"/api/v1/namespaces/{NAMESPACE}")
    wire.close()


def _observed(record: ClusterRecord, wire: Wire, who: str) -> Iterator[Figure]:
    """How late one observer sees writes, and what it costs meanwhile."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.scale_observers", who, record.kubeconfig, record.context, NAMESPACE],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdout.readline()
        written = _churn(wire)
        Monotonic().sleep(SETTLE_SECONDS)
        child.stdin.write("stop\n")
        child.stdin.flush()
        told = json.loads(child.stdout.readline())
    finally:
        child.kill()
        child.wait()
    seen = [(write, told["arrivals"][write.version]) for write in written if write.version in told["arrivals"]]
    where = f"kwok large: {NAMES[who]}"
    after = [max(0.0, arrived - write.acknowledged) for write, arrived in seen]
    goal = "p99 ≤ 1" if who in ("history", "run") else ""
    yield Figure("write sent to history", where, [arrived - write.sent for write, arrived in seen], "s", goal)
    yield Figure("write acknowledged to history", where, after, "s", goal)
    yield Figure("writes never seen", where, [(len(written) - len(seen)) / len(written) * 100], "%")
    yield Figure("versions of pods seen", where, [len(told["arrivals"])], "versions")
    yield Figure("processor while pods churn", where, [told["cores"]], "cores", "≤ 1" if goal else "")
    yield Figure("memory, largest", where, [told["mebibytes"]], "MiB", "≤ 512" if goal else "")


def _churn(wire: Wire) -> list[Written]:
    """Patch some pods and delete others at a steady pace; gives the patches."""
    draw = random.Random(1)  # noqa: S311 - the same churn for every observer
    names = _names(wire)
    written, clock, begun, step = [], Monotonic(), time.monotonic(), 0
    pace = PATCHES_A_SECOND + DELETES_A_SECOND
    while time.monotonic() - begun < CHURN_SECONDS:
        name = draw.choice(names)
        path = f"/api/v1/namespaces/{NAMESPACE}/pods/{name}"
        sent = time.monotonic()
        try:
            if step % pace < DELETES_A_SECOND:
                names.remove(name)
                wire.ask("DELETE", path)
            else:
                body = {"metadata": {"annotations": {"healproof.dev/bench": f"{begun:.3f}-{step}"}}}
                pod = wire.ask("PATCH", path, body, MERGE)
                written.append(Written(pod["metadata"]["resourceVersion"], sent, time.monotonic()))
        except Refused:  # it is gone: an earlier observer's churn ended it after the names were read
            pass
        step += 1
        clock.sleep(begun + step / pace - time.monotonic())
    sys.stderr.write(f"churn: {step / (time.monotonic() - begun):.0f} writes a second of {pace} wanted\n")
    return written


def _fault(record: ClusterRecord, number: int) -> Iterator[Figure]:
    """All pods of a Deployment of six thousand are deleted at once and must come back."""
    command = [sys.executable, "-m", "tests.bench.scale_fault", record.name, str(FAULT_PODS), str(number)]
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    told, where = json.loads(ended.stdout), f"kwok large, {FAULT_PODS} pods"
    if not told["passed"]:
        sys.stderr.write(f"{told['verdict']}\n")
    yield Figure("all pods deleted: passed", where, [100.0 * told["passed"]], "%", "100")
    yield Figure("all pods deleted: injection", where, told["injection"], "s")
    yield Figure("all pods deleted: recovery", where, told["recovery"], "s", "≤ 300 with the injection")
    for name, seconds in told["phases"].items():
        yield Figure(f"all pods deleted: phase {name}", where, [seconds], "s")
    yield Figure("all pods deleted: processor of the harness", where, [told["cores"]], "cores", "≤ 1")
    yield Figure("all pods deleted: memory of the harness", where, [told["mebibytes"]], "MiB", "≤ 512")


def _fill(wire: Wire) -> float:
    """Ten thousand pods; gives the seconds until all are ready."""
    begun = time.monotonic()
    wire.ask("PATCH", f"/api/v1/namespaces/{NAMESPACE}?fieldManager=bench", _namespace(), APPLY)
    for number in range(DEPLOYMENTS):
        _set(wire, number, REPLICAS)
    _await_ready(wire, DEPLOYMENTS * REPLICAS)
    return time.monotonic() - begun


def _empty(wire: Wire) -> None:
    """Make room for the pods of the fault, so that there are ten thousand again."""
    for number in range(FAULT_PODS // REPLICAS):
        _set(wire, number, 0)
    left = DEPLOYMENTS * REPLICAS - FAULT_PODS
    wait_until(lambda: len(_names(wire)) <= left, timeout_seconds=READY_SECONDS_MAX, every_seconds=5.0)


def _set(wire: Wire, number: int, replicas: int) -> None:
    name = "web" if number == DEPLOYMENTS - 1 else f"other-{number}"
    path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{name}?fieldManager=bench"
    wire.ask("PATCH", path, deployment(name, replicas), APPLY)


def _await_ready(wire: Wire, wanted: int) -> None:
    def look() -> bool:
        items = wire.ask("GET", f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments")["items"]
        ready: int = sum(item.get("status", {}).get("readyReplicas", 0) for item in items)
        return ready >= wanted

    if not wait_until(look, timeout_seconds=READY_SECONDS_MAX, every_seconds=1.0):
        raise TimeoutError(f"{wanted} pods were not ready within {READY_SECONDS_MAX:.0f} s")


def _names(wire: Wire) -> list[str]:
    items = wire.ask("GET", f"/api/v1/namespaces/{NAMESPACE}/pods?resourceVersion=0")["items"]
    return [item["metadata"]["name"] for item in items]


def _namespace() -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
