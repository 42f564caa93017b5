"""Namespaces where everybody may talk to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, selects


@CHECKS.enter("network-policy")
class NetworkPolicy(Check):
    """A NetworkPolicy that selects every workload."""

    severity: ClassVar[Severity] = Severity.LOW
    why: ClassVar[str] = (
        "One pod that was broken into reaches all others. The added policy lets in what comes from the same "
        "namespace; allow what must come from elsewhere before it is applied."
    )

    def look(self, objects: Objects) -> Iterator[Seen]:
        """Workloads that no policy selects."""
        policies = [each["spec"].get("podSelector") or {} for each in objects.of_kind("NetworkPolicy")]
        bare = [w.ref for w in objects.workloads() if not any(selects(each, w.labels) for each in policies)]
        if bare:
            meta = {"name": "same-namespace"}
            policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta}
            spec = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]}
            seen = f"no NetworkPolicy for {', '.join(bare)}"
            yield Seen(f"namespace/{objects.namespace or 'of the manifests'}", seen, addition={**policy, "spec": spec})
