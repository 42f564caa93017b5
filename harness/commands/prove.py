"""`healproof prove`: each scenario with its fault, without it, and over its broken twins. Is its check any good?"""

from __future__ import annotations

import argparse

from harness.commands.run import conduct
from harness.model.errors import Exit
from harness.model.result import RunResult


def prove(said: argparse.Namespace) -> Exit:
    """Run scenarios in all their ways; the reports say of each whether its check has been seen to fail."""
    ended = conduct(said, ["--healproof-prove"])
    if ended.result is not None and ended.exit in (Exit.PASSED, Exit.UNDECIDED) and undeclared(ended.result):
        return Exit.FAILED
    return ended.exit


def undeclared(run: RunResult) -> list[str]:
    """The scenarios that declare no broken twin: nobody can ever see their checks fail."""
    return [result.name for result in run.scenarios if result.proof is not None and not result.proof.declared]
