"""An admission webhook that must agree to every new pod, and that nobody answers for."""

from __future__ import annotations

import secrets
from typing import ClassVar

from harness.damage import admission
from harness.damage.addition import Addition, addition_rights
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube.rights import Right
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.registry import FAULTS


@FAULTS.enter("webhook-down")
class WebhookDown(Stepwise, frozen=True, kw_only=True):
    """Adds a validating webhook for new pods of this namespace, whose Service does not exist and whose failure counts.

    It is what remains of a policy engine that went down. Pods that run are left alone; no new one is admitted, so
    it shows at the next need. No other namespace is concerned. Evidence: a dry run of creating a pod is refused
    because the webhook cannot be called. Undo: the webhook's configuration is removed; controllers try again in
    growing intervals.
    """

    heals: ClassVar[str] = "nobody: controllers try again until the webhook answers or is gone"
    budget: ClassVar[str] = "admission"
    example: ClassVar[Example] = Example({}, Effect.HARMLESS)

    def rights(self) -> list[Right]:
        """What its requests take."""
        return addition_rights("validatingwebhookconfigurations") + admission.rights()

    def plan(self, site: Site) -> Plan:
        """Nothing to choose."""
        manifest = {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": f"healproof-webhook-{secrets.token_hex(3)}"},
            "webhooks": [
                {
                    "name": "down.healproof.dev",
                    "rules": [
                        {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
                    ],
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": site.namespace}},
                    "clientConfig": {"service": {"namespace": site.namespace, "name": "healproof-nobody"}},
                    "failurePolicy": "Fail",
                    "timeoutSeconds": 1,
                    "sideEffects": "None",
                    "admissionReviewVersions": ["v1"],
                }
            ],
        }
        step = Addition(deed="ask nobody about new pods by", manifest=manifest, namespace=site.namespace)
        return Plan(namespace=site.namespace, steps=[step])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Try to add a pod."""
        return admission.refused(site, index, "failed calling webhook")
