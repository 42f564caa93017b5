"""The remedy of `webhook-down`: its backend back, or the namespace spared until then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.advise.kubectl import kubectl
from harness.diagnose.symptoms.webhook_dead import KINDS
from harness.model.advice import Advice, Patch, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.network import Webhook, WebhookConfiguration
from harness.model.scene import Scene
from harness.registry import REMEDIES

_NAME = "kubernetes.io/metadata.name"


@REMEDIES.enter("webhook-down")
class WebhookDown(Remedy):
    """Its backend; until that is back, admission without it."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The backend first: what it checks goes unchecked otherwise."""
        name = cause.facts.get("webhook", "")
        hook = _webhook(scene, name)
        service = hook.client_config.service if hook else None
        if service is not None:
            yield Advice(
                text=f"Bring back who answers for webhook {name}: Service {service.name} in namespace "
                f"{service.namespace}. No pod can be made meanwhile.",
                severity=Severity.CRITICAL,
                commands=[
                    kubectl(service.namespace, "get", "pods,deployments,endpointslices"),
                    kubectl(service.namespace, "get", "events", "--sort-by=.lastTimestamp"),
                ],
            )
        if hook is None or not cause.object.partition("/")[0].endswith("webhookconfiguration"):
            yield Advice(
                text=f"Find the configuration that holds webhook {name}, and who answers for it.",
                severity=Severity.CRITICAL,
                commands=[kubectl("", "get", "validatingwebhookconfigurations,mutatingwebhookconfigurations")],
            )
            return
        yield Advice(
            text=f"Until then, spare namespace {scene.namespace}: its pods are admitted without being asked about. "
            "Take it back afterwards.",
            severity=Severity.HIGH,
            patches=[
                Patch(object=cause.object, body={"webhooks": [{"name": name, **_sparing(hook, scene.namespace)}]})
            ],
        )
        yield Advice(
            text="For good: let pods be admitted when nobody answers, where the webhook only watches or sets defaults. "
            "A security policy should rather fail, and run several replicas.",
            severity=Severity.MEDIUM,
            patches=[Patch(object=cause.object, body={"webhooks": [{"name": name, "failurePolicy": "Ignore"}]})],
        )


def _webhook(scene: Scene, name: str) -> Webhook | None:
    configurations = [each for resource in KINDS for each in scene.all(resource, WebhookConfiguration)]
    return next((hook for each in configurations for hook in each.webhooks if hook.name == name), None)


def _sparing(hook: Webhook, namespace: str) -> dict[str, Any]:
    """Its selector of namespaces, without this one."""
    selector = hook.namespace_selector
    kept = [
        {"key": each.key, "operator": each.operator, **({"values": each.values} if each.values else {})}
        for each in (selector.match_expressions if selector else [])
    ]
    out = {"key": _NAME, "operator": "NotIn", "values": [namespace]}
    return {"namespaceSelector": {"matchExpressions": [*kept, out]}}
