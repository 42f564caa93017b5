"""A namespace whose quota is used up."""

from __future__ import annotations

import secrets
from typing import ClassVar

import msgspec

from harness.damage import admission
from harness.damage.addition import Addition, addition_rights
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube.rights import Right
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.registry import FAULTS


@FAULTS.enter("quota-exhausted")
class QuotaExhausted(Stepwise, frozen=True, kw_only=True):
    """Adds a ResourceQuota to the namespace with the limits `hard`, such as `{pods: "0"}`, `{requests.cpu: 10m}`.

    Without `hard` it allows as many pods as there are: no pod can be added, so no roll-out can surge, and a lost pod
    can be replaced only once it is gone entirely. Pods that run are left alone: it shows at the next need.
    Evidence: a dry run of creating a pod is refused for the exceeded quota. Undo: the quota is removed; controllers
    try again in growing intervals.
    """

    heals: ClassVar[str] = "nobody: controllers try again until the quota allows it"
    budget: ClassVar[str] = "admission"
    example: ClassVar[Example] = Example({"hard": {"pods": "0"}}, Effect.HARMLESS)

    hard: dict[str, str] = msgspec.field(default_factory=dict)

    def rights(self) -> list[Right]:
        """What its requests take."""
        return addition_rights("resourcequotas") + admission.rights()

    def plan(self, site: Site) -> Plan:
        """Count the pods that a quota counts."""
        running = sum(not pod.over for pod in site.picture.pods())
        hard = self.hard or {"pods": str(running)}
        quota = {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": f"healproof-quota-{secrets.token_hex(3)}"},
            "spec": {"hard": hard},
        }
        deed = f"allow only {', '.join(f'{value} {key}' for key, value in hard.items())} by"
        return Plan(namespace=site.namespace, steps=[Addition(deed=deed, manifest=quota, namespace=site.namespace)])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Try to add a pod."""
        return admission.refused(site, index, "exceeded quota")
