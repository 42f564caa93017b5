"""What users felt of a fault, from the availability traffic. Knows no object of the cluster."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from harness.anatomy.windows import Window
from harness.model.anatomy import Moment, Step, Usage
from harness.model.timeline import AnyEntry, Request
from harness.model.verdict import Measure

PERCENTILES = (50, 95, 99)


def usage(entries: Sequence[AnyEntry], window: Window) -> list[Usage]:
    """What each Service's users felt, from the call of the fault on."""
    return [Usage(service=service, measures=_measures(asked)) for service, asked in _requests(entries, window).items()]


def served(entries: Sequence[AnyEntry], window: Window) -> list[Moment]:
    """For each Service the first success after the last failure, where it came after the clock had started."""
    moments = []
    for service, asked in _requests(entries, window).items():
        failures = [request.t for request in asked if request.error]
        after = [request.t for request in asked if failures and not request.error and request.t > max(failures)]
        if after and min(after) > window.sent:
            what = f"service {service}: first success after {len(failures)} failures"
            moments.append(Moment(step=Step.SERVED, t=max(min(after), window.began), what=what))
    return moments


def _requests(entries: Sequence[AnyEntry], window: Window) -> dict[str, list[Request]]:
    """The requests under way while users may have felt the fault, by Service, in the order in which they ended."""
    found: dict[str, list[Request]] = {}
    since, until = window.felt
    for entry in entries:
        if isinstance(entry, Request) and since < entry.t and entry.began <= until:
            found.setdefault(entry.service, []).append(entry)
    return {service: sorted(asked, key=lambda request: request.t) for service, asked in found.items()}


def _measures(asked: Sequence[Request]) -> list[Measure]:
    """The gap is counted from the first request on, between the ends of successes, to the end of the last request."""
    good = [request for request in asked if not request.error]
    ends = [asked[0].began, *(request.t for request in good), asked[-1].t]
    gap = max(later - earlier for earlier, later in pairwise(ends))
    begins = sorted(request.began for request in asked)
    rhythm = sorted(later - earlier for earlier, later in pairwise(begins))
    measures = [
        Measure(name="requests", value=len(asked), unit="count"),
        Measure(name="failed requests", value=len(asked) - len(good), unit="count"),
        Measure(name="longest gap", value=gap, unit="seconds", error=rhythm[len(rhythm) // 2] if rhythm else 0.0),
    ]
    waits = sorted(request.t - request.began for request in good)
    for percent in PERCENTILES if waits else ():
        value = waits[math.ceil(len(waits) * percent / 100) - 1]  # nearest rank: a latency that was really seen
        measures.append(Measure(name=f"latency p{percent}", value=value, unit="seconds"))
    return measures
