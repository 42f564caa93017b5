"""Runs the project's checks stage by stage and says how long each took: what `make test` and `.ci/run` call."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
QUICK = ("tests/unit", "tests/architecture", "tests/quality", "tests/contract")
CHAOS = ("run", "--profile", "quick", "--controls")
PYTEST = (str(BIN / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider")


class Stage(NamedTuple):
    """One stage: its name and the commands that must all succeed."""

    name: str
    commands: tuple[tuple[str, ...], ...]


def tool(name: str, *words: str) -> tuple[str, ...]:
    """A program of the environment."""
    return (str(BIN / name), *words)


def stages() -> list[Stage]:
    """All stages in their order: the quick ones first, what they need prepared before they begin."""
    return [
        Stage(
            "lint",
            (
                tool("ruff", "check", "."),
                tool("ruff", "format", "--check", "."),
                tool("mypy"),
                tool("lint-imports"),
                tool("healproof", "validate", "scenarios"),
            ),
        ),
        Stage("tools", (tool("python", "-m", "tests.tools"),)),
        Stage("unit", ((*PYTEST, *QUICK, "-n", "2", "-m", "not slow and not browser and not kwok and not kind"),)),
        Stage("slow", ((*PYTEST, *QUICK, "-m", "slow or browser"),)),
        Stage("prepare kwok", (tool("healproof", "prepare", "kwok"),)),
        Stage("kwok", ((*PYTEST, "tests/kwok", "tests/contract", "tests/quality", "-m", "kwok"),)),
        Stage("crash sweep", (tool("python", "-m", "tests.crash.sweep", "--provider", "kwok", "--short"),)),
        Stage("chaos on kwok", (tool("healproof", *CHAOS, "--cluster", "kwok"),)),
        Stage("prepare kind", (tool("healproof", "prepare", "kind"),)),
        Stage("kind", ((*PYTEST, "tests/kind", "tests/contract", "tests/quality", "-m", "kind"),)),
        Stage("chaos on kind", (tool("healproof", *CHAOS, "--cluster", "kind", "--workers", "2"),)),
        Stage("tidy", (tool("healproof", "recover"), tool("healproof", "down", "--all"))),
    ]


def main(wanted: list[str]) -> int:
    """Run the stages of these names, or all; stops at the first that fails, but always tidies up after a full run."""
    known = {stage.name: stage for stage in stages()}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.stderr.write(f"no stage {unknown[0]!r}; stages: {', '.join(known)}\n")
        return 2
    chosen = [known[name] for name in wanted] or list(known.values())
    took: list[tuple[str, float, bool]] = []
    for stage in chosen:
        if took and not took[-1][2] and stage.name != "tidy":
            continue
        begun = time.monotonic()
        good = all(run(command) for command in stage.commands)
        took.append((stage.name, time.monotonic() - begun, good))
    return report(took, len(chosen))


def run(command: tuple[str, ...]) -> bool:
    """Run one command in the project's root, its output passed through."""
    words = " ".join([Path(command[0]).name, *command[1:]])
    sys.stderr.write(f"\n── {words}\n")
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def report(took: list[tuple[str, float, bool]], planned: int) -> int:
    """Print the table of times; gives the exit code."""
    sys.stderr.write("\nstage                 seconds\n")
    for name, seconds, good in took:
        sys.stderr.write(f"{name:20} {seconds:8.1f}  {'ok' if good else 'FAILED'}\n")
    sys.stderr.write(f"{'all':20} {sum(seconds for _, seconds, _ in took):8.1f}\n")
    failed = sum(not good for _, _, good in took)
    if len(took) < planned:
        sys.stderr.write(f"{planned - len(took)} stages were not run\n")
    sys.stdout.flush()
    sys.stderr.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
