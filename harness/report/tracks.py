"""What a timeline shows, folded into tracks, steps and marks ready to be drawn. Must not know how they are drawn."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple

from harness.model.anatomy import Anatomy
from harness.model.objects import Lean, Node, Pod
from harness.model.picture import Picture
from harness.model.timeline import (
    AnyEntry,
    Change,
    Evidence,
    Header,
    Injected,
    Phase,
    Request,
    Undone,
)
from harness.model.verdict import Verdict
from harness.report.budgets import Expected, expected_bands
from harness.report.marks import Mark, marks_of, promised_refs

EXACT_CHANGES_MAX = 2000
"""Up to so many changes counts are taken after each of them; above that once in a thousandth of the time shown."""

_WORKLOADS = ("deployment", "statefulset", "daemonset", "job")


class State(enum.StrEnum):
    """The states that a pod or node is drawn in."""

    STARTING = "starting"
    READY = "ready"
    NOT_READY = "not ready"
    TERMINATING = "terminating"
    ENDED = "ended"


class Segment(NamedTuple):
    """One state of one object from `began` to `ended` (seconds on the timeline); `label` says it in words."""

    began: float
    ended: float
    state: State
    label: str


class Track(NamedTuple):
    """One pod or node: its states in order, and when its containers had restarted how often."""

    name: str
    segments: list[Segment]
    restarts: list[tuple[float, int]]

    def eventful(self, since: float, until: float) -> bool:
        """Whether anything happened to it in that time: it came, left, changed state or restarted."""
        changed = any(since < segment.began <= until or since < segment.ended < until for segment in self.segments)
        return changed or any(since < t <= until for t, _ in self.restarts)


class Steps(NamedTuple):
    """A count over time: (seconds, value) at each change, and the value that was wanted when the fault came."""

    name: str
    points: list[tuple[float, int]]
    wanted: int


class Band(NamedTuple):
    """A stretch of time with a name: a phase, or a fault between its injection and its undo."""

    began: float
    ended: float
    text: str


class Story(NamedTuple):
    """All that is drawn of one timeline. `zero` is the first injection, or None where none was acknowledged."""

    header: Header | None
    began: float
    ended: float
    zero: float | None
    phases: list[Band]
    faults: list[Band]
    evidence: list[Evidence]
    nodes: list[Track]
    pods: list[Track]
    ready: list[Steps]
    endpoints: list[Steps]
    traffic: dict[str, list[Request]]
    marks: list[Mark]
    recoveries: list[Anatomy]
    expected: list[Expected]


def tell(entries: Sequence[AnyEntry], verdict: Verdict, recoveries: Sequence[Anatomy] = ()) -> Story:
    """Fold the entries of one timeline, with the verdict's findings as marks."""
    header = next((entry for entry in entries if isinstance(entry, Header)), None)
    began = min((entry.t for entry in entries), default=0.0)
    ended = max((entry.t for entry in entries), default=0.0)
    injected = [entry for entry in entries if isinstance(entry, Injected)]
    traffic: dict[str, list[Request]] = {}
    for entry in entries:
        if isinstance(entry, Request):
            traffic.setdefault(entry.service, []).append(entry)
    ready, endpoints = _counts(entries, header, sorted(traffic), (ended - began) / 1000)
    return Story(
        header=header,
        began=began,
        ended=ended,
        zero=injected[0].t if injected else None,
        phases=_phases(entries, ended),
        faults=_faults(entries, ended),
        evidence=[entry for entry in entries if isinstance(entry, Evidence)],
        nodes=[track for track in _tracks(entries, "nodes", ended) if track.eventful(began, ended)],
        pods=_tracks(entries, "pods", ended),
        ready=ready,
        endpoints=endpoints,
        traffic=traffic,
        marks=marks_of(entries, header, verdict),
        recoveries=list(recoveries),
        expected=expected_bands(entries, verdict.budgets),
    )


def state_of(thing: Lean, *, was_ready: bool) -> tuple[State, str]:
    """The state that a pod or node is drawn in, and the words for it."""
    if isinstance(thing, Node):
        return _node_state(thing)
    if not isinstance(thing, Pod):
        return State.NOT_READY, "unknown"
    if thing.terminating:
        return State.TERMINATING, "terminating"
    if thing.over:
        return State.ENDED, thing.status.reason or thing.status.phase.lower()
    return (State.READY, "ready") if thing.ready else _unready_state(thing, was_ready=was_ready)


def _node_state(node: Node) -> tuple[State, str]:
    ready = any(c.type == "Ready" and c.status == "True" for c in node.status.conditions)
    if ready and node.spec.unschedulable:
        return State.TERMINATING, "cordoned"
    return (State.READY, "ready") if ready else (State.NOT_READY, "not ready")


