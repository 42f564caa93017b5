"""The crash sweep: every fault, every side effect, before and after it, every accident; nothing may be left behind.

python -m tests.crash.sweep --provider kwok                    the whole sweep
python -m tests.crash.sweep --provider kwok --faults pod-evict --accidents killed
python -m tests.crash.sweep --provider kwok --random 1000 --seed 1    so many random SIGKILLs
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from contract.examples import manifests
from contract.leftovers import left_after, snapshot
from contract.standing import standing

from crash import victim
from crash.victim import ACCIDENTS, NEVER, Point
from harness.journal import journal_dir
from harness.kube import actions
from harness.kube.client import Client
from harness.machine.progress import Silent
from harness.model.cluster import ClusterRecord
from harness.providers import catalogue, kind, kwok
from harness.registry import FAULTS
from harness.residue.snapshot import Snapshot

CAPABILITIES = {"kwok": frozenset(kwok.CAPABILITIES), "kind": frozenset(kind.CAPABILITIES)}
SHAPES = {"kwok": "compressed", "kind": "two-workers"}
SETTLED_SECONDS = 120
"""The controllers' own clients wait up to a minute after the API server was away several times."""
SHORT = ("drift", "object-delete", "quota-exhausted", "node-down", "component-down", "volume-full")
"""One fault of each kind of step; without an API server that goes away, after which controllers take a minute each."""
SHORT_KILLS = 20


class Leak(NamedTuple):
    """Something that was left behind, and after what."""

    where: str
    left: list[str]


