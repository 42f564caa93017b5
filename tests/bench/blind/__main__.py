"""Blind accuracy of the diagnosis: `python -m tests.bench.blind run kwok --into FOLDER`, then `score FOLDER …`.

`run` appends a line for each run to FOLDER/told.jsonl and keeps what was seen; `again` diagnoses kept scenes anew.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from harness.advise.adviser import advise
from harness.diagnose.diagnoser import diagnose
from harness.gather.scene_file import read_scene
from harness.kube.client import Client
from tests.bench.blind import admitted, controls, injecting, outside, started
from tests.bench.blind.case import Case
from tests.bench.blind.rounds import Field, Told, episode, namespaced, pairs
from tests.bench.blind.score import NOTHING, UNSCORED, first, rows, score, truth
from tests.bench.blind.shared import episodes
from tests.bench.figures import say
from tests.bench.ground import cluster

TOLD = "told.jsonl"
PAIRED = {
    "insufficient-resources", "node-selector-unmatched", "service-selector-wrong", "scaled-down",
    "priority-class-missing",
    "service-account-missing", "host-port-conflict", "config-missing", "image-unavailable", "command-bad",
    "application-crash", "memory-limit", "readiness-probe-wrong", "liveness-probe-wrong",
}  # fmt: skip
"""Causes that leave the rest of their namespace alone."""
WIDTH = 10
"""So many namespaces at once."""


def main(words: Sequence[str]) -> int:
    """Run, or score."""
    said = _parsed(words)
    if said.what == "run":
        said.into.mkdir(parents=True, exist_ok=True)
        return _run(said)
    told = [each for folder in said.folders for each in _read(folder, again=said.what == "again")]
    _report(told, said.verbose)
    return 0


def _run(said: argparse.Namespace) -> int:
    record = cluster(said.provider, said.cluster)
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    field = Field(client, record, said.into)
    chosen = [case for case in _cases(said) if said.provider in case.on]
    wanted = list(_drawn(chosen, said.each))
    random.Random(said.seed).shuffle(wanted)  # noqa: S311 - a seed must repeat the run
    for at in range(0, len(wanted), WIDTH):
        _keep(said.into, namespaced(field, wanted[at : at + WIDTH], f"{said.seed}-{at}"))
    for each in episodes(said.provider):
        if _fits(each.case, said):
            for number in range(said.episodes):
                seed = f"{said.seed}-{each.case.cause}-{number}"
                _keep(said.into, episode(field, each, min(said.width, each.width), seed))
    _run_pairs(said, field)
    client.close()
    return 0


def _drawn(cases: list[Case], each: int) -> Iterator[Case]:
    """The cases of every cause in turn until it has its number."""
    for cause in sorted({case.cause for case in cases}):
        ways = [case for case in cases if case.cause == cause]
        yield from (ways[at % len(ways)] for at in range(each if cause else 2 * each))


def _run_pairs(said: argparse.Namespace, field: Field) -> None:
    """Cases that strike one application only, drawn two and two."""
    draw = random.Random(said.seed)  # noqa: S311 - as above
    fit = [
        each
        for each in [*admitted.cases(), *started.cases()]
        if said.provider in each.on and each.app in ("web", "strict") and each.cause in PAIRED
    ]
    drawn = [tuple(draw.sample(fit, 2)) for _ in range(said.pairs)]
    _keep(field.into, pairs(field, [(one, two) for one, two in drawn if one.cause != two.cause], said.seed))


def _cases(said: argparse.Namespace) -> list[Case]:
    every = [*admitted.cases(), *started.cases(), *injecting.cases(), *controls.cases()]
    if said.outside:
        every = outside.cases()
    return [case for case in every if _fits(case, said)]


def _fits(case: Case, said: argparse.Namespace) -> bool:
    name = case.cause or "healthy"
    return (said.held_out or not case.held_out) and (not said.only or name in said.only.split(","))


def _keep(into: Path, told: list[Told]) -> None:
    with (into / TOLD).open("ab") as file:
        for each in told:
            file.write(msgspec.json.encode(each) + b"\n")
            say(f"{each.case:45} {first(each) if each.shown else 'no sign'} {each.seconds:.2f} {each.error}")


def _read(folder: Path, *, again: bool) -> list[Told]:
    lines = (folder / TOLD).read_bytes().splitlines()
    told = [msgspec.json.decode(line, type=Told) for line in lines]
    return [_anew(folder, each) if again else each for each in told]


def _anew(folder: Path, each: Told) -> Told:
    if not each.scene or not (folder / each.scene).is_file():
        return each
    scene = read_scene(folder / each.scene)
    found = advise(diagnose(scene), scene)
    return msgspec.structs.replace(each, causes=[(one.cause, one.layer, one.confidence) for one in found.causes])


def _report(told: list[Told], verbose: bool) -> None:
    say("| cause | runs | named first | named instead | no sign |\n|---|---|---|---|---|")
    for row in rows(told):
        say(row)
    parts = {"all": told, "held out": [each for each in told if each.held_out]}
    for name in ("kwok", "kind"):
        parts[name] = [each for each in told if each.provider == name]
    for name, part in parts.items():
        if part:
            say(f"{name}: {score(part)}")
    for each in told:
        if each.shown and (each.second or truth(each) in UNSCORED):
            said = ", ".join(f"{name} {confidence:g}" for name, _, confidence in each.causes) or NOTHING
            say(f"{each.case}{' and ' if each.second else ''}{each.second}: {said} {each.error}")
    if verbose:
        for each in told:
            if each.shown and first(each) != truth(each):
                say(f"{each.case} -> {each.causes[:3]} {each.scene} {each.error}")


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.blind", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    run = what.add_parser("run", help="draw, break, diagnose")
    run.add_argument("provider", choices=["kwok", "kind"])
    run.add_argument("--into", type=Path, required=True, help="where answers and scenes are kept")
    run.add_argument("--seed", default="1")
    run.add_argument(
        "--each", type=int, default=3, help="each cause so often, its ways in turn; controls twice as often"
    )
    run.add_argument("--episodes", type=int, default=1, help="each case of the whole cluster so often")
    run.add_argument("--width", type=int, default=6, help="so many namespaces under each of those")
    run.add_argument("--only", default="", help="these causes, separated by commas; `healthy` for the controls")
    run.add_argument("--held-out", action="store_true", help="also the cases that are kept from development")
    run.add_argument("--pairs", type=int, default=0, help="so many namespaces with two causes at once")
    run.add_argument("--outside", action="store_true", help="only cases that the taxonomy does not describe")
    run.add_argument("--cluster", default="", help="name of the cluster (default: the provider's usual one)")
    for name, text in (("score", "as it was said then"), ("again", "as today's diagnosis says")):
        part = what.add_parser(name, help=text)
        part.add_argument("folders", nargs="+", type=Path)
        part.add_argument("-v", "--verbose", action="store_true", help="also every wrong answer")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
