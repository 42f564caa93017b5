"""Anatomies: one recovery taken apart into moments, with its measures and who healed it. Pure data."""

from __future__ import annotations

import enum

import msgspec

from harness.model.verdict import Measure


class Step(enum.StrEnum):
    """The moments of a recovery, in the order in which one causes the next."""

    ACKNOWLEDGED = "acknowledged"  # the API server (or node) confirmed the fault, or with `from: undo` its undo
    REACTION = "reaction"  # the first thing that Kubernetes did about it
    REPLACED = "replaced"  # the last pod to become ready was created
    RESTARTED = "restarted"  # or its container was started anew in place
    SCHEDULED = "scheduled"
    IMAGE = "image"  # its image is on the node, as an Event tells
    STARTED = "started"
    READY = "ready"
    ENDPOINTS = "endpoints"  # its address is ready in an EndpointSlice
    SERVED = "served"  # the first request that succeeded after the last that failed
    RECOVERED = "recovered"  # the object is whole: the promise's own moment
    STABLE = "stable"  # and has stayed so for `hold`


class Moment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One moment: `t` is seconds on the timeline by which it was seen; `what` names the object and field that show it.

    What was not seen is no moment.
    """

    step: Step
    t: float
    what: str = ""


class Healer(msgspec.Struct, frozen=True):
    """Who took part in healing, in Kubernetes' words, and what says so; `unknown` where nothing tells."""

    name: str
    why: str


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What users of a Service felt from the fault on.

    Measures: `requests`, `failed requests`, `longest gap` without a success (its error is the rhythm of the requests)
    and the latency of the successes as `latency p50`, `latency p95`, `latency p99`.
    """

    service: str
    measures: list[Measure]


class Anatomy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The recovery of `of` from one fault, or from several that were due together (`fault` names them).

    Measures, in seconds, as far as they were seen: `reaction` (fault to first reaction), `repair` (first reaction to
    the failed part repaired), `recovery` (first reaction to the object whole) and `outage` (reaction + recovery,
    which is what the promise `recovers` is about). What never came is censored. `pod` is the last pod to become
    ready, whose way the moments tell; `hold` is how long it had to stay.
    """

    of: str
    fault: str
    since: str
    moments: list[Moment]
    measures: list[Measure]
    healers: list[Healer]
    pod: str = ""
    hold: float = 0.0
    users: list[Usage] = []

    @property
    def recovered(self) -> bool:
        """Whether it recovered within what was observed and promised."""
        return any(moment.step is Step.RECOVERED for moment in self.moments)

    def measure(self, name: str) -> Measure | None:
        """A measure by its name, or None where it was not seen."""
        return next((measure for measure in self.measures if measure.name == name), None)
