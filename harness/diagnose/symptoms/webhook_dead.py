"""Admission webhooks that must be asked about new pods and that nobody answers for. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.symptoms.no_endpoints import SERVICE_LABEL
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.network import EndpointSlice, HookService, Service, Webhook, WebhookConfiguration
from harness.model.full.workloads import Named
from harness.model.scene import Scene, selects
from harness.registry import SYMPTOMS

KINDS = {"validatingwebhookconfigurations": "validating", "mutatingwebhookconfigurations": "mutating"}
_CONTROLLED = ("pods", "*", "*/*", "pods/*")


@SYMPTOMS.enter("webhook-dead")
class WebhookDead(SymptomReader):
    """A webhook with `failurePolicy: Fail` for new pods of this namespace whose Service is not there or has no ready
    endpoint.

    The object is its configuration; facts `webhook`, `backend` (namespace/name) and `why`: no-service or no-endpoints.
    Where the backend's namespace could not be read, nothing is told.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such webhook."""
        for resource, prefix in KINDS.items():
            for each in scene.all(resource, WebhookConfiguration):
                for webhook in each.webhooks:
                    why = _dead(scene, webhook)
                    if why:
                        yield _told(f"{prefix}webhookconfiguration/{each.metadata.name}", webhook, why)


def _dead(scene: Scene, webhook: Webhook) -> str:
    backend = webhook.client_config.service
    if webhook.failure_policy != "Fail" or backend is None or not _concerns(scene, webhook):
        return ""
    own = backend.namespace == scene.namespace
    services = scene.all("services", Service) if own else scene.elsewhere("services", Service, backend.namespace)
    known = scene.saw("services") if own else _known(scene, backend.namespace)
    if not any(each.metadata.name == backend.name for each in services):
        return "no-service" if known else ""
    slices = (
        scene.all("endpointslices", EndpointSlice)
        if own
        else scene.elsewhere("endpointslices", EndpointSlice, backend.namespace)
    )
    ready = [
        endpoint
        for each in slices
        if each.metadata.labels.get(SERVICE_LABEL) == backend.name
        for endpoint in each.endpoints or []
        if endpoint.conditions.ready is not False
    ]
    read = "endpointslices" in (scene.objects if own else scene.around)
    return "no-endpoints" if read and not ready else ""


def _concerns(scene: Scene, webhook: Webhook) -> bool:
    """Whether it is asked about new pods here; one whose selector cannot be decided is taken not to be."""
    asked = any(
        {"CREATE", "*"} & set(rule.operations)
        and {"", "*"} & set(rule.api_groups)
        and set(_CONTROLLED) & set(rule.resources)
        for rule in webhook.rules
    )
    labels = {"kubernetes.io/metadata.name": scene.namespace}
    namespace = scene.named("namespaces", Named, scene.namespace)
    if namespace is not None:
        labels |= namespace.metadata.labels
    return asked and (webhook.namespace_selector is None or selects(webhook.namespace_selector, labels))


def _known(scene: Scene, namespace: str) -> bool:
    """Whether another namespace was read, as far as its objects tell, or does not exist."""
    if any(each.metadata.namespace == namespace for found in scene.around.values() for each in found):
        return True
    names = [each.metadata.name for each in scene.all("namespaces", Named)]
    return bool(names) and namespace not in names


def _told(object_: str, webhook: Webhook, why: str) -> Symptom:
    backend = webhook.client_config.service or HookService()
    place = f"{backend.namespace}/{backend.name}"
    words = "does not exist" if why == "no-service" else "has no ready endpoint"
    return Symptom(
        kind="webhook-dead",
        object=object_,
        text=f"webhook {webhook.name} must agree to every new pod here, and its Service {place} {words}",
        source=f"{object_}, service {place}",
        facts={"webhook": webhook.name, "backend": place, "why": why},
    )
