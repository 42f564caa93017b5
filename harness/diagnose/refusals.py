"""The suspicion that a creation of pods is refused by a certain authority. Knows no authority's rules."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.telling import told
from harness.model.diagnosis import Suspicion, Symptoms


def refused(symptoms: Symptoms, by: str, *, confidence: float = 0.95, decides: str = "") -> Iterator[Suspicion]:
    """One for each workload whose pods are refused by it at this moment, in the API server's own words."""
    for each in symptoms.of("create-refused"):
        if each.facts["by"] == by:
            conditions = [s for s in symptoms.of("workload-condition", about=each.object) if _of_creation(s.facts)]
            yield Suspicion(
                object=each.object,
                confidence=confidence,
                supports=told(each, *conditions),
                decides=decides,
                since=each.at,
                facts={key: each.facts[key] for key in ("who", "what", "used") if key in each.facts},
            )


def _of_creation(facts: dict[str, str]) -> bool:
    return facts["type"] == "ReplicaFailure"
