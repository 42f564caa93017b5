"""Real `healproof` processes on a real cluster, and what they left: for the tests that kill, stop and misuse them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from ruamel.yaml import YAML

from harness.journal import Intent, Reverted, read
from harness.kube.client import Client
from harness.kube.resources import resource
from harness.load import load_workload
from harness.machine.clock import wait_until
from harness.model.cluster import ClusterRecord
from harness.model.patch import merge
from harness.providers import kind, kwok

T = TypeVar("T")

BIN = Path(sys.executable).parent
RUNS = "hp-"
"""What the namespaces of runs begin with."""
TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
WORKLOADS = ROOT / "scenarios" / "workloads"
CARRIED = {"kwok": frozenset(kwok.CAPABILITIES), "kind": frozenset((*kind.CAPABILITIES, *kind.FOUND_OUT))}
"""What a cluster of each provider may be able to do."""


class Ended(NamedTuple):
    """How a command ended: its exit code and all that it wrote."""

    code: int
    text: str


class Live:
    """A command that runs; its output goes to a file, so that a full pipe never stops it."""

    def __init__(self, words: list[str], env: dict[str, str], log: Path) -> None:
        self.log = log
        # a runner that was itself started in the background has Ctrl-C switched off, and its children inherit that
        words = ["env", "--default-signal=INT", *words]
        with log.open("wb") as sink:
            self._child = subprocess.Popen(
                words, env=env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """End it and all its children as a power cut would."""
        os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait(10)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the command alone, as `kill` does."""
        self._child.send_signal(number)

    def running(self) -> bool:
        return self._child.poll() is None

    def wait(self, seconds: float = 120) -> Ended:
        try:
            code = self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running after {seconds} s\n{self.log.read_text()[-3000:]}") from None
        return Ended(code, self.log.read_text(errors="replace"))


class Ground(NamedTuple):
    """A cluster, and the state folder whose journals belong to the tests alone."""

    record: ClusterRecord
    client: Client
    state: Path
    folder: Path
    started: list[Live]

    def start(self, program: str, *words: str) -> Live:
        """Start a program of the environment with this ground's state folder."""
        env = {**os.environ, "XDG_STATE_HOME": str(self.state), "PYTHONPATH": str(TESTS), "NO_COLOR": "1"}
        number = len(list(self.folder.glob("*.log")))
        live = Live([str(BIN / program), *words], env, self.folder / f"{number}.log")
        self.started.append(live)
        return live

    def end(self) -> None:
        """Kill what a test that failed left running."""
        for live in self.started:
            if live.running():
                live.kill()
        self.client.close()

    def healproof(self, *words: str, seconds: float = 120) -> Ended:
        return self.start("healproof", *words).wait(seconds)

    def run(self, *words: str) -> Live:
        """Start `healproof run` on the cluster."""
        return self.start(
            "healproof", "run", "--cluster", self.record.name, "--reports", str(self.folder / "reports"), *words
        )

    def pending(self) -> list[Intent]:
        """What the journals say is not undone."""
        left: list[Intent] = []
        for path in sorted((self.state / "healproof" / "journals").glob("*.jsonl")):
            try:
                lines = read(path)
            except FileNotFoundError:  # its run has just ended
                continue
            done = {line.id for line in lines if isinstance(line, Reverted)}
            left += [line for line in lines if isinstance(line, Intent) and line.id not in done]
        return left

    def journals(self) -> list[str]:
        return sorted(path.name for path in (self.state / "healproof" / "journals").glob("*.jsonl"))

    def listed(self, plural: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """All objects of a resource, in one namespace or in all."""
        answer = self.client.request("GET", resource(plural).path(namespace))
        items: list[dict[str, Any]] = msgspec.json.decode(answer)["items"]
        return items

    def cordoned(self) -> list[str]:
        return [node["metadata"]["name"] for node in self.listed("nodes") if node["spec"].get("unschedulable")]

    def namespaces(self, start: str) -> list[str]:
        """Namespaces of runs that nobody is removing."""
        found = [(n["metadata"]["name"], n["metadata"].get("deletionTimestamp")) for n in self.listed("namespaces")]
        return [name for name, deleted in found if name.startswith(start) and deleted is None]

    def await_intent(self, what: str, live: Live, seconds: float = 90) -> Intent:
        """Wait until a run's journal says that it is about to do `what`."""

        def look() -> Intent | None:
            if not live.running():
                raise AssertionError(f"ended before {what}\n{live.wait().text[-3000:]}")
            return next((intent for intent in self.pending() if intent.what == what), None)

        return required(look, f"the journal's intent {what}", seconds)


def required(look: Callable[[], T | None], what: str, seconds: float = 30) -> T:
    """What is seen sooner or later; fails with `what` otherwise."""
    seen = wait_until(look, timeout_seconds=seconds, every_seconds=0.1)
    assert seen is not None, f"waited {seconds} s for {what}"
    return seen


def workload(name: str, **patches: dict[str, Any]) -> list[dict[str, Any]]:
    """A shipped workload; `patches` are strategic merge patches by kind in lower case, None leaves that object out."""
    manifests = load_workload(WORKLOADS / f"{name}.yaml")
    return [merge(manifest, patches.get(manifest["kind"].lower(), {})) for manifest in manifests]


QUICK_WEB = {"deployment": {"spec": {"replicas": 2, "minReadySeconds": 0}}}
"""The web workload without the wait that only roll-outs need; its disruption budget then allows no disruption."""


def write_scenario(
    folder: Path,
    name: str,
    manifests: list[dict[str, Any]],
    faults: list[dict[str, Any]],
    expect: list[dict[str, Any]],
    **more: object,
) -> Path:
    """A scenario file with its workload beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    objects = folder / f"{name}.objects.yaml"
    objects.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests}))
    scenario = {"scenario": name, "why": "A test of the harness.", "workload": objects.name, **more}
    path = folder / f"{name}.yaml"
    YAML().dump({**scenario, "faults": faults, "expect": expect}, path)
    return path


def blocked_drain(folder: Path) -> Path:
    """A scenario that is in the middle of its drain for as long as it takes: the disruption budget never agrees."""
    return write_scenario(
        folder,
        "blocked-drain",
        workload("web", **QUICK_WEB),
        [{"node-drain": {"hosting": "app=web", "give-up": "90s"}}],
        [{"recovers": {"of": "deployment/web", "within": "60s", "hold": "1s"}}],
    )


def nothing_left(ground: Ground, namespaces: str = RUNS) -> None:
    """Fails where a run left anything: an entry of a journal, a journal, a namespace, and on simulated nodes a cordon.

    A kind cluster is shared with whoever uses it meanwhile, so there `namespaces` begins the names of the test's own.
    """
    assert ground.pending() == []
    assert ground.journals() == []
    assert ground.namespaces(namespaces) == []
    if ground.record.provider == "kwok":
        assert ground.cordoned() == []
