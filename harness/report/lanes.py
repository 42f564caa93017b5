"""The lanes of a timeline picture, drawn one under the other on one scale. Must not know what the verdict is."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby, pairwise
from typing import NamedTuple

from harness.model.anatomy import Anatomy, Step
from harness.model.timeline import Request
from harness.report.budgets import Expected
from harness.report.canvas import Box, Canvas, fit, width_of
from harness.report.tracks import Band, State, Steps, Story, Track

PODS_MAX = 16
"""More pods than this are folded to those that something happened to."""

BUCKET = 4.0
"""Width in user units of one column of requests."""

LOOK = {
    State.READY: ("ready", ""),
    State.STARTING: ("starting", "rising"),
    State.NOT_READY: ("not-ready", "dots"),
    State.TERMINATING: ("terminating", "falling"),
    State.ENDED: ("ended", ""),
}
"""State to its colour and its hatch."""


class Scale(NamedTuple):
    """Seconds on the timeline to user units: `began` to `ended` is drawn from `left` to `right`."""

    began: float
    ended: float
    left: float
    right: float

    def x(self, t: float) -> float:
        """Where `t` is drawn; what lies outside is drawn at the edge."""
        share = (min(max(t, self.began), self.ended) - self.began) / (self.ended - self.began)
        return self.left + share * (self.right - self.left)

    def shows(self, t: float) -> bool:
        """Whether `t` lies inside."""
        return self.began <= t <= self.ended


class Lane(NamedTuple):
    """One lane: its name, a quiet second line, its height, and what draws it below a given `y`."""

    name: str
    detail: str
    height: float
    draw: Callable[[float], None]


def lanes_of(canvas: Canvas, story: Story, scale: Scale) -> list[Lane]:
    """All lanes of a story, from what was done, over what users felt, to the single pods."""
    lanes = [Lane("phase", "", 24, lambda y: _bands(canvas, scale, story.phases, y, fill="calm", ink="ink"))]
    lanes += [_fault_lane(canvas, story, scale, fault) for fault in story.faults]
    lanes += [_expected_lane(canvas, scale, expected) for expected in story.expected]
    by_object = groupby(sorted(story.recoveries, key=lambda each: each.of), key=lambda each: each.of)
    lanes += [_healing_lane(canvas, scale, of, list(found)) for of, found in by_object]
    lanes += [_traffic_lane(canvas, scale, service, requests) for service, requests in sorted(story.traffic.items())]
    lanes += [_steps_lane(canvas, scale, steps, "ready pods") for steps in story.ready]
    lanes += [_steps_lane(canvas, scale, steps, "endpoints") for steps in story.endpoints]
    lanes += [_track_lane(canvas, scale, node, "node") for node in story.nodes[:PODS_MAX]]
    return lanes + _pod_lanes(canvas, story, scale)


def _fault_lane(canvas: Canvas, story: Story, scale: Scale, fault: Band) -> Lane:
    def draw(y: float) -> None:
        _bands(canvas, scale, [fault], y, fill="fault-soft", ink="ink", stroke="fault")
        for evidence in story.evidence:
            if evidence.bit and fault.began <= evidence.t <= fault.ended and scale.shows(evidence.t):
                x = scale.x(evidence.t)
                hover = f"evidence from {evidence.source}: {evidence.seen}"
                canvas.shape([(x, y - 2), (x + 4, y + 2), (x, y + 6), (x - 4, y + 2)], fill="fault", hover=hover)

    return Lane("fault", "", 24, draw)


def _expected_lane(canvas: Canvas, scale: Scale, expected: Expected) -> Lane:
    """Between which moments an object is to be whole again by Kubernetes' own timers."""
    band = Band(expected.began, expected.ended, expected.text)
    return Lane("budget", expected.of, 30, lambda y: _bands(canvas, scale, [band], y + 3, fill="good-soft", ink="ink"))


