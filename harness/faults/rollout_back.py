"""A workload rolled back to an older revision."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import msgspec

from harness.damage import template
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Ref
from harness.registry import FAULTS

_REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"

Revisions = dict[int, dict[str, Any]]
"""Recorded pod templates by revision."""


@FAULTS.enter("rollout-back")
class RolloutBack(Stepwise, frozen=True, kw_only=True):
    """Rolls workload `of` back to revision `to-revision`, or to the one before, as `kubectl rollout undo` does.

    The template comes from the ReplicaSet or the ControllerRevision that recorded it; nobody asks whether it ever
    worked. Evidence: a new pod, which its controller made from the older template. Undo: the template as it was.
    """

    heals: ClassVar[str] = "nobody: what Kubernetes rolls out is what it was told to"
    budget: ClassVar[str] = "running-rollout"

    example: ClassVar[Example] = Example(
        {"of": "deployment/web"}, Effect.LASTS, workload="web-bad-revision", of="deployment/web"
    )

    of: Ref
    to_revision: Annotated[int, msgspec.Meta(ge=1)] | None = None

    def rights(self) -> list[Right]:
        """What its requests take."""
        recorded = "replicasets" if self.of.kind == "deployment" else "controllerrevisions"
        return template.change_rights(self.of) + may("list", recorded)

    def plan(self, site: Site) -> Plan:
        """Find the recorded template."""
        template.container_path(site, self.of)
        workload = actions.get(site.client, f"{self.of.kind}s", self.of.name, site.namespace)
        revisions = _of_deployment(site, workload) if self.of.kind == "deployment" else _of_others(site, workload)
        revision = self.choose(revisions)
        values = [(template.TEMPLATE, revisions[revision])]
        return template.plan_change(site, self.of, f"roll back to revision {revision}", values)

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The controller's reaction."""
        return [template.new_pod(plan, "pod-new", "")]

    def choose(self, revisions: Revisions) -> int:
        """The revision to go to; raises InjectionFailed where it is not recorded."""
        *older, current = sorted(revisions) or [0]
        wanted = self.to_revision if self.to_revision is not None else older[-1] if older else None
        if wanted in older:
            return wanted
        asked = "an older revision" if wanted is None else f"to-revision: {wanted}"
        raise InjectionFailed(
            f"{asked} of {self.of} is not recorded; recorded are {', '.join(map(str, older)) or 'none'} "
            f"and the current one, {current}",
            hint="roll out a second revision first; revisionHistoryLimit says how many are kept",
        )


def _owned(site: Site, resource: str, owner: dict[str, Any]) -> list[dict[str, Any]]:
    uid = owner["metadata"]["uid"]
    found = actions.listed(site.client, resource, site.namespace)
    return [each for each in found if any(o["uid"] == uid for o in each["metadata"].get("ownerReferences", []))]


def _of_deployment(site: Site, deployment: dict[str, Any]) -> Revisions:
    revisions: Revisions = {}
    for replica_set in _owned(site, "replicasets", deployment):
        recorded = msgspec.json.decode(msgspec.json.encode(replica_set["spec"]["template"]))
        recorded["metadata"]["labels"].pop(_HASH, None)
        revisions[int(replica_set["metadata"]["annotations"][_REVISION])] = recorded
    return revisions


def _of_others(site: Site, workload: dict[str, Any]) -> Revisions:
    recorded = _owned(site, "controllerrevisions", workload)
    templates = {each["revision"]: dict(each["data"]["spec"]["template"]) for each in recorded}
    for each in templates.values():
        each.pop("$patch", None)
    return templates
