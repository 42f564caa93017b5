"""Results: what reports are written from. One `results.json` a run; nothing in a report comes from anywhere else."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.model.anatomy import Anatomy
from harness.model.explained import Explained
from harness.model.proof import Proof
from harness.model.repetition import Repetitions
from harness.model.verdict import Outcome, Verdict

SCHEMA = "healproof/v1"


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One phase of one scenario: its name, when it began on the timeline, how long it took."""

    name: str
    began: float
    seconds: float


class ScenarioResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One scenario of a run. `node_id` is pytest's; paths are relative to the run's folder.

    `control` names the broken twin that was run, where it was one (`no-fault` for the scenario without its faults);
    then `verdict` is the twin's own verdict and `control_held` whether the twin ended as it must. `proof` says what
    the twins of this run showed of the check. `repetition` counts the runs of a repeated scenario from 1.
    `recoveries` takes each recovery apart, by fault and promise. `diagnosis` says why the verdict is not passed, and
    `scene` is the file that it was made from.
    """

    name: str
    node_id: str
    why: str
    severity: str
    rows: list[int]
    verdict: Verdict
    seconds: float
    started_at: str
    scenario: dict[str, Any]
    stages: list[Stage] = []
    cluster: str = ""
    provider: str = ""
    timeline: str = ""
    journal: str = ""
    skip_reason: str = ""
    control: str = ""
    control_held: bool | None = None
    repetition: int = 0
    proof: Proof | None = None
    recoveries: list[Anatomy] = []
    diagnosis: Explained | None = None
    scene: str = ""

    @property
    def way(self) -> str:
        """Which twin and which repetition it was, as in its node id: `one-replica#2`; '' for the scenario itself."""
        return f"{self.control}#{self.repetition}" if self.repetition else self.control

    @property
    def outcome(self) -> Outcome:
        """The verdict's outcome, or for a broken twin whether it failed as declared; undecided, it proves nothing."""
        return twin_outcome(self.verdict, self.control_held)


def twin_outcome(verdict: Verdict, held: bool | None) -> Outcome:
    """The outcome of a scenario, or where `held` says so that of a broken twin."""
    if held is None or (not held and verdict.outcome is Outcome.INCONCLUSIVE):
        return verdict.outcome
    return Outcome.PASSED if held else Outcome.FAILED


class RunResult(msgspec.Struct, frozen=True, kw_only=True):
    """One run: `results.json`."""

    schema: str = SCHEMA
    run: str
    started_at: str
    seconds: float
    harness_version: str
    scenarios: list[ScenarioResult]
    repetitions: list[Repetitions] = []
    residue: list[str] = []
    clusters: dict[str, str] = {}

    @property
    def tried_twins(self) -> bool:
        """Whether any twin of a scenario was run."""
        return any(scenario.control for scenario in self.scenarios)

    @property
    def counts(self) -> dict[str, int]:
        """How many scenarios had each outcome; all four are always there."""
        tally = {str(outcome): 0 for outcome in Outcome}
        for scenario in self.scenarios:
            tally[str(scenario.outcome)] += 1
        return tally
