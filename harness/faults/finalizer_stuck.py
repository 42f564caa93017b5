"""An object that is deleted and does not go, for a finalizer that nobody removes."""

from __future__ import annotations

from functools import partial
from typing import Annotated, ClassVar

import msgspec

from harness.damage.edit import edit, edit_rights
from harness.damage.plan import Injection, Plan, Stepwise, seen
from harness.damage.removal import removal_rights
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.damage.victims import Victims, choose
from harness.faults.object_delete import check_kind, plan_removal
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.model.errors import BadInput
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor, Evidence
from harness.model.units import Ref, Selector
from harness.registry import FAULTS

FINALIZER = "healproof.dev/stuck"


@FAULTS.enter("finalizer-stuck")
class FinalizerStuck(Stepwise, frozen=True, kw_only=True):
    """Deletes `count` pods that `select` matches, or object `of`, with a finalizer on them: they stay Terminating.

    It is what a controller leaves that died before it had cleaned up. A ReplicaSet replaces such a pod; a
    StatefulSet cannot while the name is taken. Evidence: the watch shows the pod terminating, and a separate read
    finds the object deleted and still there. Undo: the finalizer is removed, so the object goes; an object other
    than a pod is then created again as it was.
    """

    heals: ClassVar[str] = "the owning controller, unless it needs the name; nobody for other objects"
    example: ClassVar[Example] = Example({"of": "service/web"}, Effect.HARMLESS)

    select: Selector | None = None
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    of: Ref | None = None

    def __post_init__(self) -> None:
        if (self.select is None) == (self.of is None):
            raise BadInput("either `select` says which pods, or `of` which object")
        if self.of is not None:
            check_kind(self.of)

    def rights(self) -> list[Right]:
        """What its requests take."""
        if self.of is None:
            return edit_rights("pods") + may("delete", "pods")
        resource = f"{self.of.kind}s"
        return removal_rights(resource, self.of.name) + edit_rights(resource, self.of.name)

    def plan(self, site: Site) -> Plan:
        """Choose the objects. Undo goes backwards: first the finalizer, then what was deleted."""
        steps: list[Step] = []
        pods = {}
        if self.of is not None:
            steps.append(plan_removal(site, self.of))
            targets = [(f"{self.of.kind}s", self.of.name)]
        else:
            chosen = choose(site, Victims(select=self.select or Selector(), count=self.count))
            pods = {pod.metadata.name: pod.metadata.uid for pod in chosen}
            targets = [("pods", name) for name in pods]
        path = ("metadata", "finalizers", f"[={FINALIZER}]")
        for resource, name in targets:
            touch = Touch(resource, site.namespace, name, "hold with a finalizer")
            steps.append(edit(site, touch, [(path, FINALIZER)]))
        victims = [Touch("pods", site.namespace, name, "delete") for name in pods]
        return Plan(namespace=site.namespace, steps=steps, victims=victims, facts={"pods": pods, "targets": targets})

    def inject(self, site: Site, plan: Plan) -> Injection:
        """The finalizer first, then the deletion."""
        for step in reversed(plan.steps):
            sent = site.clock.now()
            step.do(site)
        pods = plan.facts["pods"]
        for name, uid in pods.items():
            sent = site.clock.now()
            actions.delete_pod(site.client, site.namespace, name, uid)
        return Injection(sent, [Anchor("terminating", "pods", name, uid) for name, uid in pods.items()])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Read each again."""
        found = []
        for resource, name in plan.facts["targets"]:
            found += seen(site, index, "a separate read", partial(_stuck, site, resource, name))
        return found


def _stuck(site: Site, resource: str, name: str) -> tuple[bool, str]:
    found = actions.find(site.client, resource, name, site.namespace)
    if found is None:
        return False, f"{resource}/{name} is gone"
    meta = found["metadata"]
    held = FINALIZER in meta.get("finalizers", []) and "deletionTimestamp" in meta
    return held, f"{resource}/{name} is {'Terminating, held by ' + FINALIZER if held else 'not being deleted'}"
