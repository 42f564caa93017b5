"""Short titles of the mission's rows, as reports show them. Knows nothing of scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

ROWS: Mapping[int, str] = MappingProxyType(
    {
        1: "Pod loss",
        2: "Container failure",
        3: "Probes",
        4: "Node drain",
        5: "Node loss",
        6: "Volume failures",
        7: "Rollouts",
        8: "Desired state and drift",
        9: "Resources",
        10: "Autoscaling",
        11: "Network",
        12: "Control plane",
        13: "Continuous monitoring",
        14: "Alerts",
        15: "Diagnosis",
        16: "Remediation",
        17: "Probe tuning",
        18: "Prediction",
        19: "Security",
        20: "SLO verdicts",
        21: "Reports",
        22: "Fault search",
        23: "Crash safety",
        24: "Negative controls",
        25: "Clusters",
        26: "Scale",
    }
)
"""Row number of MISSION.md to its title."""


def row_titles(rows: Iterable[int]) -> list[str]:
    """The titles of these rows in their order; a number without a title is shown as `row 99`."""
    return [ROWS.get(row, f"row {row}") for row in rows]
