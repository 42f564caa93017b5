"""What the image build needs of the machine, said and checked before it begins."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from harness.machine.progress import Progress
from harness.model.errors import MissingProgram
from harness.providers.host_facts import HostFacts
from harness.providers.node_image.store import DiskFullError
from harness.providers.packages import install, may_install

DISK_GB = 14.0  # measured cold: Go sources 3.1, Go build cache 5.3, programs 1.3, node 3 while it is made, engine 1
DISK_WARM_GB = 5.0  # once the programs are built
MEMORY_GB = 4.0
CORE_MINUTES = 18.0
DEBOOTSTRAP = ("debootstrap", "debian-archive-keyring")
GO_HINT = "install Go 1.21 or newer (https://go.dev/dl); it fetches the toolchain that is needed by itself"


def announce_and_check(folder: Path, facts: HostFacts, progress: Progress, *, programs_built: bool) -> None:
    """Say what the build takes; raises MissingProgram or DiskFullError before anything is begun."""
    if problem := lacking(facts):
        raise problem
    if shutil.which("debootstrap") is None:
        install(DEBOOTSTRAP, progress)
    needed = DISK_WARM_GB if programs_built else DISK_GB
    free = shutil.disk_usage(folder).free / 1e9
    cores = len(os.sched_getaffinity(0))
    minutes = 1.0 if programs_built else CORE_MINUTES / cores
    progress.say(
        f"no image registry answers: building a node image, once; about {minutes:.0f} min on {cores} cores, "
        f"{MEMORY_GB:.0f} GB of memory, {needed:.0f} GB of disk ({free:.0f} GB free)"
    )
    if free < needed:
        raise DiskFullError(f"{folder}: {free:.1f} GB free, the node image needs {needed:.0f} GB")


def lacking(facts: HostFacts) -> MissingProgram | None:
    """What keeps this machine from building a node image, if anything does."""
    if not facts.root:
        hint = "run once as root, or reach a registry: then kind's own image is used"
        return MissingProgram("no image registry answers, and building a node image needs root", hint=hint)
    if shutil.which("go") is None:
        return MissingProgram("go: no such program; the node image is built from Go modules", hint=GO_HINT)
    if shutil.which("debootstrap") is None and not may_install(facts):
        hint = "install it: apt-get install debootstrap"
        return MissingProgram("debootstrap: no such program; it makes the node's file system", hint=hint)
    return None
