"""`kubectl delete pod --wait=false`, then `kubectl rollout status`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from harness.machine.progress import Silent
from harness.providers.programs import ensure
from tests.bench.peers.broken import CASES
from tests.bench.peers.tool import NOT_RECOVERED, RECOVERED, Declared, Task, timed
from tests.bench.truth import Truth
from tests.bench.wire import Wire


class Rollout:
    """Its verdict is its exit code."""

    name = "kubectl rollout status"
    agent = "kubectl"
    brings_workload = False
    can_be_broken = True

    def __init__(self, kubeconfig: str, wire: Wire, truth: Truth, every: int) -> None:
        self.every = every
        self._kubeconfig, self._wire, self._truth = kubeconfig, wire, truth
        self._kubectl = "kubectl"

    def prepare(self) -> None:
        """The pinned kubectl."""
        self._kubectl = str(ensure("kubectl", Silent()))

    def experiment(self, task: Task) -> Declared:
        """The victim is chosen for it: that costs it nothing."""
        victim = self._truth.any_ready(task.namespace)
        if task.case:
            CASES[task.case](self._wire, task.namespace)
        kubectl = f'"{self._kubectl}" -n {task.namespace}'
        script = (
            f"{kubectl} delete pod {victim} --wait=false && "
            f"{kubectl} rollout status deployment/web --timeout={task.within:g}s"
        )
        with tempfile.TemporaryDirectory() as folder:
            ran = timed(["sh", "-c", script], Path(folder), {"KUBECONFIG": os.fspath(self._kubeconfig)})
        verdict = RECOVERED if ran.code == 0 else NOT_RECOVERED
        return Declared(
            verdict, ran.ended, ran.began, ran.ended, ran.cpu, ran.mebibytes, task.namespace, note=ran.output[-200:]
        )

    def close(self) -> None:
        """Nothing runs on."""
