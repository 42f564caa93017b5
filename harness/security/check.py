"""The seam of every check of hardening: what it looks at, and what a finding says. Knows no single check.

A check is one class in one file of `harness/security/checks`; third parties enter theirs through the entry-point group
`healproof.checks`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

from harness.registry import Registry
from harness.security.objects import Container, Objects, Workload


class Severity(enum.StrEnum):
    """How bad it is; in rising order."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Severity).index(self)


class Finding(NamedTuple):
    """What a check found at one object: what it saw, why that matters, and what changes it, where a patch can.

    `patch` is for `kubectl patch --type strategic` of the object, `addition` a manifest for `kubectl apply`.
    """

    check: str
    severity: Severity
    object: str
    seen: str
    why: str
    patch: dict[str, Any] | None = None
    addition: dict[str, Any] | None = None


class Seen(NamedTuple):
    """A finding in the making: what the check itself knows."""

    object: str
    seen: str
    patch: dict[str, Any] | None = None
    addition: dict[str, Any] | None = None
    severity: Severity | None = None


class Check:
    """Base of every check. It overrides the one of `look`, `of_workload`, `of_container` that fits best."""

    name: ClassVar[str]
    severity: ClassVar[Severity]
    why: ClassVar[str]
    """Why it endangers self-healing or security, in plain words."""

    def look(self, objects: Objects) -> Iterator[Seen]:
        """All that it finds."""
        for workload in objects.workloads():
            yield from self.of_workload(workload, objects)

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """What it finds at one workload; unless overridden, at each of its containers."""
        for container in workload.all_containers:
            if found := self.of_container(container, workload):
                seen, fields = found
                patch = workload.with_container(container, fields) if fields else None
                yield Seen(workload.ref, f"container {container.name}: {seen}", patch)

    def of_container(self, container: Container, workload: Workload) -> tuple[str, dict[str, Any]] | None:
        """What it saw at one container and the fields that change it, empty where no patch can; or None."""
        raise NotImplementedError


CHECKS: Registry[type[Check]] = Registry("check", "harness.security.checks")


def findings(objects: Objects, names: Iterable[str] = ()) -> list[Finding]:
    """What the checks (all, or those named) find, the worst first."""
    found = [
        Finding(name, each.severity or CHECKS[name].severity, each.object, each.seen, CHECKS[name].why, *each[2:4])
        for name in names or CHECKS
        for each in CHECKS[name]().look(objects)
    ]
    return sorted(found, key=lambda each: (-each.severity.rank, each.object, each.check))
