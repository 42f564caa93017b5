"""The picture of one scenario as one self-contained SVG. Must not know where it is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from harness.model.anatomy import Anatomy
from harness.model.timeline import AnyEntry
from harness.model.verdict import Finding, Outcome, Verdict
from harness.report.canvas import Box, Canvas, fit, width_of
from harness.report.lanes import LOOK, Lane, Scale, lanes_of
from harness.report.marks import Mark
from harness.report.tracks import Story, tell

WIDTH = 1100
LEFT = 216
RIGHT = WIDTH - 24
FINDINGS_MAX = 8
ROW = 20

SIGNS = {Outcome.PASSED: "✓", Outcome.FAILED: "✕", Outcome.INCONCLUSIVE: "?", Outcome.SKIPPED: "-"}
"""A sign beside each outcome word, so that colour is never the only difference."""

_COLOURS = {Outcome.PASSED: "good", Outcome.FAILED: "fault", Outcome.INCONCLUSIVE: "doubt", Outcome.SKIPPED: "quiet"}
_SOFT = {Outcome.PASSED: "good-soft", Outcome.FAILED: "fault-soft", Outcome.INCONCLUSIVE: "doubt-soft"}
_MARKS = {"injected": "fault", "recovered": "good", "deadline": "ink", "undone": "quiet", "doubt": "doubt"}
_DASHES = {"deadline": "6 4", "undone": "2 3", "doubt": "1 2"}


class Label(NamedTuple):
    """Where the words of a mark are drawn: the row above the lanes, and the left edge of the words."""

    mark: Mark
    row: int
    x: float
    words: str


def timeline_svg(entries: Sequence[AnyEntry], verdict: Verdict, recoveries: Sequence[Anatomy] = ()) -> str:
    """Draw one scenario's timeline, 1100 units wide; the same input gives the same text.

    What looks like a credential is never drawn; an empty timeline gives a picture that says so.
    """
    story = tell(entries, verdict, recoveries)
    name = str(story.header.scenario.get("scenario", "scenario")) if story.header else "scenario"
    canvas = Canvas(WIDTH, title=f"{name}: {verdict.outcome}", description=_description(story, verdict))
    y = _heading(canvas, story, verdict, name)
    if story.ended <= story.began:
        canvas.text(24, y + 20, "The timeline is empty: nothing was recorded.", colour="quiet")
        return canvas.finish(y + 44)
    scale = _scale(story)
    labels = _place([mark for mark in story.marks if mark.t >= scale.began], scale)
    top = y + 18 * (1 + max((label.row for label in labels), default=0)) + 10
    lanes = lanes_of(canvas, story, scale)
    bottom = top + sum(lane.height for lane in lanes)
    step = _ticks(canvas, story, scale, top, bottom)
    _stripes(canvas, lanes, top)
    _errors(canvas, story.marks, scale, top, bottom)
    _draw(canvas, lanes, top)
    _mark_lines(canvas, labels, scale, Box(LEFT, y, RIGHT - LEFT, bottom - y), top)
    _axis(canvas, story, scale, bottom, step)
    return canvas.finish(_legend(canvas, bottom + 50))


def _description(story: Story, verdict: Verdict) -> str:
    why = str(story.header.scenario.get("why", "")) if story.header else ""
    return " ".join(part for part in (why, *(f.text + "." for f in verdict.findings), *verdict.doubts) if part)


def _heading(canvas: Canvas, story: Story, verdict: Verdict, name: str) -> float:
    """Name, outcome, reason of the scenario, and one line for each finding and doubt; gives where it ends."""
    outcome = verdict.outcome
    words = f"{SIGNS[outcome]}  {outcome}"
    chip = width_of(words, 14) + 30
    canvas.text(24, 36, fit(name, RIGHT - chip - 48, 19), size=19, bold=True)
    canvas.bar(Box(RIGHT - chip, 17, chip, 28), fill=_SOFT.get(outcome, "calm"), radius=14, stroke=_COLOURS[outcome])
    canvas.text(RIGHT - chip / 2, 36, words, size=14, colour=_COLOURS[outcome], anchor="middle", bold=True)
    y = 58.0
    if story.header is not None:
        canvas.text(24, y, fit(str(story.header.scenario.get("why", "")), RIGHT - 24, 13), size=13, colour="quiet")
        where = f"cluster {story.header.cluster} ({story.header.provider} {story.header.kubernetes_version})"
        canvas.text(24, y + 18, f"{where} · started {story.header.started_at}", size=11, colour="quiet")
        y += 26
    lines = [(Outcome.INCONCLUSIVE, doubt) for doubt in verdict.doubts]
    lines += [(finding.outcome, _sentence(finding)) for finding in verdict.findings]
    for kind, text in lines[:FINDINGS_MAX]:
        y += ROW
        canvas.text(30, y, SIGNS[kind], size=14, colour=_COLOURS[kind], anchor="middle", bold=True)
        canvas.text(44, y, fit(text, RIGHT - 44, 13), size=13)
    if len(lines) > FINDINGS_MAX:
        y += ROW
        canvas.text(44, y, f"… and {len(lines) - FINDINGS_MAX} more", size=13, colour="quiet")
    return y + 16


def _sentence(finding: Finding) -> str:
    more = f": {finding.difference}" if finding.difference else ""
    return f"{finding.text}{more}".replace("\n", " ")


def _scale(story: Story) -> Scale:
    """A long baseline is cut, so that what follows the injection has three quarters of the width."""
    began = story.began
    if story.zero is not None:
        began = max(began, story.zero - max(2.0, (story.ended - story.zero) / 3))
    return Scale(began, story.ended, LEFT, RIGHT)


def _place(marks: list[Mark], scale: Scale) -> list[Label]:
    """Give each mark's words the first row in which they do not touch others, right of its line where that fits."""
    rows: list[list[tuple[float, float]]] = []
    labels = []
    for mark in sorted(marks, key=lambda mark: (mark.t, mark.kind)):
        beyond = not scale.shows(mark.t)
        words = f"{mark.text} →" if beyond else mark.text
        width = width_of(words, 12)
        x = scale.x(mark.t) + 5
        if x + width > RIGHT:
            x = RIGHT - width if beyond else scale.x(mark.t) - 5 - width
        taken = (x - 8, x + width + 8)
        free = [all(end <= taken[0] or begin >= taken[1] for begin, end in row) for row in rows]
        row = free.index(True) if True in free else len(rows)
        rows[row:] = rows[row:] or [[]]
        rows[row].append(taken)
        labels.append(Label(mark, row, x, words))
    return labels


