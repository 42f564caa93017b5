"""Rounds: namespaces are drawn, placed, broken all at once, and each is diagnosed by the command as users run it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.kube.client import Client
from harness.machine.clock import Monotonic, wait_until
from harness.model.cluster import ClusterRecord
from harness.model.errors import HealproofError
from tests.bench.blind import apps
from tests.bench.blind.case import Case
from tests.bench.blind.shared import Episode
from tests.bench.blind.stand import Stand

BIN = Path(sys.executable).parent
PLACED_AT_ONCE = 4
SHOWN_SECONDS_MAX = 75.0
AGED_SECONDS_MAX = 2.0
"""So long, drawn, a case stands after its first sign, and while others are diagnosed, before it is its turn."""
CLEAN_SECONDS_MAX = 180.0
RIPE_SECONDS = 16.0
"""So old an injection into the whole cluster is at least: leaders hold their leases for 15 s."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One run: what was so, and what the command said. `causes` are names with layers and confidences, ranked."""

    case: str
    provider: str
    seed: str
    namespace: str
    app: str
    shown: bool
    held_out: bool = False
    second: str = ""
    causes: list[tuple[str, str, float]] = []
    seconds: float = 0.0
    scene: str = ""
    error: str = ""


class Field(NamedTuple):
    """The cluster that is used, and the folder for what was seen of it."""

    client: Client
    record: ClusterRecord
    into: Path


def namespaced(field: Field, cases: Sequence[Case], seed: str) -> list[Told]:
    """One round: each case in a namespace of its own, all broken side by side, diagnosed one after the other."""
    with ThreadPoolExecutor(PLACED_AT_ONCE) as pool:
        struck = list(pool.map(lambda at: _struck(field, cases[at], f"{seed}.{at}"), range(len(cases))))
    told = []
    for at, (stand, case, error) in enumerate(struck):
        told.append(_diagnosed(field, stand, case, f"{seed}.{at}", error))
    with ThreadPoolExecutor(PLACED_AT_ONCE) as pool:  # that the namespaces go may overlap with the next round
        list(pool.map(lambda each: each[0].remove(), struck))
    return told


def episode(field: Field, wanted: Episode, width: int, seed: str) -> list[Told]:
    """One injection, and so many namespaces diagnosed under it."""
    case = wanted.case
    draw = random.Random(seed)  # noqa: S311 - a printed seed must repeat the round
    pods = len(field.record.nodes) + 1  # so that each has one wherever it strikes
    stands = [_stand(field, case, f"{seed}.{at}", replicas=pods) for at in range(width)]
    before = stands if case.birth == "live" else []
    for stand in before:
        _create_namespace(stand)
        stand.place()
    if not all(stand.steady() for stand in before):
        raise SystemExit(f"{case.name}: namespaces were not whole before")
    if not before:
        _create_namespace(stands[0])
    end = wanted.begin(stands[0], draw)
    try:
        Monotonic().sleep(RIPE_SECONDS)
        errors = [_struck_late(stand, case, placed=bool(before), made=at == 0) for at, stand in enumerate(stands)]
        told = [
            _diagnosed(field, stand, case, f"{seed}.{at}", error)
            for at, (stand, error) in enumerate(zip(stands, errors, strict=True))
        ]
    finally:
        end()
        for stand in stands:
            stand.remove()
    _await_gone(field, [stand.namespace for stand in stands])
    _await_nodes(field)
    return told


def pairs(field: Field, cases: Sequence[tuple[Case, Case]], seed: str) -> list[Told]:
    """Two causes at once, each at an application of its own in one namespace; each pair is diagnosed once."""
    told = []
    for at, (one, other) in enumerate(cases):
        stand = _stand(field, one, f"{seed}.{at}")
        second = stand.beside(apps.web(stand.draw, {each.name for each in [stand.app, *stand.bystanders]}, strict=True))
        _create_namespace(stand)
        stand.place()
        second.place()
        whole = stand.steady() and second.steady()
        one.breaks(stand)
        other.breaks(second)
        clear = whole and wait_until(lambda: _sign(other, second), timeout_seconds=SHOWN_SECONDS_MAX)  # noqa: B023
        answer = _diagnosed(field, stand, one, f"{seed}.{at}", "" if clear else "not both are at work")
        told.append(msgspec.structs.replace(answer, second=other.name))
        second.remove()
        stand.remove()
    _await_gone(field, [each.namespace for each in told])
    return told


def _struck_late(stand: Stand, case: Case, *, placed: bool, made: bool) -> str:
    """What a namespace does while the injection lasts; gives why it could not."""
    try:
        if not placed:
            if not made:
                _create_namespace(stand)
            stand.place()
        case.breaks(stand)
    except HealproofError as error:
        return f"{type(error).__name__}: {error.message}"
    return ""


