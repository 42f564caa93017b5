"""Runs the small suite of published scenarios as a user's pytest would, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SUITE = Path(__file__).with_name("published_suite.py")


def run_suite(folder: Path, *options: str) -> list[dict[str, Any]]:
    """Run it in `folder`; gives Allure's results, in the suite's order."""
    path = os.pathsep.join([str(SUITE.parents[1]), str(SUITE.parents[3])])
    argv = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        f"--rootdir={SUITE.parent}",
    ]
    environ = {**os.environ, "PYTHONPATH": path}
    subprocess.run(
        [*argv, *options, str(SUITE)], cwd=folder, env=environ, check=False, capture_output=True, timeout=120
    )
    results = [json.loads(path.read_text()) for path in (folder / "allure").glob("*-result.json")]
    return sorted(results, key=lambda result: result["start"])
