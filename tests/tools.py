"""Programs that tests use and users need not have: a browser for the report, busybox for the prober's script.

Installed where healproof may install packages and they are missing; elsewhere the tests that need them are skipped
and say so.
"""

from __future__ import annotations

import shutil
import sys

from harness.machine.progress import Terminal
from harness.providers.host_facts import read_host_facts
from harness.providers.packages import install, may_install

PACKAGES = {"chromium": "chromium", "busybox": "busybox-static"}


def main() -> int:
    """Install what is missing; gives the exit code."""
    missing = [package for program, package in PACKAGES.items() if shutil.which(program) is None]
    if missing and may_install(read_host_facts()):
        install(missing, Terminal())
    elif missing:
        sys.stderr.write(f"not installed: {' '.join(missing)}; the tests that need them are skipped\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
