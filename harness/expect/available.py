"""The promise that a Service answers: the share of its users' requests that succeed, and the longest outage."""

from __future__ import annotations

import itertools
from typing import Annotated, NamedTuple

import msgspec

from harness.model.cluster import Capability
from harness.model.picture import Picture
from harness.model.scenario import Checker, Expectation
from harness.model.timeline import AnyEntry, Request
from harness.model.units import Seconds, Share
from harness.model.verdict import Finding, Measure, Outcome
from harness.registry import EXPECTATIONS

REQUESTS_MIN = 20
"""Fewer requests than this say nothing about a share."""
SILENCE_SECONDS_MAX = 3.0
"""A longer stretch without any request says nothing about it; at a slow rhythm, three times the rhythm."""


class Traffic(NamedTuple):
    """What availability traffic a promise needs: who is asked, where, how often."""

    service: str
    port: int
    path: str
    every_seconds: float


@EXPECTATIONS.enter("available")
class Available(Expectation, frozen=True, kw_only=True):
    """Of the requests to a Service, sent from inside the cluster, at least the share `at-least` succeeds.

    One request goes out each `every` to `port` and `path` on a connection of its own, from the end of the
    baseline to the end of the run; a status of 400 or above, a refused connection and a timeout of a second are
    failures. With `outage-at-most` no stretch without a success may be longer than that.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.POD_NETWORK})

    at_least: Share
    outage_at_most: Seconds | None = None
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 80
    path: Annotated[str, msgspec.Meta(pattern=r"^/[\w./?=&%-]*$")] = "/"
    every: Seconds = msgspec.field(default_factory=lambda: Seconds(0.1))

    def refuse(self) -> str:
        """Only Services answer, and a slower rhythm than 10 s measures nothing."""
        if self.of.kind != "service":
            return f"{self.of!r} is not accepted here; accepted is service/NAME"
        if not 0.02 <= self.every <= 10:
            return f"every: {self.every} is not accepted; accepted is 20ms to 10s"
        return ""

    @property
    def traffic(self) -> Traffic:
        """The traffic that decides this promise."""
        return Traffic(self.of.name, self.port, self.path, float(self.every))

    def checker(self) -> Checker:
        """A fresh checker."""
        return _Availability(self)


class _Availability(Checker):
    """Requests may be reported late and out of order: what lies between two of them is measured at the end."""

    def __init__(self, promise: Available) -> None:
        self._promise = promise
        self._from: float | None = None
        self._requests: list[Request] = []
        self._failed = 0
        self._last_error = ""
        self._longest_outage = 0.0

    def see(self, entry: AnyEntry, picture: Picture) -> None:
        self._from = picture.phases.get("inject")
        if not isinstance(entry, Request) or entry.service != self._promise.of.name:
            return
        if self._from is None or entry.began < self._from:
            return
        self._requests.append(entry)
        self._failed += bool(entry.error)
        self._last_error = entry.error or self._last_error

    def decide(self, now: float, picture: Picture) -> Finding | None:
        return None

    def conclude(self, now: float, picture: Picture) -> Finding:
        promise, sent = self._promise, len(self._requests)
        if self._from is None or sent < REQUESTS_MIN:
            text = f"{promise.of}: only {sent} requests were seen, {REQUESTS_MIN} are needed to say anything"
            return self._found(Outcome.INCONCLUSIVE, text, now, "")
        end = picture.phases.get("residue", now)  # from then on the traffic is being stopped
        self._longest_outage = self._outage(end)
        share = 1 - self._failed / sent
        lacks = []
        if share < promise.at_least:
            lacks.append(f"{Share(share)} of requests succeeded instead of {promise.at_least}")
        if promise.outage_at_most is not None and self._longest_outage > promise.outage_at_most:
            lacks.append(
                f"longest time without a success {self._longest_outage:.2f} s instead of {promise.outage_at_most}"
            )
        text = f"{promise.of}: {sent - self._failed} of {sent} requests succeeded ({Share(share)})"
        silent = _longest_gap([self._from, *(request.began for request in self._requests), max(end, self._from)])
        if silent > max(SILENCE_SECONDS_MAX, 3 * promise.every):
            return self._found(Outcome.INCONCLUSIVE, f"{text}, but for {silent:.2f} s no request was seen", now, "")
        if lacks:
            return self._found(Outcome.FAILED, f"{text}, promised {promise.at_least}", now, "; ".join(lacks))
        return self._found(Outcome.PASSED, text, now, "")

    def _outage(self, end: float) -> float:
        """The longest time between successes in which a request failed or waited; a pause of the traffic is none."""
        longest, last_success, waited = 0.0, self._from or 0.0, False
        for request in sorted(self._requests, key=lambda request: request.t):
            waited = waited or bool(request.error) or request.t - request.began > 2 * self._promise.every
            if not request.error:
                longest = max(longest, request.t - last_success if waited else 0.0)
                last_success, waited = request.t, False
        longest = max(longest, end - last_success if waited else 0.0)
        return longest if longest > 2 * self._promise.every else 0.0

    def _found(self, outcome: Outcome, text: str, at: float, difference: str) -> Finding:
        sent = len(self._requests)
        share = 1 - self._failed / sent if sent else 0.0
        return Finding(
            expectation=Available.name,
            outcome=outcome,
            text=text,
            at=at,
            last_seen=f"last error: {self._last_error}" if self._last_error and outcome is not Outcome.PASSED else "",
            difference=difference,
            measures=[
                Measure(name="availability", value=share, unit="share"),
                Measure(
                    name="longest outage", value=self._longest_outage, unit="seconds", error=float(self._promise.every)
                ),
                Measure(name="requests", value=sent, unit="count"),
            ],
        )


def _longest_gap(times: list[float]) -> float:
    ordered = sorted(times)
    return max((later - earlier for earlier, later in itertools.pairwise(ordered)), default=0.0)
