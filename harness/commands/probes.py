"""`healproof probes`: settings of probes from start-ups and response times, recorded or live. Changes nothing."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from harness.commands.live import add_cluster_arguments, live
from harness.gather.probe_answers import read_subjects
from harness.load_recorded import read_timeline
from harness.machine.clock import Monotonic
from harness.model.errors import BadInput, Exit
from harness.model.timeline import AnyEntry, Header
from harness.model.units import Seconds
from harness.probes.prediction import MONTH_SECONDS
from harness.probes.recommend import Wish, recommend
from harness.probes.recorded import joined, subjects_of
from harness.probes.subject import Subject
from harness.probes.telling import data, text

MEASURE_MAX = 3600
_PERIODS = {"day": 24 * 3600.0, "week": 7 * 24 * 3600.0, "month": MONTH_SECONDS, "year": 365 * 24 * 3600.0}
_RATE = re.compile(rf"(\d+(?:\.\d+)?)/({'|'.join(_PERIODS)})")


def probes(said: argparse.Namespace) -> Exit:
    """Print for each container the settings before and after; undecided where no container has a probe."""
    wish = Wish(_detect(said.detect), _false_kills(said.false_kills))
    subjects = _recorded(said) if _is_record(said.where) else _live(said)
    tuned = [(subject, recommend(subject, wish)) for subject in subjects]
    if said.json:
        containers = [data(subject, found, wish) for subject, found in tuned]
        wished = {"detect_seconds": wish.detect_seconds, "false_kills_monthly": wish.false_kills}
        found = {"schema": "healproof/probes/v1", "wish": wished, "containers": containers}
        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(text(subject, found, wish) for subject, found in tuned))
    return Exit.PASSED if any(found for _, found in tuned) else Exit.UNDECIDED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("where", metavar="NAMESPACE|RECORD", help="a namespace, a run's folder, or its timeline.jsonl")
    parser.add_argument("--detect", default="15s", help="how soon a hang is to be noticed (default: 15s)")
    parser.add_argument(
        "--false-kills",
        default="1/month",
        metavar="N/PERIOD",
        help="how often a healthy container may be killed, a day, week, month or year (default: 1/month)",
    )
    parser.add_argument(
        "--measure",
        type=int,
        default=0,
        metavar="N",
        help="on a live namespace also ask each HTTP probe's endpoint N times, once a second, through the API server",
    )
    add_cluster_arguments(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def _is_record(where: str) -> bool:
    """A namespace has neither slash nor dot; a folder of its name is only meant where timelines are in it."""
    path = Path(where)
    return "/" in where or "." in where or path.is_file() or any(path.rglob("timeline.jsonl"))


def _live(said: argparse.Namespace) -> list[Subject]:
    if not 0 <= said.measure <= MEASURE_MAX:
        raise BadInput(f"--measure: {said.measure} is not accepted; accepted is 0 to {MEASURE_MAX}")
    with live(said) as cluster:
        subjects = read_subjects(cluster.client, said.where, clock=Monotonic(), measure=said.measure)
    if not subjects:
        raise BadInput(
            f"namespace {said.where!r}: no Deployment, StatefulSet or DaemonSet in it",
            hint="name a namespace with workloads, a run's folder or a timeline.jsonl",
        )
    return subjects


def _recorded(said: argparse.Namespace) -> list[Subject]:
    named = {"--measure": said.measure, "--cluster": said.cluster, "--kubeconfig": said.kubeconfig}
    named |= {"--context": said.context, "--node-access": said.node_access}
    for option, value in named.items():
        if value:
            raise BadInput(f"{said.where}: a record needs no cluster", hint=f"leave {option} out")
    where = Path(said.where)
    timelines = [(file, _timeline(file)) for file in _files(where)]
    # broken twins are broken on purpose, in their probes too: one is looked at only by its own name
    kept = ((file, entries) for file, entries in timelines if file == where or not _is_twin(entries))
    subjects = joined(each for file, entries in kept for each in _subjects(file, entries))
    if not subjects:
        raise BadInput(f"{said.where}: no Deployment, StatefulSet or DaemonSet was recorded in it")
    return subjects


def _files(record: Path) -> list[Path]:
    if not record.is_dir():
        return [record]
    found = sorted(record.rglob("timeline.jsonl"))
    if not found:
        raise BadInput(f"{record}: no timeline.jsonl in it", hint="a run's folder is below reports/")
    return found


def _timeline(file: Path) -> list[AnyEntry]:
    entries = read_timeline(file)
    if not entries or not isinstance(entries[0], Header):
        raise BadInput(f"{file}:1: not a timeline; accepted is a file that begins with a header entry")
    return entries


def _subjects(file: Path, entries: list[AnyEntry]) -> list[Subject]:
    try:
        return subjects_of(entries)
    except BadInput as error:
        raise BadInput(f"{file}:1: {error.message}") from None


def _is_twin(entries: list[AnyEntry]) -> bool:
    return isinstance(entries[0], Header) and bool(entries[0].scenario.get("twin"))


def _detect(written: str) -> float:
    try:
        seconds = float(Seconds.parse(written))
    except ValueError as error:
        raise BadInput(f"--detect: {error}") from None
    if not seconds:
        raise BadInput(f"--detect: {written!r} is not accepted; accepted is {Seconds.accepted}")
    return seconds


def _false_kills(written: str) -> float:
    """Times a month."""
    found = _RATE.fullmatch(written)
    if found is None or not float(found[1]):
        periods = ", ".join(_PERIODS)
        raise BadInput(
            f"--false-kills: {written!r} is not accepted; accepted is N/PERIOD above 0, PERIOD one of {periods}"
        )
    return float(found[1]) * MONTH_SECONDS / _PERIODS[found[2]]