def _healing_lane(canvas: Canvas, scale: Scale, of: str, recoveries: list[Anatomy]) -> Lane:
    """The parts of each recovery, each named by the moment that ends it."""

    def draw(y: float) -> None:
        for anatomy in recoveries:
            for index, (before, moment) in enumerate(pairwise(anatomy.moments)):
                left, right = scale.x(before.t), scale.x(moment.t)
                if right - left < 0.5:
                    continue
                fill = "good-soft" if moment.step is Step.STABLE else ("starting", "calm")[index % 2]
                hover = f"{moment.step} after {moment.t - before.t:.2f} s: {moment.what or of}"
                canvas.bar(Box(left, y + 3, max(right - left - 1, 1), 18), fill=fill, hover=hover, radius=3)
                ink = "on-starting" if fill == "starting" else "ink"
                canvas.text(left + 6, y + 16, fit(moment.step, right - left - 10, 11), size=11, colour=ink)

    return Lane("recovery", of, 30, draw)


def _bands(canvas: Canvas, scale: Scale, bands: list[Band], y: float, *, fill: str, ink: str, stroke: str = "") -> None:
    for band in bands:
        left, right = scale.x(band.began), scale.x(band.ended)
        if right - left < 0.5:
            continue
        hover = f"{band.text}: {band.ended - band.began:.2f} s"
        canvas.bar(Box(left, y + 3, max(right - left - 1, 1), 18), fill=fill, hover=hover, radius=3, stroke=stroke)
        canvas.text(left + 8, y + 16, fit(band.text, right - left - 12, 11), size=11, colour=ink)


def _traffic_lane(canvas: Canvas, scale: Scale, service: str, requests: list[Request]) -> Lane:
    failed = sum(bool(request.error) for request in requests)
    share = f"{(1 - failed / len(requests)) * 100:.2f}".rstrip("0").rstrip(".")
    detail = f"{share} %, {failed:,} of {len(requests):,} failed"

    def draw(y: float) -> None:
        shown = [request for request in requests if scale.shows(request.began)]
        if len(shown) * BUCKET <= scale.right - scale.left:
            for request in shown:
                _column(canvas, scale.x(request.began), y, [request], 1)
            return
        columns: dict[int, list[Request]] = {}
        for request in shown:
            columns.setdefault(int((scale.x(request.began) - scale.left) / BUCKET), []).append(request)
        most = max(len(column) for column in columns.values())
        for index, column in sorted(columns.items()):
            _column(canvas, scale.left + index * BUCKET, y, column, most)

    return Lane(f"requests to {service}", detail, 46, draw)


def _column(canvas: Canvas, x: float, y: float, column: list[Request], most: int) -> None:
    """Requests of one moment: answered ones as a bar, failed ones on top in red under a tick."""
    errors = [request.error for request in column if request.error]
    full = 26 * len(column) / most
    bad = max(full * len(errors) / len(column), 5.0) if errors else 0.0
    base = y + 42
    if len(errors) < len(column):
        canvas.bar(Box(x, base - full, BUCKET - 1, max(full - bad, 1)), fill="answered")
    if errors:
        hover = f"{len(errors)} of {len(column)} failed: {errors[0]}"
        canvas.bar(Box(x, base - bad, BUCKET - 1, bad), fill="fault", hover=hover)
        canvas.shape([(x - 1, y + 5), (x + BUCKET, y + 5), (x + BUCKET / 2 - 0.5, y + 12)], fill="fault", hover=hover)


