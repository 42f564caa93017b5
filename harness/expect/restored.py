"""The promise that at the end the whole namespace is as it was before the fault."""

from __future__ import annotations

from typing import ClassVar, Self

import msgspec

from harness.model.picture import Picture
from harness.model.scenario import Checker, Expectation
from harness.model.state import EXISTS, compare
from harness.model.timeline import AnyEntry, State
from harness.model.units import Ref, Seconds
from harness.model.verdict import Finding, Measure, Outcome
from harness.registry import EXPECTATIONS

BEFORE, AFTER = "before", "after"
SHOWN_MAX = 8


class Namespace(Ref):
    """The namespace that the scenario runs in, whatever its name; written `namespace`."""

    __slots__ = ()
    accepted = "namespace"
    schema: ClassVar = {"const": "namespace"}

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read `namespace`."""
        if written != "namespace":
            raise cls.refuse(written)
        return cls("namespace")


@EXPECTATIONS.enter("restored")
class Restored(Expectation, frozen=True, kw_only=True):
    """When all is decided and undone, the objects of the namespace are as they were before the fault, within `within`.

    Compared is every object of every resource that can be listed: labels, annotations, finalizers, owners, spec and
    data; of generated pods how many there are. Left out is what the cluster writes anew all the time: status, uids,
    times, Events, EndpointSlices, leases. It costs a request for each resource, before and after.
    """

    of: Namespace = msgspec.field(default_factory=lambda: Namespace("namespace"))
    within: Seconds = msgspec.field(default_factory=lambda: Seconds(10))

    def checker(self) -> Checker:
        """A fresh checker."""
        return _Comparison(self)


class _Comparison(Checker):
    def __init__(self, promise: Restored) -> None:
        self._promise = promise
        self._states: dict[str, State] = {}

    def see(self, entry: AnyEntry, picture: Picture) -> None:
        if isinstance(entry, State):
            self._states[entry.when] = entry

    def decide(self, now: float, picture: Picture) -> Finding | None:
        return None

    def conclude(self, now: float, picture: Picture) -> Finding:
        before, after = self._states.get(BEFORE), self._states.get(AFTER)
        if before is None or after is None:
            return self._found(Outcome.INCONCLUSIVE, f"nobody looked at the namespace {BEFORE} and {AFTER}", now)
        if not any(facts[:1] == [EXISTS] for facts in before.facts.values()):
            return self._found(Outcome.INCONCLUSIVE, "no object of the namespace may be read", now)
        differences = compare(before.facts, after.facts)
        if not differences:
            text = f"the namespace is as before the fault, in all {len(before.facts)} subjects"
            return self._found(Outcome.PASSED, text, after.t)
        shown = [str(difference) for difference in differences[:SHOWN_MAX]]
        more = len(differences) - len(shown)
        text = f"{len(differences)} subjects of the namespace are not as before the fault"
        lacks = "\n".join([*shown, *([f"and {more} more"] if more else [])])
        return self._found(Outcome.FAILED, text, after.t, lacks, len(differences))

    def _found(self, outcome: Outcome, text: str, at: float, difference: str = "", count: int = 0) -> Finding:
        measures = [] if outcome is Outcome.INCONCLUSIVE else [Measure(name="differences", value=count, unit="count")]
        return Finding(
            expectation=Restored.name, outcome=outcome, text=text, at=at, difference=difference, measures=measures
        )
