"""Installing system packages where healproof may: as root on Debian or Ubuntu, unless forbidden. Knows no engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

from harness.machine.process import run
from harness.machine.progress import Progress
from harness.providers.host_facts import HostFacts

INSTALL_SECONDS = 900.0


def may_install(facts: HostFacts) -> bool:
    """Whether packages may be installed here; HEALPROOF_INSTALL=no forbids it."""
    forbidden = os.environ.get("HEALPROOF_INSTALL", "").lower() in {"no", "0", "false"}
    return not forbidden and facts.root and facts.debian_family and shutil.which("apt-get") is not None


def install(packages: Sequence[str], progress: Progress) -> None:
    """Install packages with apt-get, saying so; raises CommandFailed where that fails."""
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with progress.step(f"installing {packages[0]} with apt-get (HEALPROOF_INSTALL=no forbids it)"):
        run(["apt-get", "update", "-qq"], timeout_seconds=INSTALL_SECONDS, env=quiet)
        words = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        run(words, timeout_seconds=INSTALL_SECONDS, env=quiet)
