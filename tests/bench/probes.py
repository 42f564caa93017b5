"""Holds predictions about probes against what happened: `python -m tests.bench.probes recorded|bursts|kind …`.

`recorded PATH…` takes the hangs and slow starts of recorded timelines, `kind` injects them into the web service with
several settings on a real cluster, `bursts` plays hours of drawn bursts. Prints tables; nothing here asserts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from harness.budget.manifest import ProbeForm
from harness.budget.pods import REACTION_SECONDS
from harness.expect.recovers import Recovers, Since
from harness.expect.stays_failed import StaysFailed
from harness.faults.container_pause import ContainerPause
from harness.faults.slow_start import SlowStart
from harness.load_recorded import read_timeline
from harness.model.objects import Event
from harness.model.patch import merge
from harness.model.scenario import Expectation, Scenario
from harness.model.timeline import AnyEntry, Change, Header, Injected, Undone
from harness.model.units import Ref, Seconds, Selector
from harness.probes.answers import stretches
from harness.probes.prediction import MONTH_SECONDS, Alarms, allowed_start, detection, false_alarms
from harness.probes.prober import alarms_in
from harness.probes.recommend import Wish, choose
from harness.probes.recorded import subjects_of
from harness.probes.subject import Kind, Subject
from tests.bench.bursts import bursts
from tests.bench.figures import say
from tests.bench.ground import arena, cluster, workload

KILLED = ("failed liveness probe, will be restarted", "failed startup probe, will be restarted")
HANGS = [(1, 1, 1), (1, 1, 3), (2, 1, 3), (3, 2, 2), (3, 3, 4), (5, 1, 2), (5, 5, 2), (10, 1, 1)]
"""periodSeconds, timeoutSeconds, failureThreshold of the liveness probe that must notice a hang."""
SLOW = [(2, 3, None, 2), (2, 3, None, 5), (2, 3, None, 12), (2, 3, 30, 12), (1, 3, 5, 3), (1, 3, 5, 12)]
"""Liveness' period and threshold, the startup probe's threshold (each 1 s; None for none), the start's seconds."""


class Hang(NamedTuple):
    """A hang of one pod: what its liveness probe was, and when it was restarted for it, if it was.

    It began between `sent` and `acknowledged`; all on one clock, in seconds.
    """

    record: str
    probe: ProbeForm
    sent: float
    acknowledged: float
    killed: float | None


