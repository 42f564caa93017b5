"""Why a scenario did not pass: what a diagnosis said of its cluster that was told of no fault. Pure data."""

from __future__ import annotations

import msgspec

from harness.model.advice import Advice
from harness.model.diagnosis import Diagnosis, Layer, Named


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A diagnosis in the shape of `healproof diagnose --json`, and of which moment it is.

    `causes` are ranked, empty where nothing was wrong at that moment, and `unseen` is what could not be looked at.
    `t` is when that was (seconds on the timeline), `moment` says it in words, `seconds` is how long all of it took.
    `faults` are those that were in place at that moment; the diagnosis did not know of them. `promises` is advice of
    one who does, on a workload that cannot keep its broken promises although nothing else is wrong. `missing` says why
    there is no diagnosis, where there is none.
    """

    namespace: str = ""
    causes: list[Named] = []
    unseen: list[str] = []
    seconds: float = 0.0
    t: float = 0.0
    moment: str = ""
    faults: list[str] = []
    promises: list[Advice] = []
    missing: str = ""

    @property
    def diagnosis(self) -> Diagnosis:
        """What was said, without the moment."""
        return Diagnosis(namespace=self.namespace, causes=self.causes, unseen=self.unseen)

    @property
    def layer(self) -> Layer | None:
        """The layer of the likeliest cause; None where it is not decided."""
        return Layer(self.causes[0].layer) if self.causes and self.causes[0].layer else None