def _stand(field: Field, case: Case, seed: str, *, replicas: int = 0) -> Stand:
    draw = random.Random(seed)  # noqa: S311 - as above
    taken: set[str] = set()
    others = [apps.web(draw, taken, replicas=1) for _ in range(draw.choice([0, 0, 1]))]
    if case.app in ("front", "front-by-name"):
        others = [apps.web(draw, taken, replicas=1)]
        app = apps.front(draw, taken, others[0].name, by_name=case.app == "front-by-name")
    elif case.app == "front-outside":
        app = apps.front(draw, taken, "database", by_name=draw.random() < 0.5)
    elif case.app == "store":
        app = apps.store(draw, taken)
    else:
        app = apps.web(
            draw,
            taken,
            plural="deployments" if case.app == "deployment" else "",
            replicas=replicas,
            strict=case.app == "strict",
        )
    return Stand(field.client, field.record, apps.namespace_name(draw), draw, app, others)


def _create_namespace(stand: Stand) -> None:
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": stand.namespace}}
    stand.client.request("POST", "/api/v1/namespaces", body=manifest)


def _struck(field: Field, case: Case, seed: str) -> tuple[Stand, Case, str]:
    """A namespace with its case at work; the last is why it is not."""
    stand = _stand(field, case, seed)
    _create_namespace(stand)
    live = case.birth == "live" or (case.birth == "either" and stand.draw.random() < 0.5)
    try:
        if live:
            stand.place()
            if not stand.steady():
                return stand, case, "not whole before"
            case.breaks(stand)
        else:
            case.breaks(stand)
            stand.place()
    except HealproofError as error:
        return stand, case, f"{type(error).__name__}: {error.message}"
    return stand, case, ""


def _diagnosed(field: Field, stand: Stand, case: Case, seed: str, error: str = "") -> Told:
    """Wait for the sign, let it age, and ask."""
    clock = Monotonic()
    shown = not error and bool(wait_until(lambda: _sign(case, stand), timeout_seconds=SHOWN_SECONDS_MAX))
    if shown:
        clock.sleep(stand.draw.uniform(0, AGED_SECONDS_MAX))
    told = Told(
        case=case.name,
        provider=stand.record.provider,
        seed=seed,
        namespace=stand.namespace,
        app=f"{stand.app.plural}/{stand.app.name}",
        shown=shown,
        held_out=case.held_out,
        error=error,
    )
    if not shown:
        return told
    scene = field.into / f"{case.name.replace('/', '.')}-{stand.record.provider}-{seed}.json"
    answer = ask(field.record.name, stand.namespace, scene)
    return msgspec.structs.replace(told, scene=scene.name, **answer)


def _sign(case: Case, stand: Stand) -> bool:
    try:
        return case.shown(stand)
    except HealproofError:  # an API server that is silent is itself a sign
        return True


def ask(cluster: str, namespace: str, scene: Path) -> dict[str, object]:
    """`healproof diagnose` as a command of its own, told nothing but where to look."""
    words = [str(BIN / "healproof"), "diagnose", "--cluster", cluster, "-n", namespace, "--json", "--save", str(scene)]
    began = time.monotonic()
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, env=dict(os.environ))
    seconds = round(time.monotonic() - began, 3)
    try:
        causes = json.loads(ended.stdout)["causes"]
    except (ValueError, KeyError):
        return {"seconds": seconds, "error": f"exit {ended.returncode}: {(ended.stdout + ended.stderr)[-300:]}"}
    return {"seconds": seconds, "causes": [(each["cause"], each["layer"], each["confidence"]) for each in causes]}


def _await_gone(field: Field, names: list[str]) -> None:
    def gone() -> bool:
        there = json.loads(field.client.request("GET", "/api/v1/namespaces"))
        return not {each["metadata"]["name"] for each in there["items"]} & set(names)

    _require(gone, "the round's namespaces to be gone")


def _await_nodes(field: Field) -> None:
    def ready() -> bool:
        nodes = json.loads(field.client.request("GET", "/api/v1/nodes"))["items"]
        good = [
            node
            for node in nodes
            if any(each["type"] == "Ready" and each["status"] == "True" for each in node["status"]["conditions"])
            and not any(taint["effect"] == "NoExecute" for taint in node["spec"].get("taints", []))
        ]
        return len(good) == len(nodes) == len(field.record.nodes)

    _require(ready, "all nodes to be Ready")


def _require(done: Callable[[], bool], what: str) -> None:
    def quietly() -> bool:
        try:
            return done()
        except HealproofError:
            return False

    if not wait_until(quietly, timeout_seconds=CLEAN_SECONDS_MAX, every_seconds=0.5):
        raise SystemExit(f"waited {CLEAN_SECONDS_MAX:g} s for {what}")
