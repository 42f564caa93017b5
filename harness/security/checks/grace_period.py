"""Pods that are killed before they have taken their leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Manifest, Objects, Workload


@CHECKS.enter("grace-period")
class GracePeriod(Check):
    """The grace period is longer than preStop."""

    severity: ClassVar[Severity] = Severity.HIGH
    why: ClassVar[str] = (
        "The kubelet kills the container in the middle of its preStop hook: requests under way are cut off at "
        "every roll-out, drain and scale-down."
    )

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """A preStop that sleeps as long as the whole grace period, or longer."""
        grace = workload.pod.get("terminationGracePeriodSeconds", 30)
        for container in workload.containers:
            sleeps = _sleeps(((container.data.get("lifecycle") or {}).get("preStop")) or {})
            if sleeps and sleeps >= grace:
                seen = f"container {container.name}: preStop sleeps {sleeps} s of a grace period of {grace} s"
                patch = workload.with_pod({"terminationGracePeriodSeconds": sleeps + 30})
                yield Seen(workload.ref, seen, patch)


def _sleeps(hook: Manifest) -> int:
    if "sleep" in hook:
        return int(hook["sleep"].get("seconds", 0))
    words = " ".join(map(str, (hook.get("exec") or {}).get("command") or []))
    return sum(int(seconds) for seconds in re.findall(r"\bsleep (\d+)", words))
