"""Verdicts: what the judge says of one scenario, and why. Pure data."""

from __future__ import annotations

import enum

import msgspec

from harness.model.budget import Compared


class Outcome(enum.StrEnum):
    """The three verdicts of a scenario that ran; `skipped` is one that could not run here."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"


class Measure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number with its error bar: the truth lies within `value` ± `error` (`unit` is seconds, share or count).

    `censored` marks a lower bound: the thing had not happened after `value`.
    """

    name: str
    value: float
    unit: str
    error: float = 0.0
    censored: bool = False


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one expectation.

    `text` says it in one sentence with the numbers; `last_seen` and `difference` show the last state and what
    lacked, where it was not met. `at` is seconds on the timeline when it was decided.
    """

    expectation: str
    outcome: Outcome
    text: str
    at: float
    last_seen: str = ""
    difference: str = ""
    measures: list[Measure] = []


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Passed only when every expectation was met on a complete and trustworthy timeline.

    `doubts` are the reasons why nothing can be said (no baseline, no evidence, a gap …); any of them makes an
    otherwise passed verdict inconclusive, never a failed one passed. `notes` say what limits the verdict without
    putting it in doubt: what the watches missed because a fault took the API away, and what was collateral. `alarms`
    say what lost readiness in a run without any fault. `budgets` are how long healing takes by Kubernetes' own
    timers, beside what was measured.
    """

    outcome: Outcome
    findings: list[Finding]
    doubts: list[str] = []
    notes: list[str] = []
    alarms: list[str] = []
    budgets: list[Compared] = []

    @property
    def headline(self) -> str:
        """One line: the outcome and the first reason for it."""
        reasons = [f.text for f in self.findings if f.outcome is self.outcome] or self.doubts
        if self.outcome is Outcome.PASSED:
            reasons = [f.text for f in self.findings]
        elif self.outcome is Outcome.INCONCLUSIVE and self.doubts:
            reasons = self.doubts
        return f"{self.outcome}: {reasons[0]}" if reasons else str(self.outcome)
