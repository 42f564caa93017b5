"""Holds answers against what was so: top-1, F1, layer, false alarms, the confusion matrix. Asks no cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harness.registry import CAUSES
from tests.bench.blind.rounds import Told
from tests.bench.figures import rank

NOTHING = "nothing"
UNSCORED = ("outside",)


class Score(NamedTuple):
    """What a set of runs comes to; shares are of 1. `f1` is the mean over the causes that were so."""

    runs: int
    causes: int
    top1: float
    f1: float
    layer: float
    controls: int
    alarms: int
    seconds_median: float
    seconds_max: float


def score(told: Sequence[Told]) -> Score:
    """Figures over the runs in which the case showed."""
    valid = [each for each in told if each.shown and _scored(each)]
    faults = [each for each in valid if truth(each) != NOTHING]
    controls = [each for each in valid if truth(each) == NOTHING]
    seconds = sorted(each.seconds for each in valid)
    names = sorted({truth(each) for each in faults})
    return Score(
        runs=len(valid),
        causes=len(names),
        top1=_share(first(each) == truth(each) for each in faults),
        f1=sum(_f1(valid, name) for name in names) / max(1, len(names)),
        layer=_share(_layer(first(each)) == _layer(truth(each)) for each in faults),
        controls=len(controls),
        alarms=sum(first(each) != NOTHING for each in controls),
        seconds_median=rank(seconds, 0.5) if seconds else 0.0,
        seconds_max=max(seconds, default=0.0),
    )


def rows(told: Sequence[Told]) -> Iterator[str]:
    """One line of the confusion matrix for each cause: runs, how many were named first, and what else was."""
    told = [each for each in told if _scored(each)]
    valid = [each for each in told if each.shown]
    for name in sorted({truth(each) for each in told}):
        said = Counter(first(each) for each in valid if truth(each) == name)
        lost = sum(1 for each in told if truth(each) == name and not each.shown)
        others = ", ".join(f"{other} {count}" for other, count in said.most_common() if other != name)
        yield f"| {name} | {said.total()} | {said[name]} | {others} | {lost or ''} |"


def truth(each: Told) -> str:
    """The cause that was so."""
    cause = each.case.partition("/")[0]
    return NOTHING if cause == "healthy" else cause


def first(each: Told) -> str:
    """The cause that was named first."""
    if each.error:
        return "error"
    return each.causes[0][0] if each.causes else NOTHING


def _scored(each: Told) -> bool:
    return not each.second and truth(each) not in UNSCORED


def _f1(valid: Sequence[Told], name: str) -> float:
    true = sum(first(each) == name == truth(each) for each in valid)
    wrong = sum((first(each) == name) != (truth(each) == name) for each in valid)
    return 2 * true / (2 * true + wrong) if true else 0.0


def _layer(cause: str) -> str:
    return str(CAUSES[cause].layer) if cause in CAUSES else ""


def _share(each: Iterator[bool]) -> float:
    values = list(each)
    return sum(values) / len(values) if values else 0.0
