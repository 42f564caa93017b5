"""Amounts of resources as people write them, rounded up to what reads well. Knows no object."""

from __future__ import annotations

import math

_MEBI = 1024.0**2
_GIBI = 1024.0**3
_STEP_MEBI = 16
_STEP_MILLI = 10


def quantity(resource: str, number: float) -> str:
    """A quantity of that resource, at least `number`: `192Mi` of memory and storage, `250m` of cpu, else whole."""
    if "memory" in resource or "storage" in resource:
        return _bytes(number)
    if "cpu" in resource:
        return _cores(number)
    return str(math.ceil(number))


def _bytes(number: float) -> str:
    if number > 4 * _GIBI:
        return f"{math.ceil(number / _GIBI)}Gi"
    steps = max(1, math.ceil(number / _MEBI / _STEP_MEBI))
    whole = steps * _STEP_MEBI
    return f"{whole // 1024}Gi" if whole % 1024 == 0 else f"{whole}Mi"


def _cores(number: float) -> str:
    milli = max(1, math.ceil(round(number * 1000 / _STEP_MILLI, 6))) * _STEP_MILLI
    return str(milli // 1000) if milli % 1000 == 0 else f"{milli}m"
