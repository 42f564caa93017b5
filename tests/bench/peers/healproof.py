"""healproof itself: through its arena in a warm process, and as whole commands."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from harness.load_recorded import read_timeline
from harness.model.cluster import ClusterRecord
from harness.model.timeline import Injected, Phase
from tests.bench.audit_log import AuditLog
from tests.bench.clocks import Relation
from tests.bench.ground import ROOT
from tests.bench.peers.broken import CASES
from tests.bench.peers.tool import UNDECIDED, Declared, Task, timed
from tests.bench.peers.worker import VERDICTS
from tests.bench.peers.workload import manifests
from tests.bench.truth import Truth
from tests.bench.wire import Wire


class Warm:
    """A Scenario through `Arena`, the cluster's watches already open."""

    name = "healproof, arena"
    agent = "healproof"
    brings_workload = True
    can_be_broken = True
    every = 1

    def __init__(self, record: ClusterRecord, wire: Wire, truth: Truth) -> None:
        self._record, self._wire, self._truth = record, wire, truth
        self._child: subprocess.Popen[str] | None = None

    def prepare(self) -> None:
        """Start the process."""
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.peers.worker", self._record.name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def experiment(self, task: Task) -> Declared:
        """Hand it the task; break what is to be broken when it is about to inject."""
        if self._child is None or self._child.poll() is not None:
            self.prepare()
        self._send(task._asdict())
        told = self._receive()
        namespace = self._truth.newest_namespace(f"hp-{task.name}-")
        if "phase" in told:
            if task.case:
                CASES[task.case](self._wire, namespace)
            self._send({})
            told = self._receive()
        return Declared(
            told["verdict"],
            told["decided"],
            told["began"],
            told["ended"],
            told["cpu"],
            told["mebibytes"],
            namespace,
            held=task.hold,
            claimed=told["claimed"],
            note=f"{told['note']}; whole scenario {told['whole_seconds']:.2f} s, cpu {told['whole_cpu']:.2f} s",
        )

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.communicate(timeout=30)

    def _send(self, what: dict[str, Any]) -> None:
        assert self._child is not None
        assert self._child.stdin is not None
        self._child.stdin.write(f"{json.dumps(what)}\n")
        self._child.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._child is not None
        assert self._child.stdout is not None
        told: dict[str, Any] = json.loads(self._child.stdout.readline())
        return told


class Command:
    """A whole command on a YAML file, from its start to its exit with its reports written.

    `healproof run` ends with the Allure page; `pytest` writes all but that.
    """

    agent = "healproof"
    brings_workload = True
    can_be_broken = False

    def __init__(self, record: ClusterRecord, truth: Truth, name: str, every: int) -> None:
        self._record, self._truth = record, truth
        self.name, self.every = name, every

    def prepare(self) -> None:
        """Nothing: it is the project's own command."""

    def experiment(self, task: Task) -> Declared:
        """Run it and read its results."""
        log = AuditLog(Path(self._record.audit_log or ""))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            ran = timed(self._command(_write(folder, task), folder / "reports"), folder)
            timeline = next(iter((folder / "reports").rglob("timeline.jsonl")), None)
            written = next(iter((folder / "reports").rglob("result.json")), None)
            if timeline is None or written is None:
                raise RuntimeError(ran.output[-500:])
            result = json.loads(written.read_text())
            moments = _moments(timeline, result)
        namespace = self._truth.newest_namespace(f"hp-{task.name}-")
        zero, slack = self._zero(log, namespace, moments)
        return Declared(
            VERDICTS.get(result["verdict"]["outcome"], UNDECIDED),
            zero + moments.decided,
            ran.began,
            ran.ended,
            ran.cpu,
            ran.mebibytes,
            namespace,
            held=task.hold,
            claimed=None if moments.recovered is None else zero + moments.recovered,
            slack=slack,
            note="" if ran.code == 0 else ran.output[-300:],
        )

    def close(self) -> None:
        """Nothing runs on."""

    def _command(self, scenario: Path, reports: Path) -> list[str]:
        program, *words = self.name.split()
        prefix = "--" if program == "healproof" else "--healproof-"
        words += [str(scenario), f"{prefix}cluster={self._record.name}", f"{prefix}reports={reports}"]
        return [str(Path(sys.executable).parent / program), *words]

    def _zero(self, log: AuditLog, namespace: str, moments: Moments) -> tuple[float, float]:
        """The timeline's beginning on the machine's clock, and how far off: a kill is sent before it is received."""
        kill = next(
            each
            for each in log.news(Relation.now())
            if (each.verb, each.object.resource, each.object.namespace) == ("delete", "pods", namespace)
            and each.agent.startswith(self.agent)
        )
        log.close()
        latest, earliest = kill.received - moments.sent, kill.done - moments.acknowledged
        return (latest + earliest) / 2, (latest - earliest) / 2


def _write(folder: Path, task: Task) -> Path:
    yaml, path = YAML(), folder / "scenario.yaml"
    with (folder / "web.yaml").open("w") as sink:
        yaml.dump_all(manifests(), sink)
    promise = {"of": "deployment/web", "within": f"{task.within:g}s", "hold": f"{task.hold:g}s"}
    scenario = {
        "scenario": task.name,
        "why": "measures the harness",
        "workload": "web.yaml",
        "faults": [{"pod-delete": {"select": "app=web"}}],
        "expect": [{"recovers": promise}],
    }
    yaml.dump(scenario, path)
    return path


class Moments(NamedTuple):
    """What a timeline says, in seconds since it began."""

    sent: float
    acknowledged: float
    decided: float
    recovered: float | None


def _moments(timeline: Path, result: dict[str, Any]) -> Moments:
    """The call that killed the pod, the decision, and the recovery as the verdict says it."""
    entries = read_timeline(timeline)
    phases = {entry.name: entry.t for entry in entries if isinstance(entry, Phase)}
    injected = next(entry for entry in entries if isinstance(entry, Injected))
    measures = [measure for finding in result["verdict"]["findings"] for measure in finding.get("measures", [])]
    took = next((m["value"] for m in measures if m["name"] == "recovery" and not m.get("censored")), None)
    recovered = None if took is None else injected.t + took
    return Moments(injected.sent, injected.t, phases.get("undo", phases["stop"]), recovered)
