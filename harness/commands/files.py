"""`healproof validate`, `plan`, `schema`: scenario files, without any cluster."""

from __future__ import annotations

import argparse
import json
import sys

from harness.load import validate_paths
from harness.model.errors import BadInput, Exit
from harness.model.scenario import Scenario, part_as_data
from harness.schema import results_schema, scenario_schema


def validate(said: argparse.Namespace) -> Exit:
    """Say of each file what is wrong with it, or how many scenarios it holds."""
    code = Exit.PASSED
    for path, loaded in validate_paths(said.paths):
        if isinstance(loaded, BadInput):
            sys.stderr.write(f"{loaded}\n")
            code = Exit.USAGE
        else:
            sys.stdout.write(f"{path}: ok, {len(loaded)} scenario{'s' * (len(loaded) != 1)}\n")
    return code


def plan(said: argparse.Namespace) -> Exit:
    """Say what each scenario would do, to what, and what it needs of a cluster."""
    for _, loaded in validate_paths(said.paths):
        if isinstance(loaded, BadInput):
            raise loaded
        for scenario in loaded:
            sys.stdout.write(_plan_of(scenario))
    return Exit.PASSED


def schema(said: argparse.Namespace) -> Exit:
    """Print a JSON Schema."""
    wanted = results_schema() if said.results else scenario_schema()
    sys.stdout.write(json.dumps(wanted, indent=2) + "\n")
    return Exit.PASSED


def _plan_of(scenario: Scenario) -> str:
    needs = ", ".join(sorted(scenario.needs)) or "nothing but an API server"
    lines = [
        f"{scenario.name} ({scenario.severity})",
        f"  why: {scenario.why}",
        f"  needs: {needs}; {'holds its cluster alone' if scenario.alone else 'shares its cluster'}",
    ]
    objects = ", ".join(f"{m['kind']}/{m['metadata']['name']}" for m in scenario.manifests)
    lines.append(f"  workload, in a namespace of its own: {objects}")
    lines += [f"  fault: {_written(part_as_data(fault))}; healed by: {fault.heals}" for fault in scenario.faults]
    lines += [f"  expect: {_written(part_as_data(promise))}" for promise in scenario.expect]
    return "\n".join(lines) + "\n"


def _written(part: dict[str, dict[str, object]]) -> str:
    ((name, fields),) = part.items()
    return f"{name} " + ", ".join(f"{key}={value}" for key, value in fields.items())
