"""`python -m tests.bench.peers [--kills N] [--broken N]`: all tools in turn. `make bench-peers` calls it."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.model.cluster import ClusterRecord
from harness.model.errors import HealproofError
from tests.bench.audit import stamps_of
from tests.bench.audit_log import AuditLog
from tests.bench.audit_policy import log_more
from tests.bench.clocks import Relation
from tests.bench.figures import say
from tests.bench.ground import cluster
from tests.bench.peers.broken import CASES
from tests.bench.peers.burner import Burner
from tests.bench.peers.chaos_toolkit import ChaosToolkit
from tests.bench.peers.healproof import Command, Warm
from tests.bench.peers.rollout import Rollout
from tests.bench.peers.tally import BROKE, Row, read_rows, tables
from tests.bench.peers.tool import Declared, Task, Tool
from tests.bench.peers.workload import REPLICAS, await_gone, await_whole, put_up, take_down
from tests.bench.truth import Mark, Truth
from tests.bench.wire import Wire

NAMESPACE = "bench-peers"
KILL_SECONDS_MAX, BROKEN_SECONDS_MAX = 30.0, 8.0
KILL_HOLD_SECONDS, BROKEN_HOLD_SECONDS = 1.0, 5.0
"""The shortest hold there is where nothing is broken (the hardest for us), the usual one else."""
WHOLE_SECONDS_MAX = 30.0
_TROUBLE = (HealproofError, OSError, RuntimeError, ValueError, LookupError, StopIteration, subprocess.SubprocessError)


class Scene(NamedTuple):
    """What the experiments of one run share."""

    record: ClusterRecord
    wire: Wire
    truth: Truth
    log: AuditLog
    relation: Relation


def main(words: list[str]) -> int:
    """Run every experiment, print the tables."""
    said = _parsed(words)
    if said.read:
        _say_tables([row for path in said.read for row in read_rows(path)])
        return 0
    record = cluster(said.provider, said.cluster)
    if record.provider == "kind":
        log_more(record)
    assert record.audit_log is not None
    with Truth(record.kubeconfig) as truth, Burner() as burner:
        wire = Wire(record.kubeconfig)
        scene = Scene(record, wire, truth, AuditLog(Path(record.audit_log)), Relation.now())
        tools = _ready(_tools(scene, said))
        rows: list[Row] = []
        try:
            for row in _experiments(scene, tools, said, burner):
                rows.append(row)
                _note(row, said.rows)
        finally:
            for tool in tools:
                tool.close()
            take_down(wire, NAMESPACE)
            drift = abs(Relation.now().offset - scene.relation.offset)
    say(f"healproof bench of peers: {platform.machine()}, {os.cpu_count()} cores; clocks drifted {drift * 1000:.3f} ms")
    _say_tables(rows)
    return 0


def _say_tables(rows: list[Row]) -> None:
    for line in tables(rows):
        say(line)


def _tools(scene: Scene, said: argparse.Namespace) -> list[Tool]:
    kubeconfig = scene.record.kubeconfig
    every = said.peers_every
    tools: list[Tool] = [
        Warm(scene.record, scene.wire, scene.truth),
        ChaosToolkit(kubeconfig, every, second_probe=True),
        ChaosToolkit(kubeconfig, every, second_probe=False),
        Rollout(kubeconfig, scene.wire, scene.truth, every),
        Command(scene.record, scene.truth, "healproof run", said.command_every),
        Command(scene.record, scene.truth, "pytest", said.command_every),
    ]
    return [tool for tool in tools if not any(word in tool.name for word in said.without)]


def _ready(tools: list[Tool]) -> list[Tool]:
    """The tools that can take part; the others are named."""
    fit = []
    for tool in tools:
        try:
            tool.prepare()
        except _TROUBLE as error:
            say(f"- {tool.name} does not take part: {error}")
        else:
            fit.append(tool)
    return fit


def _experiments(scene: Scene, tools: list[Tool], said: argparse.Namespace, burner: Burner) -> Iterator[Row]:
    """Pod kills and broken recoveries, every other round with all cores busy; who begins changes with each round."""
    for number in range(said.first, said.first + said.kills):
        burner.switch(on=number % 2 == 1)
        for tool in _turned(tools, number):
            # the parity of the round says whether the cores are busy, so both kinds must come up
            if (number // 2) % tool.every == 0:
                task = Task(f"bench-kill-{number}", NAMESPACE, "", KILL_SECONDS_MAX, KILL_HOLD_SECONDS)
                yield _experiment(scene, tool, task, loaded=number % 2 == 1)
    burner.switch(on=False)
    for number in range(said.first, said.first + said.broken):
        burner.switch(on=number % 2 == 1)
        for index, case in enumerate(each for each in CASES if any(word in each for word in said.cases)):
            for place, tool in enumerate(_turned([tool for tool in tools if tool.can_be_broken], number)):
                name = f"bench-broken-{number}-{index}-{place}"
                task = Task(name, name, case, BROKEN_SECONDS_MAX, BROKEN_HOLD_SECONDS)
                yield _experiment(scene, tool, task, loaded=number % 2 == 1)


def _turned(tools: list[Tool], number: int) -> list[Tool]:
    first = number % max(1, len(tools))
    return tools[first:] + tools[:first]


def _experiment(scene: Scene, tool: Tool, task: Task, *, loaded: bool) -> Row:
    """One experiment of one tool, held against what happened; a tool that breaks is a row, never the end."""
    if not tool.brings_workload:
        put_up(scene.wire, scene.truth, task.namespace)
    mark = scene.truth.mark()
    list(scene.log.news(scene.relation))
    load = os.getloadavg()[0]
    row = Row(tool=tool.name, case=task.case, loaded=loaded, load=load, within=task.within, verdict=BROKE)
    try:
        declared = tool.experiment(task)
    except _TROUBLE as error:
        row.note = f"{type(error).__name__}: {error}"
        namespace = "" if tool.brings_workload else task.namespace
    else:
        namespace = declared.namespace
        row = _held_against(scene, tool, declared, row, mark)
    if tool.brings_workload:
        await_gone(scene.truth, namespace)
    elif task.case:
        take_down(scene.wire, namespace)
    else:
        await_whole(scene.truth, namespace)
    return row


def _held_against(scene: Scene, tool: Tool, declared: Declared, row: Row, mark: Mark) -> Row:
    """The tool's words beside the raw watch's."""
    truth, namespace = scene.truth, declared.namespace

    def happened() -> bool:
        recovery = truth.recovery(namespace, mark, REPLICAS)
        return recovery is not None and recovery.whole is not None

    if not row.case:
        truth.wait(happened, WHOLE_SECONDS_MAX)
    recovery = truth.recovery(namespace, mark, REPLICAS)
    asked = list(scene.log.news(scene.relation))
    stamps = stamps_of(recovery, asked, namespace) if recovery is not None and recovery.whole is not None else None
    gap = truth.gap_since(mark)
    return msgspec.structs.replace(
        row,
        verdict=BROKE if gap else declared.verdict,
        decided=declared.decided,
        began=declared.began,
        ended=declared.ended,
        cpu=declared.cpu,
        mebibytes=declared.mebibytes,
        held=declared.held,
        claimed=declared.claimed,
        slack=declared.slack,
        note="the raw watch has a gap" if gap else declared.note,
        killed=recovery.killed if recovery else None,
        whole=recovery.whole if recovery else None,
        knowable=stamps.received if stamps else None,
        requests=sum(
            each.agent.startswith(tool.agent) and declared.began <= each.received <= declared.ended for each in asked
        ),
    )


def _note(row: Row, rows: Path | None) -> None:
    """Say how it went, and keep the row."""
    after = f"{row.after_truth:+.3f} s after the truth" if row.whole is not None and not row.case else ""
    word = "FALSE PASS " if row.false_pass else ""
    sys.stderr.write(f"{row.tool}, {row.case or 'kill'}{', loaded' * row.loaded}: {word}{row.verdict} {after}\n")
    if rows is not None:
        with rows.open("ab") as sink:
            sink.write(msgspec.json.encode(row) + b"\n")


def _parsed(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--kills", type=int, default=10, help="pod kills for each tool (default: 10)")
    parser.add_argument("--broken", type=int, default=2, help="runs of each broken recovery for each tool (default: 2)")
    parser.add_argument(
        "--command-every", type=int, default=5, help="whole commands of healproof in each so many-th pair of rounds"
    )
    parser.add_argument(
        "--peers-every", type=int, default=1, help="other tools kill in each so many-th pair of rounds (default: 1)"
    )
    parser.add_argument("--without", nargs="*", default=[], metavar="WORD", help="leave out tools of such names")
    parser.add_argument("--cases", nargs="*", default=[""], metavar="WORD", help="only broken recoveries so named")
    parser.add_argument("--first", type=int, default=0, help="number of the first round, to go on where a run ended")
    parser.add_argument("--provider", default="kind", help="kind (default), or kwok to try the bench itself")
    parser.add_argument("--cluster", default="", help="name of the cluster (default: the provider's usual one)")
    parser.add_argument("--rows", type=Path, help="append each experiment as a line of JSON to this file")
    parser.add_argument("--read", type=Path, nargs="+", help="measure nothing; print the tables of these files")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