def _unready_state(pod: Pod, *, was_ready: bool) -> tuple[State, str]:
    statuses = [*pod.status.init_container_statuses, *pod.status.container_statuses]
    reasons = [status.state.waiting.reason for status in statuses if status.state.waiting is not None]
    telling = next((reason for reason in reasons if reason not in ("", "ContainerCreating", "PodInitializing")), "")
    if was_ready or telling or pod.restarts:
        return State.NOT_READY, telling or "not ready"
    return State.STARTING, "starting" if pod.spec.node_name else "unscheduled"


def _tracks(entries: Sequence[AnyEntry], resource: str, ended: float) -> list[Track]:
    tracks: dict[str, Track] = {}
    restarts: dict[str, int] = {}
    was_ready: set[str] = set()
    for entry in entries:
        if not isinstance(entry, Change) or entry.resource != resource:
            continue
        thing = entry.object
        uid = thing.metadata.uid or thing.metadata.name
        track = tracks.setdefault(uid, Track(thing.metadata.name, [], []))
        if entry.op == "deleted":
            _close(track, entry.t)
            continue
        state, label = state_of(thing, was_ready=uid in was_ready)
        if state is State.READY:
            was_ready.add(uid)
        if not track.segments or (track.segments[-1].state, track.segments[-1].label) != (state, label):
            _close(track, entry.t)
            track.segments.append(Segment(entry.t, ended, state, label))
        if isinstance(thing, Pod):
            if thing.restarts > restarts.setdefault(uid, thing.restarts):
                track.restarts.append((entry.t, thing.restarts))
            restarts[uid] = thing.restarts
    return sorted(tracks.values(), key=lambda track: (track.segments[0].began if track.segments else ended, track.name))


def _close(track: Track, t: float) -> None:
    if track.segments:
        track.segments[-1] = track.segments[-1]._replace(ended=t)


def _counts(
    entries: Sequence[AnyEntry], header: Header | None, services: list[str], rest_seconds: float
) -> tuple[list[Steps], list[Steps]]:
    """Ready pods of each workload promised about, and ready endpoints of each Service promised about or asked."""
    refs = promised_refs(header)
    workloads = [ref for ref in refs if ref.kind in _WORKLOADS]
    services = sorted({*services, *(ref.name for ref in refs if ref.kind == "service")})
    ready = {ref: Steps(str(ref), [], 0) for ref in workloads}
    endpoints = {service: Steps(f"service/{service}", [], 0) for service in services}
    picture = Picture()
    exact = sum(isinstance(entry, Change) for entry in entries) <= EXACT_CHANGES_MAX
    rest_until = float("-inf")
    last = entries[-1] if entries else None
    for entry in entries:
        picture.see(entry)
        if isinstance(entry, Injected) and len(picture.injected) == 1:
            ready = {ref: steps._replace(wanted=picture.health(ref).desired) for ref, steps in ready.items()}
            endpoints = {
                name: steps._replace(wanted=picture.ready_endpoints(name)) for name, steps in endpoints.items()
            }
        if not isinstance(entry, Change | Phase) or (not exact and entry.t < rest_until and entry is not last):
            continue
        rest_until = entry.t + rest_seconds
        for ref, steps in ready.items():
            if picture.get(ref) is not None or steps.points:
                _step(steps.points, entry.t, picture.health(ref).ready)
        for name, steps in endpoints.items():
            if steps.points or picture.ready_endpoints(name):
                _step(steps.points, entry.t, picture.ready_endpoints(name))
    return [steps for steps in ready.values() if steps.points], [steps for steps in endpoints.values() if steps.points]


def _step(points: list[tuple[float, int]], t: float, value: int) -> None:
    if points and points[-1][0] == t:
        points[-1] = (t, value)
    elif not points or points[-1][1] != value:
        points.append((t, value))


def _phases(entries: Sequence[AnyEntry], ended: float) -> list[Band]:
    begins = [entry for entry in entries if isinstance(entry, Phase)]
    ends = [*(entry.t for entry in begins[1:]), ended]
    return [Band(entry.t, end, entry.name) for entry, end in zip(begins, ends, strict=False)]


def _faults(entries: Sequence[AnyEntry], ended: float) -> list[Band]:
    undone = {entry.index: entry for entry in entries if isinstance(entry, Undone)}
    bands = []
    for entry in entries:
        if isinstance(entry, Injected):
            targets = f" {', '.join(entry.targets[:3])}" + (
                f" and {len(entry.targets) - 3} more" if entry.targets[3:] else ""
            )
            end = undone[entry.index].t if entry.index in undone else ended
            bands.append(Band(entry.t, end, f"{entry.fault}{targets}".strip()))
    return bands