class Ring:
    """One cluster on which runs die."""

    def __init__(self, record: ClusterRecord, folder: Path) -> None:
        self.record = record
        self.client = Client.from_kubeconfig(record.kubeconfig, record.context)
        self._folder = folder
        self._fork = multiprocessing.get_context("forkserver")
        self._fork.set_forkserver_preload(
            ["__main__", "crash.victim", "harness.registry", "kubernetes.client", "ruamel.yaml"]
        )
        self._number = 0
        self.points = 0
        self.leaks: list[Leak] = []
        self.missed: list[str] = []

    def place(self, name: str) -> str:
        """The workload of a fault's example, placed once."""
        example = FAULTS[name].example
        namespace = f"hp-crash-{example.workload}"
        if actions.find(self.client, "namespaces", namespace) is None:
            actions.create_namespace(self.client, namespace, {"healproof.dev/run": "crash"})
        for manifest in manifests(example):
            actions.apply(self.client, manifest, namespace)
        with standing(self.record, namespace, self._new_folder()) as stand:
            lacks = stand.steady(example)
        if lacks:
            raise SystemExit(f"{namespace} is not whole: {lacks}")
        return namespace

    def sweep(self, name: str, accidents: list[str]) -> list[str]:
        """Every point of one fault; gives its side effects."""
        namespace = self.place(name)
        before = snapshot(self.client, self.record)
        passed, _ = self._run(name, namespace, NEVER)
        self._judge(f"{name}: undisturbed", before)
        for accident in accidents:
            for number, what in enumerate(passed):
                for after in (False, True):
                    point = Point(number, after, accident)
                    if not self._reach(name, namespace, point):
                        continue
                    self._recover(NEVER)
                    self._judge(f"{name}: {accident} {'after' if after else 'before'} {number} ({what})", before)
        self._sweep_recovery(name, namespace, before, len(passed))
        return passed

    def _sweep_recovery(self, name: str, namespace: str, before: Snapshot, last: int) -> None:
        """The run is killed in the middle, and its recovery at every side effect of its own."""
        middle = Point(max(1, last // 2), False, "killed")
        passed = self._recover(NEVER) if self._reach(name, namespace, middle) else []
        for number, what in enumerate(passed):
            for after in (False, True):
                if not self._reach(name, namespace, middle):
                    continue
                self._recover(Point(number, after, "killed"))
                self._recover(NEVER)
                self._judge(f"{name}: recover killed {'after' if after else 'before'} {number} ({what})", before)

    def random_kills(self, names: list[str], count: int, seed: int) -> None:
        """So many runs of faults drawn by the seed, each killed at a moment drawn by the seed, then recovered."""
        draws = random.Random(seed)  # noqa: S311 - a printed seed must repeat the sweep
        seconds: dict[str, float] = {}
        namespaces = {name: self.place(name) for name in names}
        for name in names:
            began = time.monotonic()
            self._run(name, namespaces[name], NEVER)
            seconds[name] = time.monotonic() - began
        before = snapshot(self.client, self.record)
        for number in range(count):
            name = draws.choice(names)
            moment = draws.uniform(0, seconds[name] * 1.1)
            child = self._start(victim.run, name, self.record, namespaces[name], self._new_folder(), NEVER)
            child.join(moment)
            if child.is_alive() and child.pid:
                os.kill(child.pid, signal.SIGKILL)
            child.join()
            if draws.random() < 0.3:  # the recovery is killed as well
                recovery = self._start(victim.recover, NEVER, self._new_folder())
                recovery.join(draws.uniform(0, 0.5))
                if recovery.is_alive() and recovery.pid:
                    os.kill(recovery.pid, signal.SIGKILL)
                recovery.join()
            self._recover(NEVER)
            self._judge(f"random {number}: {name} killed after {moment:.2f} s", before)
            if number % 50 == 49:
                say(f"{number + 1} random kills, {len(self.leaks)} leaks")

    def _reach(self, name: str, namespace: str, point: Point) -> bool:
        """Whether a run met its accident. One that failed before proves nothing: it is missed, and no point."""
        passed, code = self._run(name, namespace, point)
        if code == -signal.SIGKILL if point.accident == "killed" else len(passed) > point.number:
            return True
        if code != 0:  # else it had fewer side effects this time, as where a controller was slower to copy a mark
            self.missed.append(f"{name} {point}")
            say(f"MISSED {name} {point}: exit code {code}")
            self._recover(NEVER)
        return False

    def _run(self, name: str, namespace: str, point: Point) -> tuple[list[str], int]:
        folder = self._new_folder()
        child = self._start(victim.run, name, self.record, namespace, folder, point)
        child.join(180)
        if child.is_alive():
            child.kill()
            self.leaks.append(Leak(f"{name} {point}", ["the run did not end in 180 s"]))
        return _passed(folder), child.exitcode or 0

    def _recover(self, point: Point) -> list[str]:
        folder = self._new_folder()
        child = self._start(victim.recover, point, folder)
        child.join(180)
        return _passed(folder)

    def _judge(self, where: str, before: Snapshot) -> None:
        """Count the point; whatever still differs after a while, and any journal, is a leak."""
        self.points += 1
        left = left_after(self.client, self.record, before, seconds=SETTLED_SECONDS, files=journal_dir())
        if left:
            self.leaks.append(Leak(where, left))
            say(f"LEAK {where}: {'; '.join(left)[:600]}")

    def _start(self, target: Any, *words: Any) -> Any:
        child = self._fork.Process(target=target, args=words)
        child.start()
        return child

    def _new_folder(self) -> Path:
        self._number += 1
        return self._folder / str(self._number)


def _passed(folder: Path) -> list[str]:
    path = folder / "passed.json"
    return msgspec.json.decode(path.read_bytes(), type=list[str]) if path.exists() else []


def _short(name: str) -> list[str]:
    return ["killed", "target-restarted"] if name == SHORT[0] else ["killed"]


def say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--provider", choices=sorted(SHAPES), default="kwok")
    parser.add_argument("--faults", nargs="*", default=[], help="default: all that the provider carries")
    parser.add_argument("--accidents", nargs="*", default=list(ACCIDENTS), choices=ACCIDENTS)
    parser.add_argument("--random", type=int, default=0, help="instead of every point so many random SIGKILLs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="one fault of each kind of step, and a few random kills")
    said = parser.parse_args()
    carried = [name for name in FAULTS if FAULTS[name].needs <= CAPABILITIES[said.provider]]
    names = said.faults or ([name for name in SHORT if name in carried] if said.short else carried)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = str(Path(folder) / "state")
        record = catalogue.up(said.provider, SHAPES[said.provider], name=f"crash-{os.getpid()}", progress=Silent())
        ring = Ring(record, Path(folder))
        began = time.monotonic()
        try:
            if said.random:
                say(f"seed {said.seed}")
                ring.random_kills(names, said.random, said.seed)
            else:
                for name in names:
                    accidents = _short(name) if said.short else said.accidents
                    passed = ring.sweep(name, accidents)
                    say(f"{name}: {len(passed)} side effects, {ring.points} points so far, {len(ring.leaks)} leaks")
            if said.short:
                ring.random_kills(names, SHORT_KILLS, said.seed)
        finally:
            ring.client.close()
            catalogue.down(record.name)
    say(f"{ring.points} points in {time.monotonic() - began:.0f} s, {len(ring.leaks)} leaks, {len(ring.missed)} missed")
    return 1 if ring.leaks or ring.missed else 0


if __name__ == "__main__":
    sys.exit(main())