def _steps_lane(canvas: Canvas, scale: Scale, steps: Steps, what: str) -> Lane:
    wanted = steps.wanted or max(value for _, value in steps.points)
    lowest = min((value for t, value in steps.points if t >= scale.began), default=wanted)
    highest = max(wanted, 1, *(value for _, value in steps.points))
    detail = f"{what}: {wanted} wanted, lowest {lowest}"

    def draw(y: float) -> None:
        base, tall = y + 40, 32
        reached = False
        for (t, value), (until, _) in pairwise([*steps.points, (scale.ended, 0)]):
            left, right = scale.x(t), scale.x(until)
            height = max(tall * value / highest, 1.5)
            reached = reached or value >= wanted
            fill = "ready" if value >= wanted else "not-ready" if reached else "starting"
            if right <= left:
                continue
            hover = f"{value} of {wanted} {what}"
            canvas.bar(Box(left, base - height, max(right - left, 1), height), fill=fill, hover=hover)
            if right - left > width_of(str(value), 11) + 4:
                _figure(canvas, (left + right) / 2, base - height, value, f"on-{fill}" if height > 15 else "")
        level = base - tall * wanted / highest
        canvas.line([(scale.left, level), (scale.right, level)], colour="quiet", dash="2 3")

    return Lane(steps.name, detail, 46, draw)


def _figure(canvas: Canvas, x: float, top: float, value: int, inside: str) -> None:
    """The count in its bar, or above a bar too low for it."""
    y = top + 12 if inside else top - 3
    canvas.text(x, y, str(value), size=11, colour=inside or "ink", anchor="middle", bold=True)


def _pod_lanes(canvas: Canvas, story: Story, scale: Scale) -> list[Lane]:
    seen = [pod for pod in story.pods if pod.segments and pod.segments[-1].ended > scale.began]
    since = scale.began if story.zero is None else story.zero
    busy = [pod for pod in seen if pod.eventful(since, story.ended)]
    shown = seen
    if len(seen) > PODS_MAX:
        telling = sorted(busy, key=lambda pod: _telling(pod, since, story.ended))[:PODS_MAX]
        shown = [pod for pod in busy if pod in telling]
    lanes = [_track_lane(canvas, scale, pod, "pod") for pod in shown]
    more, unchanged = max(len(busy) - len(shown), 0), len(seen) - max(len(shown), len(busy))
    parts = [f"{more} more that changed"] * bool(more) + [f"{unchanged} unchanged"] * bool(unchanged)
    if parts:
        text = f"… and {' and '.join(parts)}"
        lanes.append(Lane("", "", 22, lambda y: canvas.text(scale.left + 8, y + 15, text, colour="quiet")))
    return lanes


def _telling(pod: Track, since: float, until: float) -> tuple[bool, float]:
    """Sorts pods that came or left first, then those that were not ready longest."""
    stayed = pod.segments[0].began <= since and pod.segments[-1].ended >= until
    return stayed, sum(s.began - s.ended for s in pod.segments if s.state is not State.READY and s.ended > since)


def _track_lane(canvas: Canvas, scale: Scale, track: Track, kind: str) -> Lane:
    def draw(y: float) -> None:
        for segment in track.segments:
            left, right = scale.x(segment.began), scale.x(segment.ended)
            if segment.ended <= scale.began or segment.began > scale.ended:
                continue
            fill, pattern = LOOK[segment.state]
            width = max(right - left - 1, 1.5)
            hover = f"{kind} {track.name}: {segment.label} for {segment.ended - segment.began:.2f} s"
            canvas.bar(Box(left, y + 3, width, 16), fill=fill, hover=hover, radius=2, pattern=pattern)
            canvas.text(left + 6, y + 15, fit(segment.label, right - left - 10, 11), size=11, colour=f"on-{fill}")
        for t, count in track.restarts:
            if scale.shows(t):
                _restart(canvas, scale.x(t), y, f"{track.name}: containers restarted, {count} times by now")

    return Lane(f"{kind} {track.name}", "", 22, draw)


def _restart(canvas: Canvas, x: float, y: float, hover: str) -> None:
    canvas.shape([(x - 5, y), (x + 5, y), (x, y + 9)], fill="fault", hover=hover)
    canvas.line([(x, y), (x, y + 20)], colour="fault", width=1.5)
