"""Family `everyday`: clusters up and reused, the first verdict, pod kills on a warm cluster, the harness at rest."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from harness.acquire import SHAPES
from harness.machine.clock import Monotonic
from harness.machine.progress import Silent
from harness.model.cluster import ClusterRecord
from harness.model.result import ScenarioResult
from harness.model.timeline import AnyEntry, Injected, Phase
from harness.providers import catalogue
from tests.bench.cost import cpu_seconds, peak_mebibytes
from tests.bench.figures import Figure
from tests.bench.ground import HOLD_SECONDS, ROOT, arena, pod_kill, recovery, workload

UPS = 3
IDLE_SECONDS = 20.0
GOALS_SECONDS = {"kwok": ("≤ 4", "≤ 10"), "kind": ("≤ 30", "≤ 45")}


def everyday(record: ClusterRecord, runs: int) -> Iterator[Figure]:
    """All figures of one provider, with so many pod kills; the cluster lives."""
    provider = record.provider
    up, first = GOALS_SECONDS[provider]
    yield Figure("cluster up, image there", provider, cluster_ups(provider), "s", up)
    yield Figure("reuse of a living cluster", provider, [reuse(record) for _ in range(5)], "s")
    yield Figure("command to first verdict, cluster reused", provider, [first_verdict(record)], "s", first)
    yield from kills(record, runs)


def cluster_ups(provider: str) -> list[float]:
    """Seconds of `up` from nothing to ready, of a cluster of its own."""
    values = []
    for _ in range(UPS):
        name = catalogue.cluster_name(provider, SHAPES[provider], "bench")
        begun = time.monotonic()
        catalogue.up(provider, SHAPES[provider], name=name, progress=Silent())
        values.append(time.monotonic() - begun)
        catalogue.down(name)
    return values


def reuse(record: ClusterRecord) -> float:
    """Seconds of `up` where the cluster lives."""
    begun = time.monotonic()
    catalogue.up(record.provider, record.shape, name=record.name, progress=Silent())
    return time.monotonic() - begun


def first_verdict(record: ClusterRecord) -> float:
    """Seconds from the start of `healproof run` to the first result on disk."""
    with tempfile.TemporaryDirectory() as reports:
        begun = time.monotonic()
        program, scenario = Path(sys.executable).parent / "healproof", ROOT / "scenarios" / "pods" / "lost.yaml"
        command = [str(program), "run", str(scenario), "--cluster", record.name, "--reports", reports]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        clock = Monotonic()
        while not list(Path(reports).rglob("result.json")) and child.poll() is None:
            clock.sleep(0.02)
        seconds = time.monotonic() - begun
        child.wait()
    return seconds


def kills(record: ClusterRecord, runs: int) -> Iterator[Figure]:
    """A pod killed again and again on a warm cluster, and the harness at rest."""
    provider = record.provider
    with arena(record) as stage:
        ran = [stage.run(pod_kill(f"bench-pod-kill-{number}", workload("web"))) for number in range(runs)]
        begun = cpu_seconds()
        Monotonic().sleep(IDLE_SECONDS)
        idle = (cpu_seconds() - begun) / IDLE_SECONDS * 100
    passed = [run for run in ran if run.result.outcome == "passed"]
    yield Figure("pod kills that passed", provider, [len(passed) / len(ran) * 100], "%", "100")
    yield Figure("recovery after a pod kill", provider, [_seconds(run.result) for run in passed], "s")
    overheads = [overhead(run.entries, run.result) for run in passed]
    yield Figure("verdict beyond recovery and hold", provider, overheads, "s", "≤ 0.05")
    rests = [run.result.seconds - HOLD_SECONDS - _seconds(run.result) - 1.0 for run in passed]
    yield Figure("whole scenario beyond recovery, hold, steady second", provider, rests, "s")
    yield Figure("harness at rest, watches open", provider, [idle], "% of a core", "< 5")
    yield Figure("memory of the harness, largest", provider, [peak_mebibytes()], "MiB", "< 200")


def overhead(entries: list[AnyEntry], result: ScenarioResult) -> float:
    """Seconds from the moment the promise could be decided to the verdict."""
    injected = next(entry.t for entry in entries if isinstance(entry, Injected))
    decided = next(entry.t for entry in entries if isinstance(entry, Phase) and entry.name == "undo")
    return decided - injected - _seconds(result) - HOLD_SECONDS


def _seconds(result: ScenarioResult) -> float:
    measure = recovery(result)
    return measure.value if measure is not None else float("nan")
