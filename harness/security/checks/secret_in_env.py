"""Secrets that a container gets only once, in its environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Container, Objects, Workload


@CHECKS.enter("secret-in-env")
class SecretInEnv(Check):
    """Secrets are mounted as files."""

    severity: ClassVar[Severity] = Severity.LOW
    why: ClassVar[str] = (
        "A rotated Secret reaches no running container, so a restart months later heals into other credentials "
        "than its neighbours use; and what is in the environment shows in crash dumps and child processes. The "
        "patch mounts the Secret as well; the program must read it there before the variables go."
    )

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """References to Secrets in `env` and `envFrom`."""
        for container in workload.all_containers:
            names = sorted({name for name in _secrets(container) if name})
            if names:
                volumes = [{"name": f"secret-{name}"[:63], "secret": {"secretName": name}} for name in names]
                mounts = [
                    {"name": volume["name"], "mountPath": f"/etc/secrets/{name}", "readOnly": True}
                    for volume, name in zip(volumes, names, strict=True)
                ]
                spec = {"volumes": volumes, container.field: [{"name": container.name, "volumeMounts": mounts}]}
                seen = f"container {container.name}: Secret {', '.join(names)} in its environment"
                yield Seen(workload.ref, seen, workload.with_pod(spec))


def _secrets(container: Container) -> Iterator[str]:
    for variable in container.data.get("env") or []:
        yield (variable.get("valueFrom") or {}).get("secretKeyRef", {}).get("name", "")
    for source in container.data.get("envFrom") or []:
        yield (source.get("secretRef") or {}).get("name", "")
