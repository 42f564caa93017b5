"""Measures the figures that docs/benchmarks.md keeps: `make bench`. Nothing here asserts; it prints what it saw.

Arguments: `kwok`, `kind` (default: both where they can run).
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from harness.acquire import SHAPES, prober_image
from harness.expect.recovers import Recovers
from harness.faults.pod_delete import PodDelete
from harness.load import load_workload
from harness.machine.clock import Monotonic
from harness.machine.progress import Silent
from harness.model.result import ScenarioResult
from harness.model.scenario import Scenario
from harness.model.timeline import AnyEntry, Injected, Phase
from harness.model.units import Ref, Seconds, Selector
from harness.providers import catalogue, doctor
from harness.session import Arena

ROOT = Path(__file__).resolve().parent.parent
WORKLOADS = ROOT / "scenarios" / "workloads"
KILLS = {"kwok": 20, "kind": 10}
UPS = 3
IDLE_SECONDS = 20.0


class Figure(NamedTuple):
    """One figure: what was measured, on what, its values in `unit`, and the goal it is held against."""

    name: str
    where: str
    values: list[float]
    unit: str
    goal: str

    def row(self) -> str:
        """A row of the Markdown table: minimum, median, maximum."""
        low, middle, high = min(self.values), statistics.median(self.values), max(self.values)
        numbers = " | ".join(f"{value:.3g}" for value in (low, middle, high))
        return f"| {self.name} | {self.where} | {len(self.values)} | {numbers} | {self.unit} | {self.goal} |"


def main(wanted: list[str]) -> int:
    """Measure on the wanted providers and print one table."""
    providers = wanted or [
        name for name in ("kwok", "kind") if not doctor.lacking(catalogue.provider_named(name).examine())
    ]
    say(f"healproof bench: {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    say("| figure | on | runs | min | median | max | unit | goal |")
    say("|---|---|---|---|---|---|---|---|")
    for provider in providers:
        for figure in figures(provider):
            say(figure.row())
    return 0


def figures(provider: str) -> Iterator[Figure]:
    """All figures of one provider."""
    goals = {"kwok": ("≤ 4", "≤ 10"), "kind": ("≤ 30", "≤ 45")}[provider]
    yield Figure("cluster up, image there", provider, cluster_ups(provider), "s", goals[0])
    yield Figure("reuse of a living cluster", provider, [reuse(provider) for _ in range(5)], "s", "")
    yield Figure("command to first verdict, cluster reused", provider, [first_verdict(provider)], "s", goals[1])
    yield from kills(provider)


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


def reuse(provider: str) -> float:
    """Seconds of `up` where the cluster lives."""
    catalogue.up(provider, SHAPES[provider], progress=Silent())
    begun = time.monotonic()
    catalogue.up(provider, SHAPES[provider], progress=Silent())
    return time.monotonic() - begun


def first_verdict(provider: str) -> float:
    """Seconds from the start of `healproof run` to the first result on disk."""
    with tempfile.TemporaryDirectory() as reports:
        begun = time.monotonic()
        command = [
            str(Path(sys.executable).parent / "healproof"),
            "run",
            str(ROOT / "scenarios" / "pods" / "lost.yaml"),
        ]
        command += ["--cluster", provider, "--reports", reports]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        clock = Monotonic()
        while not list(Path(reports).rglob("result.json")) and child.poll() is None:
            clock.sleep(0.02)
        seconds = time.monotonic() - begun
        child.wait()
    return seconds


def kills(provider: str) -> Iterator[Figure]:
    """A pod killed again and again on a warm cluster, and the harness at rest."""
    with arena(provider) as stage:
        runs = [stage.run(pod_kill(number), node_id=f"bench-{number}") for number in range(KILLS[provider])]
        cpu = resource.getrusage(resource.RUSAGE_SELF)
        begun = cpu.ru_utime + cpu.ru_stime
        Monotonic().sleep(IDLE_SECONDS)
        after = resource.getrusage(resource.RUSAGE_SELF)
        idle = (after.ru_utime + after.ru_stime - begun) / IDLE_SECONDS * 100
    passed = [run for run in runs if run.result.outcome == "passed"]
    yield Figure("pod kills that passed", provider, [len(passed) / len(runs) * 100], "%", "100")
    yield Figure("recovery after a pod kill", provider, [recovery(run.result) for run in passed], "s", "")
    overheads = [overhead(run.entries, run.result) for run in passed]
    yield Figure("verdict beyond recovery and hold", provider, overheads, "s", "≤ 0.05")
    rests = [run.result.seconds - HOLD - recovery(run.result) - 1.0 for run in passed]
    yield Figure("whole scenario beyond recovery, hold, steady second", provider, rests, "s", "")
    yield Figure("harness at rest, watches open", provider, [idle], "% of a core", "< 5")
    yield Figure("memory of the harness, largest", provider, [after.ru_maxrss / 1024], "MiB", "< 200")


HOLD = 1.0


def pod_kill(number: int) -> Scenario:
    """The smallest experiment: one of three pods is deleted and must be replaced."""
    return Scenario(
        name=f"bench-pod-kill-{number}",
        why="measures the harness",
        manifests=load_workload(WORKLOADS / "web.yaml"),
        faults=[PodDelete(select=Selector("app=web"))],
        expect=[Recovers(of=Ref("deployment/web"), within=Seconds(60), hold=Seconds(HOLD))],
    )


def recovery(result: ScenarioResult) -> float:
    """Seconds from the acknowledged injection to recovery, as the verdict says."""
    measures = [measure for finding in result.verdict.findings for measure in finding.measures]
    return next(measure.value for measure in measures if measure.name == "recovery")


def overhead(entries: list[AnyEntry], result: ScenarioResult) -> float:
    """Seconds from the moment the promise could be decided to the verdict."""
    injected = next(entry.t for entry in entries if isinstance(entry, Injected))
    decided = next(entry.t for entry in entries if isinstance(entry, Phase) and entry.name == "undo")
    return decided - injected - recovery(result) - HOLD


@contextmanager
def arena(provider: str) -> Iterator[Arena]:
    """An arena on the provider's usual cluster, its files in a folder that is removed afterwards."""
    record = catalogue.up(provider, SHAPES[provider], progress=Silent())
    with tempfile.TemporaryDirectory() as folder:
        stage = Arena(record, run="bench", folder=Path(folder), progress=Silent(), seed=1, prober_image=prober_image())
        try:
            yield stage
        finally:
            stage.close()


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
