"""Chaos Toolkit with its Kubernetes extension, in an environment of its own; the same experiment in two ways."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from harness.machine.locks import locked
from harness.machine.paths import cache_dir
from tests.bench.clocks import Relation
from tests.bench.ground import ROOT
from tests.bench.peers.tool import NOT_RECOVERED, RECOVERED, UNDECIDED, Declared, Task, timed

PINS = ("chaostoolkit==1.19.0", "chaostoolkit-kubernetes==0.39.0")
INSTALL_SECONDS_MAX = 600.0
Activity = dict[str, Any]


class ChaosToolkit:
    """A hypothesis that the Deployment is fully available, before and after a pod is terminated.

    With `second_probe` it first waits until the Deployment is seen not fully available, the best that its extension
    can say; without, a read before the dip passes.
    """

    agent = "OpenAPI-Generator"
    brings_workload = False
    can_be_broken = True

    def __init__(self, kubeconfig: str, every: int, *, second_probe: bool) -> None:
        self.every = every
        self.name = "Chaos Toolkit, second probe" if second_probe else "Chaos Toolkit, fully available"
        self._kubeconfig, self._second_probe = kubeconfig, second_probe
        self._home = cache_dir() / "peers" / "-".join(pin.replace("==", "-") for pin in PINS)

    def prepare(self) -> None:
        """Install it where it is not yet."""
        pip = self._home / "bin" / "pip"
        with locked(self._home.with_suffix(".lock")):
            if (self._home / "bin" / "chaos").exists():
                return
            for words in ([sys.executable, "-m", "venv", str(self._home)], [str(pip), "install", "-q", *PINS]):
                subprocess.run(words, check=True, timeout=INSTALL_SECONDS_MAX, stdout=subprocess.DEVNULL)

    def experiment(self, task: Task) -> Declared:
        """Run `chaos run` and read its journal."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "experiment.json").write_text(json.dumps(self._experiment(task)))
            command = [str(self._home / "bin" / "chaos"), "--no-version-check", "run"]
            command += ["--journal-path", "journal.json", "experiment.json"]
            ran = timed(command, folder, {"KUBECONFIG": self._kubeconfig, "NO_COLOR": "1"})
            journal = folder / "journal.json"
            told = json.loads(journal.read_text()) if journal.exists() else {}
        verdict, decided = _read(told)
        return Declared(
            verdict,
            decided or ran.ended,
            ran.began,
            ran.ended,
            ran.cpu,
            ran.mebibytes,
            task.namespace,
            note="" if verdict == RECOVERED else ran.output[-300:],
        )

    def close(self) -> None:
        """Nothing runs on."""

    def _experiment(self, task: Task) -> Activity:
        place = {"name": "web", "ns": task.namespace, "timeout": int(task.within)}
        kill = {"label_selector": "app=web", "ns": task.namespace, "qty": 1, "rand": True}
        method = [_call("action", "kill", "chaosk8s.pod.actions", "terminate_pods", kill)]
        if task.case:
            words = ["-m", "tests.bench.peers.broken", self._kubeconfig, task.namespace, task.case]
            provider = {"type": "process", "path": "env", "arguments": ["-C", str(ROOT), sys.executable, *words]}
            method.insert(0, {"type": "action", "name": "break", "provider": provider})
        if self._second_probe:
            dip = "deployment_not_fully_available"
            method.append(_call("probe", "dip", "chaosk8s.deployment.probes", dip, place))
        whole = _call("probe", "whole", "chaosk8s.deployment.probes", "deployment_fully_available", place)
        return {
            "title": task.name,
            "description": "one pod of four is killed",
            "steady-state-hypothesis": {"title": "whole", "probes": [{**whole, "tolerance": True}]},
            "method": method,
        }


def _call(kind: str, name: str, module: str, function: str, arguments: Activity) -> Activity:
    provider = {"type": "python", "module": module, "func": function, "arguments": arguments}
    return {"type": kind, "name": name, "provider": provider}


def _read(journal: dict[str, Any]) -> tuple[str, float | None]:
    """Its verdict, and when the probe that decided ended (monotonic)."""
    after = (journal.get("steady_states") or {}).get("after") or {}
    ends = [probe["end"] for probe in after.get("probes", []) if "end" in probe]
    decided = Relation.now().monotonic(ends[-1]) if ends else None
    if not after:
        return UNDECIDED, decided
    met = after.get("steady_state_met") and not journal.get("deviated")
    return (RECOVERED if met else NOT_RECOVERED), decided
