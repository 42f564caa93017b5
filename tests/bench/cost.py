"""What this process has cost so far. Knows nothing of what it does."""

from __future__ import annotations

import resource
from pathlib import Path


def cpu_seconds() -> float:
    """Processor time of all its threads, in user and in system mode."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mebibytes() -> float:
    """The most memory it ever had resident; `getrusage` would count that of the process that started it as well."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
