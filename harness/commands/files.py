"""`healproof validate`, `schema`: scenario files, without any cluster."""

from __future__ import annotations

import argparse
import json
import sys

from harness.load import validate_paths
from harness.model.errors import BadInput, Exit
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
            for scenario in loaded:
                if not scenario.control:
                    sys.stderr.write(f"{path}: warning: {scenario.name} declares no `control`; {_UNPROVEN}\n")
    return code


_UNPROVEN = "nobody can see its check fail, so `healproof prove` will not pass"


def schema(said: argparse.Namespace) -> Exit:
    """Print a JSON Schema."""
    wanted = results_schema() if said.results else scenario_schema()
    sys.stdout.write(json.dumps(wanted, indent=2) + "\n")
    return Exit.PASSED
