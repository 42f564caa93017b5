"""What the runs of all tools add up to. Knows no cluster: it reads rows, from this run or from a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from tests.bench.figures import rank, short
from tests.bench.peers.tool import NOT_RECOVERED, RECOVERED, UNDECIDED

EARLY_SECONDS = 0.02
"""A verdict is false when it is earlier than anybody could know by more than this, the error of relating the clocks."""
WATCH_LATE_SECONDS = 0.1
"""How late the raw watch may be where the cores are busy; what counts where the audit log does not tell."""
BROKE = "broke"


class Row(msgspec.Struct, kw_only=True):
    """One experiment of one tool; times are monotonic seconds, `killed` and `whole` the raw watch's.

    `knowable` is when the API server received the patch that made the last pod ready, by its audit log: nobody can
    know before, while the raw watch itself is late where the cores are busy.
    `loaded` is whether all cores were kept busy, `load` the machine's load average at the beginning. `case` is '' for
    a pod kill, else what was broken. `verdict` is the tool's, or `broke` where it did not get so far.
    """

    tool: str
    case: str
    loaded: bool
    load: float = 0.0
    within: float
    verdict: str
    decided: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    cpu: float = 0.0
    mebibytes: float = 0.0
    held: float = 0.0
    claimed: float | None = None
    slack: float = 0.0
    note: str = ""
    killed: float | None = None
    whole: float | None = None
    knowable: float | None = None
    requests: int = 0

    @property
    def said(self) -> float:
        """When the recovery came, as the tool says or lets conclude."""
        return self.decided - self.held if self.claimed is None else self.claimed

    @property
    def false_pass(self) -> bool:
        """Declared recovered while the truth says not yet."""
        passed = not self.case and self.verdict == RECOVERED
        if not passed or self.whole is None:
            return passed
        knowable = self.whole - WATCH_LATE_SECONDS if self.knowable is None else self.knowable
        return self.said + self.slack < knowable - EARLY_SECONDS

    @property
    def after_truth(self) -> float:
        """Seconds from the truth (and the hold that was asked for) to the verdict inside."""
        return self.decided - (self.whole or 0.0) - self.held

    @property
    def exit_after_truth(self) -> float:
        """The same to the end of the experiment."""
        return self.ended - (self.whole or 0.0) - self.held

    @property
    def beyond(self) -> float:
        """Seconds of the experiment beyond the recovery and the hold."""
        return self.ended - self.began - ((self.whole or 0.0) - (self.killed or 0.0)) - self.held

    @property
    def overrun(self) -> float:
        """Seconds from the deadline to a failing verdict inside."""
        return self.decided - (self.killed or 0.0) - self.within

    @property
    def exit_overrun(self) -> float:
        """The same to the end of the experiment."""
        return self.ended - (self.killed or 0.0) - self.within


def read_rows(path: Path) -> list[Row]:
    """The rows of a file, one a line."""
    return [msgspec.json.decode(line, type=Row) for line in path.read_bytes().splitlines()]


def tables(rows: list[Row]) -> Iterator[str]:
    """All tables, as lines of Markdown."""
    yield from _kills(rows)
    yield from _costs(rows)
    yield from _broken(rows)
    yield from _overruns(rows)
    yield from (f"- {row.tool}, {row.case or 'pod kill'}: {row.note}" for row in rows if row.verdict == BROKE)


def _kills(rows: list[Row]) -> Iterator[str]:
    yield (
        "\n| after a pod kill, 1 of 4 | cores (load average) | runs | false passes | not recovered, undecided, broke "
        "| verdict minus truth inside: median, p99, worst (s) | at exit: median, p99, worst (s) "
        "| recovery as said minus truth: median, worst (s) |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for tool, group in _by_tool(row for row in rows if not row.case):
        for loaded in (False, True):
            part = [row for row in group if row.loaded is loaded]
            if part:
                yield _kill_row(tool, part)


def _kill_row(tool: str, part: list[Row]) -> str:
    cores = f"{'busy' if part[0].loaded else 'idle'} ({rank([row.load for row in part], 0.5):.1f})"
    true = [row for row in part if row.verdict == RECOVERED and row.whole is not None and not row.false_pass]
    others = [sum(row.verdict == verdict for row in part) for verdict in (NOT_RECOVERED, UNDECIDED, BROKE)]
    return (
        f"| {tool} | {cores} | {len(part)} | {sum(row.false_pass for row in part)} | {', '.join(map(str, others))} "
        f"| {spread([row.after_truth for row in true])} | {spread([row.exit_after_truth for row in true])} "
        f"| {spread([row.said - (row.whole or 0.0) for row in true], p99=False)} |"
    )


def _costs(rows: list[Row]) -> Iterator[str]:
    yield (
        "\n| cost of a pod kill, cores idle | runs | wall beyond recovery and hold: median, worst (s) "
        "| CPU, median (s) | largest memory (MiB) | requests: median, most |"
    )
    yield "|---|---|---|---|---|---|"
    for tool, group in _by_tool(row for row in rows if not row.case and not row.loaded):
        good = [row for row in group if row.verdict == RECOVERED and row.whole is not None]
        if not good:
            continue
        requests = [float(row.requests) for row in good]
        yield (
            f"| {tool} | {len(good)} | {spread([row.beyond for row in good], p99=False)} "
            f"| {short(rank([row.cpu for row in good], 0.5))} | {max(row.mebibytes for row in good):.0f} "
            f"| {rank(requests, 0.5):.0f}, {max(requests):.0f} |"
        )


def _broken(rows: list[Row]) -> Iterator[str]:
    cases = list(dict.fromkeys(row.case for row in rows if row.case))
    if not cases:
        return
    yield f"\n| really broken: missed / runs (undecided) | {' | '.join(cases)} |"
    yield f"|---|{'---|' * len(cases)}"
    for tool, group in _by_tool(row for row in rows if row.case):
        cells = []
        for case in cases:
            part = [row for row in group if row.case == case]
            missed = sum(row.verdict == RECOVERED for row in part)
            undecided = sum(row.verdict in (UNDECIDED, BROKE) for row in part)
            cells.append(f"{missed}/{len(part)}" + (f" ({undecided})" if undecided else ""))
        yield f"| {tool} | {' | '.join(cells)} |"


def _overruns(rows: list[Row]) -> Iterator[str]:
    yield "\n| failing verdict after its deadline | case | runs | inside: median, p99, worst (s) | at exit (s) |"
    yield "|---|---|---|---|---|"
    failing = [row for row in rows if row.case and row.verdict == NOT_RECOVERED and row.killed is not None]
    for tool, group in _by_tool(failing):
        for case in dict.fromkeys(row.case for row in group):
            part = [row for row in group if row.case == case]
            inside, at_exit = spread([row.overrun for row in part]), spread([row.exit_overrun for row in part])
            yield f"| {tool} | {case} | {len(part)} | {inside} | {at_exit} |"


def spread(values: list[float], *, p99: bool = True) -> str:
    """Median, 99th percentile and the value farthest from zero."""
    if not values:
        return ""
    worst = max(values, key=abs)
    middle = [rank(values, 0.5), *([rank(values, 0.99)] if p99 else []), worst]
    return ", ".join(f"{value:+.3f}" for value in middle)


def _by_tool(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    kept = list(rows)
    for tool in dict.fromkeys(row.tool for row in kept):
        yield tool, [row for row in kept if row.tool == tool]
