"""What the image build needs of the machine, said and checked before it begins."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from harness.machine.progress import Progress
from harness.model.errors import MissingProgram
from harness.providers.node_image.store import DiskFullError

DISK_GB = 12.0  # measured cold: sources 3.5, Go build cache 3, programs 0.9, node 2.6, its copy in the engine 1.3
DISK_WARM_GB = 5.0  # once the programs are built
MEMORY_GB = 4.0
CORE_MINUTES = 18.0
PROGRAMS = {"go": "install Go 1.24 or newer", "debootstrap": "apt-get install debootstrap", "tar": "install tar"}


def announce_and_check(folder: Path, progress: Progress, *, programs_built: bool) -> None:
    """Say what the build takes; raises MissingProgram or DiskFullError before anything is begun."""
    for program, remedy in PROGRAMS.items():
        if shutil.which(program) is None:
            raise MissingProgram(f"{program}: no such program; the node image is built with it", hint=remedy)
    if os.geteuid() != 0:
        hint = "run once as root, or reach a registry: then kind's own image is used"
        raise MissingProgram("no image registry answers, and building a node image needs root", hint=hint)
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
