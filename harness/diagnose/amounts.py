"""Amounts as Kubernetes writes them (`500m`, `64Mi`), as numbers."""

from __future__ import annotations

import re

_FACTORS = {"": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18} | {
    f"{letter}i": 1024.0**power for power, letter in enumerate("KMGTPE", start=1)
}
_AMOUNT = re.compile(r"^(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?P<unit>[numkMGTPE]|[KMGTPE]i)?$")


def amount(written: str) -> float:
    """The number that a quantity stands for, 0 for one that cannot be read."""
    found = _AMOUNT.match(written.strip())
    return float(found["number"]) * _FACTORS[found["unit"] or ""] if found else 0.0