def main(words: Sequence[str]) -> int:
    """One table for what was asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.probes", description=__doc__)
    parser.add_argument("what", choices=["recorded", "bursts", "kind"])
    parser.add_argument("paths", nargs="*", type=Path, help="timelines, or folders of them (recorded)")
    parser.add_argument(
        "--times", type=int, default=1, help="each setting so often (kind), so many recordings (bursts)"
    )
    parser.add_argument("--cluster", default="", help="name of the kind cluster (default: the usual one)")
    said = parser.parse_args(words)
    if said.what == "bursts":
        _bursts(said.times)
    elif said.what == "recorded":
        _hangs(_recorded(said.paths))
    else:
        with arena(cluster("kind", said.cluster)) as stage:
            _hangs(_injected(stage, said.times))
            _slow_starts(stage, said.times)
    return 0


def hangs_of(entries: Sequence[AnyEntry], record: str) -> Iterator[Hang]:
    """The hangs that were injected into containers with a liveness probe; not noticed where it was undone before."""
    (*_, probed) = [None, *(each for each in subjects_of(entries) if Kind.LIVENESS in each.probes)]
    form = probed.form(Kind.LIVENESS) if probed else None
    if form is None:
        return
    for fault in entries:
        if not isinstance(fault, Injected) or fault.fault != "container-pause":
            continue
        undone = min((e.t for e in entries if isinstance(e, Undone) and e.index == fault.index), default=float("inf"))
        for pod in (target.removeprefix("pods/") for target in fault.targets if target.startswith("pods/")):
            killed = _killed(entries, pod, fault.sent)
            yield Hang(record, form, fault.sent, fault.t, killed if killed is not None and killed <= undone else None)


def _killed(entries: Sequence[AnyEntry], pod: str, after: float) -> float | None:
    """When the kubelet was seen to say that it restarts a container of this pod for a probe."""
    return next(
        (
            entry.t
            for entry in entries
            if isinstance(entry, Change)
            and isinstance(entry.object, Event)
            and entry.t > after
            and entry.op != "deleted"
            and entry.object.involved_object.name == pod
            and entry.object.message.endswith(KILLED)
        ),
        None,
    )


def _hangs(found: Iterator[Hang]) -> None:
    say("| record | period | timeout | failures | predicted, s | measured, s | inside |")
    say("|---|---|---|---|---|---|---|")
    places = [_told(each) for each in found]
    counts = ", ".join(f"{places.count(place)} {place}" for place in sorted(set(places)))
    say(f"\nof {len(places)} hangs: {counts}")


def _told(each: Hang) -> str:
    """One row; a hang whose error bar touches the interval is inside."""
    low, high = detection(each.probe)
    numbers = f"{each.probe.period_seconds} | {each.probe.timeout_seconds} | {each.probe.failure_threshold}"
    place, value = "not noticed", ""
    if each.killed is not None:
        least, most = each.killed - each.acknowledged, each.killed - each.sent
        value = f"{least:.2f} to {most:.2f}"
        place = "inside" if most >= low and least <= high else "outside"
        if place == "outside" and low <= most and least <= high + REACTION_SECONDS:
            place = f"within {REACTION_SECONDS:g} s of the kubelet's own work"
    say(f"| {each.record} | {numbers} | {low:g} to {high:g} | {value} | {place} |")
    return place


def _recorded(paths: Sequence[Path]) -> Iterator[Hang]:
    files = [file for path in paths for file in (sorted(path.rglob("timeline.jsonl")) if path.is_dir() else [path])]
    for file in files:
        entries = read_timeline(file)
        if entries and isinstance(entries[0], Header):
            yield from hangs_of(entries, file.parent.name)


def _injected(stage: Any, times: int) -> Iterator[Hang]:
    """One pod hangs, of each setting so often."""
    for period, timeout, failures in HANGS:
        numbers = {"periodSeconds": period, "timeoutSeconds": timeout, "failureThreshold": failures}
        for number in range(times):
            name = f"bench-hang-{period}-{timeout}-{failures}-{number}"
            healed = Recovers(of=Ref("deployment/web"), within=Seconds(180), hold=Seconds(1))
            scenario = Scenario(
                name=name,
                why="A predicted detection is worth what measures say of it.",
                manifests=_web({"livenessProbe": numbers}),
                faults=[ContainerPause(select=Selector("app=web"))],
                expect=[healed],
            )
            yield from hangs_of(stage.run(scenario, node_id=name).entries, name)


def _slow_starts(stage: Any, times: int) -> None:
    """A slow start is rolled out: whether the kubelet kills it."""
    say("\n| liveness period | failures | startup failures | start, s | sure to live, s | predicted | killed |")
    say("|---|---|---|---|---|---|---|")
    for period, failures, startup, seconds in SLOW:
        liveness = {"periodSeconds": period, "failureThreshold": failures, "initialDelaySeconds": 0}
        probes: dict[str, Any] = {"livenessProbe": liveness}
        if startup is not None:
            http = {"path": "/healthz", "port": "http"}
            probes["startupProbe"] = {"httpGet": http, "periodSeconds": 1, "failureThreshold": startup}
        asking = ProbeForm(0, period, 1, 1, failures) if startup is None else ProbeForm(0, 1, 1, 1, startup)
        sure = allowed_start(asking)
        predicted = "no" if seconds <= sure else "yes" if seconds >= sure + asking.period_seconds else "by phase"
        for number in range(times):
            name = f"bench-slow-{period}-{failures}-{startup or 0}-{seconds}-{number}"
            expect: list[Expectation] = [
                StaysFailed(of=Ref("deployment/web"), within=Seconds(60), lasts=Seconds(2)),
                Recovers(of=Ref("deployment/web"), within=Seconds(60), hold=Seconds(1), since=Since.UNDO),
            ]
            slow = SlowStart(of=Ref("deployment/web"), takes=Seconds(seconds))
            scenario = Scenario(name=name, why="", manifests=_web(probes), faults=[slow], expect=expect)
            entries = stage.run(scenario, node_id=name).entries
            fault = min((entry.t for entry in entries if isinstance(entry, Injected)), default=float("inf"))
            events = (
                e.object for e in entries if isinstance(e, Change) and e.t > fault and isinstance(e.object, Event)
            )
            killed = any(event.message.endswith(KILLED) for event in events)
            shown = f"{period} | {failures} | {startup or 'none'} | {seconds} | {sure:g} | {predicted}"
            say(f"| {shown} | {'yes' if killed else 'no'} |")


def _web(probes: dict[str, Any]) -> list[dict[str, Any]]:
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "web", **probes}]}}}}
    return [merge(each, patch) if each["kind"] == "Deployment" else each for each in workload("web")]


def _bursts(recordings: int) -> None:
    """From one hour of bursts the false kills a month, and what another hour then shows, for settings old and new."""
    say("| recording | settings | predicted a month | in the next hour | inside |")
    say("|---|---|---|---|---|")
    inside = rows = 0
    for seed in range(recordings):
        seen = Subject(
            "deployment/web", "", "web", {Kind.LIVENESS: {"httpGet": {}}}, list(stretches(bursts(seed, 3600)))
        )
        (later,) = stretches(bursts(seed + 10_000, 3600))
        settings = [ProbeForm(0, 5, 1, 1, 2), ProbeForm(0, 10, 1, 1, 3), choose(seen, Wish(30.0, 1.0))]
        for probe in settings:
            told, happened = false_alarms(probe, seen), alarms_in(probe, later)
            fits = _expected(told, happened)
            inside, rows = inside + fits, rows + 1
            numbers = f"{probe.period_seconds}, {probe.timeout_seconds}, {probe.failure_threshold}"
            bounds = f"{told.low:.0f} to {told.high:.0f}"
            say(f"| {seed} | {numbers} | {bounds} | {happened:.1f} | {'yes' if fits else 'no'} |")
    say(f"\n{inside} of {rows} inside")


def _expected(told: Alarms, happened: float) -> bool:
    """Whether an hour with so many fits a rate between the bounds, give or take twice the root of what is expected."""
    low, high = (rate * 3600 / MONTH_SECONDS for rate in (told.low, told.high))
    return low - 2 * low**0.5 <= happened <= high + 2 * high**0.5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
