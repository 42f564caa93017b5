"""The promise that a Service answers: the share of its users' requests that succeed, and the longest outage."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import msgspec

from harness.model.cluster import Capability
from harness.model.picture import Picture
from harness.model.scenario import Checker, Expectation
from harness.model.timeline import AnyEntry, Phase, Request
from harness.model.units import Seconds, Share
from harness.model.verdict import Finding, Measure, Outcome
from harness.registry import EXPECTATIONS

REQUESTS_MIN = 20
"""Fewer requests than this say nothing about a share."""


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
    def __init__(self, promise: Available) -> None:
        self._promise = promise
        self._from: float | None = None
        self._sent = self._failed = 0
        self._last_success: float | None = None
        self._longest_outage = 0.0
        self._last_error = ""

    def see(self, entry: AnyEntry, picture: Picture) -> None:
        if isinstance(entry, Phase) and entry.name == "inject" and self._from is None:
            self._from = self._last_success = entry.t
        if not isinstance(entry, Request) or entry.service != self._promise.of.name:
            return
        if self._from is None or entry.began < self._from:
            return
        self._sent += 1
        if entry.error:
            self._failed += 1
            self._last_error = entry.error
        else:
            self._close_outage(entry.t)

    def decide(self, now: float, picture: Picture) -> Finding | None:
        return None

    def conclude(self, now: float, picture: Picture) -> Finding:
        promise = self._promise
        if self._sent < REQUESTS_MIN:
            text = f"{promise.of}: only {self._sent} requests were seen, {REQUESTS_MIN} are needed to say anything"
            return self._found(Outcome.INCONCLUSIVE, text, now, "")
        if self._failed:
            self._close_outage(now, success=False)
        share = 1 - self._failed / self._sent
        lacks = []
        if share < promise.at_least:
            lacks.append(f"{Share(share)} of requests succeeded instead of {promise.at_least}")
        if promise.outage_at_most is not None and self._longest_outage > promise.outage_at_most:
            lacks.append(
                f"longest time without a success {self._longest_outage:.2f} s instead of {promise.outage_at_most}"
            )
        text = f"{promise.of}: {self._sent - self._failed} of {self._sent} requests succeeded ({Share(share)})"
        if lacks:
            return self._found(Outcome.FAILED, f"{text}, promised {promise.at_least}", now, "; ".join(lacks))
        return self._found(Outcome.PASSED, text, now, "")

    def _close_outage(self, t: float, *, success: bool = True) -> None:
        """Requests overlap: an outage is what lies between two successes, longer than their rhythm."""
        if self._last_success is not None and t > self._last_success:
            gap = t - self._last_success
            if gap > 2 * self._promise.every:
                self._longest_outage = max(self._longest_outage, gap)
        if success:
            self._last_success = max(t, self._last_success or t)

    def _found(self, outcome: Outcome, text: str, at: float, difference: str) -> Finding:
        share = 1 - self._failed / self._sent if self._sent else 0.0
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
                Measure(name="requests", value=self._sent, unit="count"),
            ],
        )
