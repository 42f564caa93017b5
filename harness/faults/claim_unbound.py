"""A claim that nobody binds, and a roll-out whose pods wait for it."""

from __future__ import annotations

import enum
import secrets
from typing import Any, ClassVar

from harness.damage import template
from harness.damage.addition import Addition, addition_rights
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube.rights import Right
from harness.model.errors import BadInput
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Ref
from harness.registry import FAULTS

_VOLUME = "healproof-unbound"
_NOBODYS = {"healproof.dev/volume": "nobody"}
KINDS = ("deployment", "daemonset")


class Why(enum.StrEnum):
    """Why nobody binds the claim."""

    NO_CLASS = "no-class"  # it asks for a volume made by hand, and there is none
    WRONG_CLASS = "wrong-class"  # it asks for a StorageClass that does not exist


@FAULTS.enter("claim-unbound")
class ClaimUnbound(Stepwise, frozen=True, kw_only=True):
    """Rolls workload `of` out with a volume whose claim stays unbound, `why` being `no-class` or `wrong-class`.

    The claim is added to the namespace; with `no-class` it asks for a volume that nobody provisions, with
    `wrong-class` for a StorageClass that does not exist. New pods wait for it, which must stop the roll-out.
    Kubernetes does not roll back by itself. Evidence: the scheduler's own words about a new pod. Undo: the pod
    template as it was before, then the claim is removed.
    """

    heals: ClassVar[str] = "nobody: the roll-out must be put back; the old pods go on serving"
    budget: ClassVar[str] = "rollout"
    example: ClassVar[Example] = Example({"of": "deployment/web", "why": "no-class"}, Effect.LASTS)

    of: Ref
    why: Why

    def __post_init__(self) -> None:
        if self.of.kind not in KINDS:  # a StatefulSet never replaces a pod that waits, not even after the undo
            raise BadInput(f"of: {self.of} is not accepted; accepted is one of {', '.join(KINDS)}")

    def rights(self) -> list[Right]:
        """What its requests take."""
        return template.change_rights(self.of) + addition_rights("persistentvolumeclaims")

    def plan(self, site: Site) -> Plan:
        """A claim, and a template that asks for it."""
        name = f"{_VOLUME}-{secrets.token_hex(3)}"
        claim = Addition(deed=f"leave unbound ({self.why})", manifest=_claim(name, self.why), namespace=site.namespace)
        path = [*template.TEMPLATE, "spec", "volumes", f"[name={_VOLUME}]"]
        volume = {"name": _VOLUME, "persistentVolumeClaim": {"claimName": name}}
        change = template.plan_change(site, self.of, "wait for the unbound claim in", [(path, volume)])
        return Plan(namespace=site.namespace, steps=[claim, *change.steps], facts=change.facts)

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The scheduler is the other source."""
        return [template.new_pod(plan, "pod-unschedulable", "")]


def _claim(name: str, why: Why) -> dict[str, Any]:
    volume = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Mi"}},
        "storageClassName": "" if why is Why.NO_CLASS else f"{name}-class",
        # a volume without a class that happens to be free must not be taken
        "selector": {"matchLabels": _NOBODYS},
    }
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": volume}
