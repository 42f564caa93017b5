"""An object changed by hand, past whatever declares its desired state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from harness.damage.edit import edit, edit_rights
from harness.damage.fields import Path, read
from harness.damage.plan import Injection, Plan, Stepwise, seen
from harness.damage.site import Site, Touch
from harness.kube import actions
from harness.kube.rights import Right
from harness.model.errors import ApiError, BadInput, InjectionFailed
from harness.model.patch import is_named, merge
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor, Evidence
from harness.model.units import Ref, Selector
from harness.registry import FAULTS

KINDS = (
    "configmap",
    "daemonset",
    "deployment",
    "job",
    "persistentvolumeclaim",
    "pod",
    "poddisruptionbudget",
    "secret",
    "service",
    "statefulset",
)
_OBSERVED = ("deployment", "statefulset", "daemonset")
_NOT_DECLARED = ("status", "apiVersion", "kind", "stringData")


@FAULTS.enter("drift")
class Drift(Stepwise, frozen=True, kw_only=True):
    """Changes fields of object `of` by hand: `set` is a strategic merge patch, as in a control.

    `{spec: {replicas: 0}}`, `{spec: {selector: {app: nobody}}}` of a Service, a label, a value of a ConfigMap, an
    environment variable in a pod template; null removes, lists of named things merge by `name`. What the API
    server refuses (a field that cannot be changed) leaves nothing behind. Kubernetes takes it for the new desired
    state, so only a declaration applied again heals it. Evidence: the controller acted on the new generation, the
    Service lost its endpoints, or a separate read where no controller has to act. Undo: these fields as they were.
    """

    heals: ClassVar[str] = "nobody: the desired state itself was changed; whatever applies the declaration again"
    example: ClassVar[Example] = Example({"of": "deployment/web", "set": {"spec": {"replicas": 0}}}, Effect.LASTS)

    of: Ref
    set: dict[str, Any]

    def __post_init__(self) -> None:
        if self.of.kind not in KINDS:
            raise BadInput(f"of: {self.of} is not accepted; accepted is one of {', '.join(KINDS)}")
        declared = [key for key in self.set if key not in _NOT_DECLARED]
        if not declared or len(declared) < len(self.set):
            wrong = ", ".join(self.set) or "nothing"
            raise BadInput(f"set: {wrong} is not accepted; accepted are declared fields such as spec, data or metadata")
        meta = self.set.get("metadata", {})
        if not isinstance(meta, dict) or not meta.keys() <= {"labels", "annotations"}:
            raise BadInput("set: of metadata, only labels and annotations are accepted")

    def rights(self) -> list[Right]:
        """What its requests take."""
        return edit_rights(f"{self.of.kind}s", self.of.name)

    def plan(self, site: Site) -> Plan:
        """Find the fields that would change."""
        document = actions.get(site.client, f"{self.of.kind}s", self.of.name, site.namespace)
        values = list(changes(document, self.set))
        if not values:
            raise InjectionFailed(f"set: {self.of} has these values already, so nothing would drift")
        words = ", ".join(".".join(path) for path, _ in values)
        touch = Touch(f"{self.of.kind}s", site.namespace, self.of.name, f"set {words} of")
        facts = {
            "uid": document["metadata"]["uid"],
            "generation": document["metadata"].get("generation", 0),
            "observed": "observedGeneration" in document.get("status", {}) and values[-1][0][0] == "spec",
            "unselects": self._unselects(site, document),
            "fields": [[list(path), read(document, path)] for path, _ in values],
        }
        return Plan(namespace=site.namespace, steps=[edit(site, touch, values)], facts=facts)

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Change them, all at once or not at all."""
        try:
            return super().inject(site, plan)
        except ApiError as error:
            if error.status not in (400, 403, 422):
                raise
            hint = "choose a field that can be changed while the object exists; nothing was changed"
            raise InjectionFailed(f"set: the API server refuses this change of {self.of}: {error}", hint=hint) from None

    def anchors(self, plan: Plan) -> list[Anchor]:
        """What the watched controllers make of it."""
        facts = plan.facts
        if facts["unselects"]:
            return [Anchor("no-endpoints", "endpointslices", self.of.name)]
        if facts["observed"] and self.of.kind in _OBSERVED:
            return [Anchor("observed", f"{self.of.kind}s", self.of.name, facts["uid"], count=facts["generation"])]
        return []

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Read the object again where the watch shows nothing of it."""
        if self.anchors(plan):
            return []
        source = "its controller" if plan.facts["observed"] else "a separate read"
        return seen(site, index, source, lambda: self._look(site, plan))

    def _look(self, site: Site, plan: Plan) -> tuple[bool, str]:
        document = actions.find(site.client, f"{self.of.kind}s", self.of.name, site.namespace)
        if document is None:
            return False, f"{self.of} is gone"
        if plan.facts["observed"]:
            generation = document["status"].get("observedGeneration", 0)
            return generation > plan.facts["generation"], f"acted on generation {generation}"
        kept = [".".join(path) for path, before in plan.facts["fields"] if read(document, path) == before]
        return not kept, f"unchanged: {', '.join(kept)}" if kept else "the fields are changed"

    def _unselects(self, site: Site, document: dict[str, Any]) -> bool:
        """Whether a Service that has endpoints would select no pod any more."""
        if self.of.kind != "service" or not site.picture.ready_endpoints(self.of.name):
            return False
        labels = merge(document, self.set)["spec"].get("selector") or {}
        selector = Selector(",".join(f"{key}={value}" for key, value in labels.items()))
        return bool(labels) and not any(selector.matches(pod.metadata.labels) for pod in site.picture.pods())


def changes(document: Any, patch: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The fields that a strategic merge patch would change, each with its new value; None removes it."""
    if isinstance(patch, dict) and isinstance(document, dict):
        for key, value in patch.items():
            yield from changes(document.get(key), value, (*path, key))
    elif is_named(patch) and is_named(document):
        there = {item["name"]: item for item in document}
        for item in patch:
            yield from changes(there.get(item["name"]), item, (*path, f"[name={item['name']}]"))
    elif (value := _without_nulls(patch)) != document:
        yield path, value


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value