def _ticks(canvas: Canvas, story: Story, scale: Scale, top: float, bottom: float) -> float:
    """Vertical grid lines; gives the seconds between two of them."""
    step = _nice((scale.ended - scale.began) / 10)
    for t in _steps(story, scale, step):
        canvas.line([(scale.x(t), top), (scale.x(t), bottom)], colour="grid")
    return step


def _nice(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next((power * factor for factor in (1, 2, 5) if power * factor >= rough), power * 10)


def _steps(story: Story, scale: Scale, step: float) -> list[float]:
    zero = story.began if story.zero is None else story.zero
    first = math.ceil((scale.began - zero) / step - 1e-9)
    last = math.floor((scale.ended - zero) / step + 1e-9)
    return [zero + index * step for index in range(first, last + 1)]


def _stripes(canvas: Canvas, lanes: list[Lane], top: float) -> None:
    y = top
    for index, lane in enumerate(lanes):
        if index % 2 == 0:
            canvas.bar(Box(12, y, LEFT - 20, lane.height), fill="stripe", radius=3)
        y += lane.height


def _errors(canvas: Canvas, marks: list[Mark], scale: Scale, top: float, bottom: float) -> None:
    for mark in marks:
        if mark.kind == "recovered" and scale.shows(mark.t):
            left, right = scale.x(mark.t - mark.error), scale.x(mark.t + mark.error)
            box = Box(left, top, max(right - left, 1), bottom - top)
            canvas.bar(box, fill="good-soft", hover=f"{mark.text}: the truth lies in this band")


def _draw(canvas: Canvas, lanes: list[Lane], top: float) -> None:
    y = top
    for lane in lanes:
        middle = y + lane.height / 2
        if lane.detail:
            canvas.text(20, middle - 3, fit(lane.name, LEFT - 32, 12), size=12, bold=True)
            canvas.text(20, middle + 12, fit(lane.detail, LEFT - 26, 10.5), size=10.5, colour="quiet")
        else:
            canvas.text(20, middle + 4, fit(lane.name, LEFT - 32, 12), size=12)
        lane.draw(y)
        y += lane.height


def _mark_lines(canvas: Canvas, labels: list[Label], scale: Scale, area: Box, top: float) -> None:
    """A line down to the axis for each mark, the error bar of a recovery above the lanes, and the words."""
    y, bottom = area.y, area.y + area.height
    for label in labels:
        mark, colour = label.mark, _MARKS[label.mark.kind]
        level = y + 18 * label.row + 12
        if scale.shows(mark.t):
            x = scale.x(mark.t)
            canvas.line([(x, level - 9), (x, bottom)], colour=colour, width=1.5, dash=_DASHES.get(mark.kind, ""))
        if mark.kind == "recovered":
            left, right = scale.x(mark.t - mark.error), scale.x(mark.t + mark.error)
            canvas.line([(left, top - 3), (right, top - 3)], colour=colour, width=3)
    for label in labels:
        kind, level = label.mark.kind, y + 18 * label.row + 12
        bold = kind in ("injected", "recovered")
        canvas.text(label.x, level, label.words, size=12, colour=_MARKS[kind], bold=bold, halo=True)


def _axis(canvas: Canvas, story: Story, scale: Scale, bottom: float, step: float) -> None:
    zero = story.began if story.zero is None else story.zero
    decimals = max(0, -math.floor(math.log10(step)))
    canvas.line([(LEFT, bottom), (RIGHT, bottom)], colour="quiet")
    for t in _steps(story, scale, step):
        x = scale.x(t)
        canvas.line([(x, bottom), (x, bottom + 4)], colour="quiet")
        words = f"{t - zero:.{decimals}f}".replace("-", "\N{MINUS SIGN}") if abs(t - zero) > 1e-9 else "0"
        canvas.text(x, bottom + 17, words, size=11, colour="quiet", anchor="middle")
    since = "the injection" if story.zero is not None else "the timeline began; nothing was injected"
    cut = (
        f" · {scale.began - story.began:.1f} s of baseline before it are not shown" if scale.began > story.began else ""
    )
    canvas.text(20, bottom + 17, "seconds", size=11, colour="quiet")
    canvas.text(RIGHT, bottom + 33, f"seconds since {since}{cut}", size=11, colour="quiet", anchor="end")


def _legend(canvas: Canvas, y: float) -> float:
    """What the colours and hatches of pods and requests mean; gives where the picture ends."""
    x = 24.0
    for state, (fill, pattern) in LOOK.items():
        canvas.bar(Box(x, y, 22, 12), fill=fill, pattern=pattern, radius=2)
        canvas.text(x + 28, y + 10, str(state), size=11, colour="quiet")
        x += width_of(str(state), 11) + 50
    for fill, words in (("answered", "requests answered"), ("fault", "requests failed")):
        canvas.bar(Box(x, y, 6, 12), fill=fill)
        canvas.text(x + 12, y + 10, words, size=11, colour="quiet")
        x += width_of(words, 11) + 34
    for points, words in (
        ([(x, y + 1), (x + 10, y + 1), (x + 5, y + 11)], "container restarted"),
        ([(x + 146, y + 6), (x + 151, y + 1), (x + 156, y + 6), (x + 151, y + 11)], "evidence of the fault"),
    ):
        canvas.shape(points, fill="fault")
        canvas.text(points[0][0] + 16, y + 10, words, size=11, colour="quiet")
    return y + 28
