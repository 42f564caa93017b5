"""An object that a hand deleted: a Service, a ConfigMap, a Secret, a disruption budget, a whole workload."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.removal import Removal, removal, removal_rights
from harness.damage.site import Site, Touch
from harness.kube import actions
from harness.kube.rights import Right
from harness.model.errors import BadInput, InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor, Evidence
from harness.model.units import Ref
from harness.registry import FAULTS

KINDS = ("configmap", "daemonset", "deployment", "poddisruptionbudget", "secret", "service", "statefulset")
"""What can be created again as it was; a claim takes its data along, a Job its selector."""
_WORKLOADS = ("daemonset", "deployment", "statefulset")


def plan_removal(site: Site, of: Ref, deed: str = "delete") -> Removal:
    """The step that removes object `of` of the namespace; refuses what would take its data along."""
    step = removal(site, Touch(f"{of.kind}s", site.namespace, of.name, deed))
    kept: dict[str, Any] = step.manifest.get("spec", {}).get("persistentVolumeClaimRetentionPolicy", {})
    if kept.get("whenDeleted") == "Delete":
        raise InjectionFailed(f"of: the volumes of {of} would be deleted with it (whenDeleted: Delete)")
    return step


def check_kind(of: Ref) -> None:
    """Refuse an object that cannot be created again as it was."""
    if of.kind not in KINDS:
        raise BadInput(
            f"of: {of} is not accepted: deleted, it would not come back as it was; accepted is one of "
            f"{', '.join(KINDS)}"
        )


@FAULTS.enter("object-delete")
class ObjectDelete(Stepwise, frozen=True, kw_only=True):
    """Deletes object `of` of the namespace: a Service, ConfigMap, Secret, disruption budget, or a whole workload.

    What depended on it goes with it: the EndpointSlices of a Service, the pods of a workload. Pods, claims, Jobs and
    nodes are refused: they would not come back as they were. Nobody in Kubernetes creates it again. Evidence: a
    separate read finds nothing; the watch shows endpoints and pods gone. Undo: created again as it was; meanwhile
    a Secret in the namespace keeps its copy.
    """

    heals: ClassVar[str] = "nobody; whatever applies the declaration again"
    example: ClassVar[Example] = Example({"of": "service/web"}, Effect.HARMLESS)

    of: Ref

    def __post_init__(self) -> None:
        check_kind(self.of)

    def rights(self) -> list[Right]:
        """What its requests take."""
        return removal_rights(f"{self.of.kind}s", self.of.name)

    def plan(self, site: Site) -> Plan:
        """Read the object, and what depends on it."""
        workload = self.of.kind in _WORKLOADS
        pods = {pod.metadata.name: pod.metadata.uid for pod in site.picture.pods_of(self.of)} if workload else {}
        serves = self.of.kind == "service" and bool(site.picture.ready_endpoints(self.of.name))
        facts = {"pods": pods, "serves": serves}
        return Plan(namespace=site.namespace, steps=[plan_removal(site, self.of)], facts=facts)

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The pods that go with it."""
        return [Anchor("pod-gone", "pods", name, uid) for name, uid in plan.facts["pods"].items()]

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Ask for it."""

        def look() -> tuple[bool, str]:
            found = actions.find(site.client, f"{self.of.kind}s", self.of.name, site.namespace)
            return found is None, f"{self.of}: {'404 not found' if found is None else 'it is still there'}"

        found = seen(site, index, "a separate read", look)
        if plan.facts["serves"]:
            found += seen(site, index, "the watch of its EndpointSlices", lambda: self._unserved(site))
        return found

    def _unserved(self, site: Site) -> tuple[bool, str]:
        left = site.picture.ready_endpoints(self.of.name)
        return not left, f"{left} ready endpoints"
