"""A figure and the table that figures make. Knows nothing of what is measured."""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Sequence
from typing import NamedTuple


class Figure(NamedTuple):
    """One figure: what was measured, on what, its values in `unit`, and the goal it is held against."""

    name: str
    where: str
    values: list[float]
    unit: str
    goal: str = ""

    def row(self) -> str:
        """A row of the Markdown table: minimum, median, 99th percentile, maximum."""
        if not self.values:
            return f"| {self.name} | {self.where} | 0 | | | | | {self.unit} | {self.goal} |"
        numbers = (min(self.values), statistics.median(self.values), rank(self.values, 0.99), max(self.values))
        cells = " | ".join(short(value) for value in numbers)
        return f"| {self.name} | {self.where} | {len(self.values)} | {cells} | {self.unit} | {self.goal} |"


def head() -> None:
    """Print the head of the table."""
    say("| figure | on | runs | min | median | p99 | max | unit | goal |")
    say("|---|---|---|---|---|---|---|---|---|")


def rank(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def short(value: float) -> str:
    """A number with three significant digits and no exponent."""
    if not math.isfinite(value):
        return "never"
    digits = 0 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(digits, 5)}f}"


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
