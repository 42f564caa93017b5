"""Images that may be another one tomorrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, Workload


@CHECKS.enter("image-tag")
class ImageTag(Check):
    """An image is named by a version, at best by its digest."""

    severity: ClassVar[Severity] = Severity.MEDIUM
    why: ClassVar[str] = (
        "A replaced pod may run other code than the one it replaces, and a roll-back may bring nothing back. The "
        "digest is what the registry says of the image that runs now."
    )

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """No tag or `latest`; a tag without digest counts less, for it can be moved."""
        for container in workload.all_containers:
            image = str(container.data.get("image", ""))
            tag = image.rpartition("/")[2].partition(":")[2]
            if "@sha256:" in image:
                continue
            if tag in ("", "latest"):
                yield Seen(workload.ref, f"container {container.name}: {image} has no fixed version")
            else:
                seen = f"container {container.name}: {image} has no digest"
                yield Seen(workload.ref, seen, severity=Severity.LOW)
