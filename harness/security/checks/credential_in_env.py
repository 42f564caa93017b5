"""Credentials that stand in the manifest itself."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.report.redact import looks_secret
from harness.security.check import CHECKS, Check, Severity
from harness.security.objects import Container, Workload


@CHECKS.enter("credential-in-env")
class CredentialInEnv(Check):
    """No environment variable with a credential as its plain value."""

    severity: ClassVar[Severity] = Severity.HIGH
    why: ClassVar[str] = (
        "Everybody who may read the workload, its ReplicaSets or the repository reads the credential. The patch "
        "takes it from a Secret, which must be made first."
    )

    def of_container(self, container: Container, workload: Workload) -> tuple[str, dict[str, Any]] | None:
        """By the variables' names; the values are never shown."""
        variables = container.data.get("env") or []
        plain = [each["name"] for each in variables if each.get("value") and looks_secret(each["name"])]
        if not plain:
            return None
        secret = f"{workload.name}-credentials"
        env = [
            {"name": name, "value": None, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}}
            for name in plain
        ]
        return f"the value of {', '.join(plain)} is in the manifest", {"env": env}
