"""Pods that carry a key of the API server that they do not need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, Workload


@CHECKS.enter("service-account-token")
class ServiceAccountToken(Check):
    """No token is mounted for the default service account."""

    severity: ClassVar[Severity] = Severity.LOW
    why: ClassVar[str] = (
        "Whoever gets into the container can ask the API server as this namespace's default account, which others "
        "may have given rights to."
    )

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """The default account, and its token mounted; other accounts are made for a purpose."""
        pod = workload.pod
        account = pod.get("serviceAccountName") or "default"
        if account == "default" and pod.get("automountServiceAccountToken") is not False:
            patch = workload.with_pod({"automountServiceAccountToken": False})
            yield Seen(workload.ref, "the default service account with its token mounted", patch)
