"""Configuration that is not there, asked for by the workload's pod template."""

from __future__ import annotations

import enum
from typing import Annotated, ClassVar

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


class Kind(enum.StrEnum):
    """Where containers get their configuration from."""

    CONFIG_MAP = "configmap"
    SECRET = "secret"  # noqa: S105 - the name of a kind


@FAULTS.enter("config-missing")
class ConfigMissing(Stepwise, frozen=True, kw_only=True):
    """Rolls out workload `of` with the environment variable `env` from a `key` that ConfigMap or Secret `object` lacks.

    The object itself may lack too, as it does by default. The kubelet does not make the new containers
    (CreateContainerConfigError) until object and key are there; the old pods go on. Evidence: a new pod waits for
    that reason. Undo: the variable as it was before.
    """

    heals: ClassVar[str] = "the kubelet, once the key is there; else nobody"
    budget: ClassVar[str] = "rollout"

    example: ClassVar[Example] = Example({"of": "deployment/web"}, Effect.LASTS)

    of: Ref
    kind: Kind = Kind.CONFIG_MAP
    object: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$")] = "no-such-config"
    key: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]+$")] = "no-such-key"
    env: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = "NO_SUCH_CONFIG"
    container: str = ""

    def rights(self) -> list[Right]:
        """What its requests take."""
        return template.change_rights(self.of) + may("get", f"{self.kind}s", self.object)

    def plan(self, site: Site) -> Plan:
        """See that the key lacks, and add the variable to the environment that is there."""
        found = actions.find(site.client, f"{self.kind}s", self.object, site.namespace)
        if found is not None and self.key in found.get("data", {}):
            raise InjectionFailed(
                f"key: {self.kind}/{self.object} has the key {self.key!r}: nothing would be missing",
                hint="name a key that it does not have, or delete the object with object-delete",
            )
        source = "configMapKeyRef" if self.kind is Kind.CONFIG_MAP else "secretKeyRef"
        variable = {"name": self.env, "valueFrom": {source: {"name": self.object, "key": self.key}}}
        path = [*template.container_path(site, self.of, self.container), "env", f"[name={self.env}]"]
        return template.plan_change(site, self.of, f"want {self.key} of {self.kind}/{self.object}", [(path, variable)])

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The kubelet's word on the container it cannot make."""
        return [template.new_pod(plan, "pod-waiting", "CreateContainerConfigError")]
