"""Every registered fault's own example as real objects: its workload, and the fault loaded as from a scenario file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from real_runs import QUICK_WEB, workload, write_scenario

from harness.load import load_file
from harness.model.scenario import Example, Fault
from harness.registry import FAULTS

TWO_PODS = {**QUICK_WEB, "poddisruptionbudget": {"spec": {"minAvailable": 1}}}
PATCHES: dict[str, dict[str, dict[str, Any]]] = {"web": TWO_PODS}


def manifests(example: Example) -> list[dict[str, Any]]:
    """The example's workload; `web` with two replicas and without the waits that only roll-outs need."""
    return workload(example.workload, **PATCHES.get(example.workload, {}))


def load_fault(name: str, folder: Path) -> Fault:
    """The fault as a user would write it, through the loader."""
    example = FAULTS[name].example
    expect = [{"recovers": {"of": example.of, "within": "60s", "hold": "1s"}}]
    path = write_scenario(folder, f"example-{name}", manifests(example), [{name: example.fields}], expect)
    (scenario,) = load_file(path)
    return scenario.faults[0]
