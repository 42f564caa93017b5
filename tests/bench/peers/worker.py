"""An arena in a process of its own, warm between experiments: `python -m tests.bench.peers.worker CLUSTER`.

Each line of its standard input is a task. Before the fault it writes `inject` and waits for a line, so that others can
break something between the baseline and the kill; at the end it writes what it declares as one JSON object.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from harness.model.timeline import AnyEntry, Injected, Phase
from harness.providers import catalogue
from harness.session import Arena, Outcomes
from tests.bench.cost import cpu_seconds, peak_mebibytes
from tests.bench.ground import arena, pod_kill, recovery
from tests.bench.peers.tool import NOT_RECOVERED, RECOVERED, UNDECIDED
from tests.bench.peers.workload import manifests

VERDICTS = {"passed": RECOVERED, "failed": NOT_RECOVERED}


class Pause:
    """The run's progress: relates the timeline's clock to the machine's, and halts where the fault is due."""

    def __init__(self) -> None:
        self.said: dict[str, float] = {}
        self.cpu_at_injection = 0.0
        self.injects = 0.0

    def say(self, text: str) -> None:
        """Note when each phase was said."""
        phase = text.rpartition(": ")[2]
        self.said[phase] = time.monotonic()
        if phase == "inject":
            tell({"phase": "inject"})
            sys.stdin.readline()
            self.cpu_at_injection, self.injects = cpu_seconds(), time.monotonic()

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """A step is nothing to note."""
        yield


def main(cluster: str) -> None:
    """Serve tasks until the input ends."""
    record = catalogue.load_record(cluster)
    assert record is not None, cluster
    pause = Pause()
    with arena(record, pause) as stage:
        for line in sys.stdin:
            tell(_experiment(stage, pause, json.loads(line)))


def _experiment(stage: Arena, pause: Pause, task: dict[str, Any]) -> dict[str, Any]:
    pause.said.clear()
    began, cpu = time.monotonic(), cpu_seconds()
    ran = stage.run(pod_kill(task["name"], manifests(), hold=task["hold"], within=task["within"]))
    ended = time.monotonic()
    told = _declared(ran, pause)
    return told | {
        "began": pause.injects or began,
        "ended": ended,
        "cpu": cpu_seconds() - pause.cpu_at_injection,
        "whole_seconds": ended - began,
        "whole_cpu": cpu_seconds() - cpu,
        "mebibytes": peak_mebibytes(),
    }


def _declared(ran: Outcomes, pause: Pause) -> dict[str, Any]:
    """Verdict and times; a phase is said right after it was read off the clock, so the smallest gap tells the zero."""
    phases = {entry.name: entry.t for entry in ran.entries if isinstance(entry, Phase)}
    zero = min(pause.said[name] - t for name, t in phases.items() if name in pause.said and name != "inject")
    measure, injected = recovery(ran.result), _injected(ran.entries)
    claimed = None
    if measure is not None and not measure.censored and injected is not None:
        claimed = zero + injected.t + measure.value
    return {
        "verdict": VERDICTS.get(str(ran.result.outcome), UNDECIDED),
        "decided": zero + phases.get("undo", phases["stop"]),
        "claimed": claimed,
        "error": measure.error if measure is not None else 0.0,
        "note": ran.result.verdict.headline,
    }


def _injected(entries: list[AnyEntry]) -> Injected | None:
    return next((entry for entry in entries if isinstance(entry, Injected)), None)


def tell(told: dict[str, Any]) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
