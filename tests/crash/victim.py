"""A run of one fault that counts its side effects and meets an accident at one of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from contract.examples import load_fault
from contract.standing import standing

from harness.cli import main as healproof
from harness.damage.plan import Damage, Plan, damage_of
from harness.damage.site import Site
from harness.damage.undo import undo_all
from harness.journal import Journal
from harness.kube import actions
from harness.kube.client import Client
from harness.machine.clock import wait_until
from harness.model.cluster import ClusterRecord, Outage
from harness.model.errors import HealproofError
from harness.registry import FAULTS

PLAN_SECONDS = 60
ACCIDENTS = ("killed", "api-down", "target-restarted")


class Point(NamedTuple):
    """Where the accident happens: at the `number`th side effect (from 0; -1 never), before or after it."""

    number: int
    after: bool
    accident: str


NEVER = Point(-1, False, "killed")


class Tripwire:
    """Counts side effects, and lets the accident happen at one."""

    def __init__(self, point: Point, happen: Callable[[], None]) -> None:
        self.passed: list[str] = []
        self._point, self._happen = point, happen

    def around(self, what: str, effect: Callable[[], Any]) -> Any:
        """One side effect."""
        here = len(self.passed) == self._point.number
        self.passed.append(what)
        if here and not self._point.after:
            self._happen()
        result = effect()
        if here and self._point.after:
            self._happen()
        return result


def run(name: str, record: ClusterRecord, namespace: str, folder: Path, point: Point) -> None:
    """Plan, journal, inject, undo as a run does; writes the side effects that it passed into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    fault = load_fault(name, folder)
    damage = damage_of(fault)
    with standing(record, namespace, folder) as stand:
        stand.steady(FAULTS[name].example)
        plan = _planned(damage, stand.site)
        wire = Tripwire(point, lambda: _accident(point.accident, stand.site, plan.touches))
        site = _wired(stand.site, wire)
        wire_journal(wire)
        journal = Journal.begin(run=f"crash-{os.getpid()}", scenario=name, cluster=record)
        try:
            journal.intend(name, plan.token)
            damage.inject(site, plan)
        except HealproofError as error:  # the accident may well stop it; what counts is what is left in the end
            (folder / "stopped.txt").write_text(str(error))
        undo_all(site, journal, lambda intent, error: None)
        journal.discard()
    (folder / "passed.json").write_bytes(msgspec.json.encode(wire.passed))


def _planned(damage: Damage, site: Site) -> Plan:
    """The plan, once what the point before has left to the controllers is there again, such as a node's Lease."""
    refused: list[HealproofError] = []

    def plan() -> Plan | None:
        try:
            return damage.plan(site)
        except HealproofError as error:
            refused.append(error)
            return None

    planned = wait_until(plan, timeout_seconds=PLAN_SECONDS, every_seconds=0.2)
    if planned is None:
        raise refused[-1]
    return planned


def recover(point: Point, folder: Path) -> None:
    """`healproof recover` in this process, with an accident of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    wire = Tripwire(point, _die)
    wire_journal(wire)
    wire_client(wire)
    code = healproof(["recover"])
    (folder / "passed.json").write_bytes(msgspec.json.encode(wire.passed))
    os._exit(code)


def wire_journal(wire: Tripwire) -> None:
    """Every line that reaches the disk is a side effect."""
    write = Journal._write

    def wired(self: Journal, line: Any) -> None:
        wire.around(f"journal {type(line).__name__}", lambda: write(self, line))

    Journal._write = wired  # type: ignore[method-assign]


def wire_client(wire: Tripwire) -> None:
    """Every request that changes something is a side effect, whoever makes the client."""
    request = Client.request

    def wired(self: Client, method: str, path: str, **more: Any) -> bytes:
        if method == "GET":
            return request(self, method, path, **more)
        answer: bytes = wire.around(f"{method} {path}", lambda: request(self, method, path, **more))
        return answer

    Client.request = wired  # type: ignore[method-assign]


def _wired(site: Site, wire: Tripwire) -> Site:
    wire_client(wire)
    node_exec, levers = site.node_exec, site.levers

    def on_node(node: str, argv: Any, **more: Any) -> Any:
        return wire.around(f"on {node}: {argv[0]}", lambda: node_exec(node, argv, **more))

    return site._replace(node_exec=on_node, levers=_Levers(levers, wire))


class _Levers:
    def __init__(self, levers: Any, wire: Tripwire) -> None:
        self._levers, self._wire = levers, wire

    def __getattr__(self, name: str) -> Any:
        lever = getattr(self._levers, name)
        return lambda *words, **more: self._wire.around(f"{name} {words}", lambda: lever(*words, **more))


def _accident(kind: str, site: Site, touches: list[Any]) -> None:
    if kind == "killed":
        _die()
    elif kind == "api-down":
        _api_down(site)
    else:
        _restart(site, touches)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _api_down(site: Site) -> None:
    """The API server is gone, and comes back after a while; a process of its own sees to that."""
    site.levers.halt_part("kube-apiserver", Outage.KILLED, limit_seconds=60)
    if os.fork() == 0:
        os.setsid()
        site.clock.sleep(1.5)
        site.levers.restore_part("kube-apiserver")
        os._exit(0)


def _restart(site: Site, touches: list[Any]) -> None:
    """What is being broken goes away and comes back: its node, or else the pods of the namespace."""
    nodes = [touch.name for touch in touches if touch.resource == "nodes"]
    for node in nodes:
        site.levers.halt_node(node, Outage.KILLED)
        site.levers.restore_node(node)
    if not nodes:
        for pod in site.picture.pods():
            actions.delete(site.client, "pods", pod.metadata.name, site.namespace, grace_seconds=0)
