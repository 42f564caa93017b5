"""Namespaces that admit any pod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects


@CHECKS.enter("pod-security")
class PodSecurity(Check):
    """A namespace says which pods it admits."""

    severity: ClassVar[Severity] = Severity.LOW
    why: ClassVar[str] = (
        "Nothing keeps a privileged pod out, whoever makes it. Look at the warnings of `baseline` first: an "
        "enforced level keeps replacements out as well."
    )

    def look(self, objects: Objects) -> Iterator[Seen]:
        """No label of Pod Security Admission that is enforced."""
        for namespace in objects.of_kind("Namespace"):
            if "pod-security.kubernetes.io/enforce" not in (namespace["metadata"].get("labels") or {}):
                labels = {f"pod-security.kubernetes.io/{mode}": "baseline" for mode in ("enforce", "warn")}
                patch = {"metadata": {"labels": labels}}
                yield Seen(f"namespace/{namespace['metadata']['name']}", "no enforced pod security level", patch)
