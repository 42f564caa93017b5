"""The seam of every family of budgets: what is known of a fault and a workload, and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from harness.model.budget import Budget, Term
from harness.model.scenario import Fault
from harness.model.timers import Timers
from harness.model.units import Ref
from harness.registry import Registry

OWNERS = ("deployment", "statefulset", "daemonset")
"""The kinds of workloads that budgets are known for."""


class Case(NamedTuple):
    """One fault on one workload: `workload` is the manifest of what must be whole again.

    `startup_seconds` is how long its slowest pod took from being made to being ready, where that was measured.
    `zones` are the cluster's nodes by zone, empty where it is not known; `lost` is how many nodes are lost together.
    """

    fault: Fault
    of: Ref
    workload: dict[str, Any]
    manifests: list[dict[str, Any]]
    timers: Timers
    startup_seconds: float | None = None
    zones: Mapping[str, int] = {}
    lost: int = 1

    @property
    def kind(self) -> str:
        """The workload's kind, in lower case."""
        return str(self.workload["kind"]).lower()

    @property
    def spec(self) -> dict[str, Any]:
        """The workload's spec."""
        return self.workload.get("spec") or {}

    @property
    def pod(self) -> dict[str, Any]:
        """The pod template, metadata and spec."""
        return self.spec.get("template") or {}

    @property
    def pod_spec(self) -> dict[str, Any]:
        """The spec of its pods."""
        return self.pod.get("spec") or {}

    @property
    def labels(self) -> dict[str, str]:
        """The labels of its pods."""
        return (self.pod.get("metadata") or {}).get("labels") or {}

    @property
    def replicas(self) -> int:
        """How many pods it wants; of a DaemonSet as many as there are nodes, 1 where that is not known."""
        if self.kind == "daemonset":
            return sum(self.zones.values()) or 1
        return int(self.spec.get("replicas", 1))

    @property
    def grace_seconds(self) -> float:
        """How long its pods may take to stop."""
        return float(self.pod_spec.get("terminationGracePeriodSeconds", 30))

    def field(self, name: str, default: Any = None) -> Any:
        """A field of the fault, by its name in Python; the default where it has none of that name."""
        return getattr(self.fault, name, default)

    def budget(self, *terms: Term, beside: tuple[Term, ...] = ()) -> Budget:
        """The interval that these terms add up to."""
        return Budget(fault=self.fault.name, of=str(self.of), terms=list(terms), beside=list(beside))

    def never(self, reason: str, *beside: Term) -> Budget:
        """It does not heal, for this reason."""
        return Budget(fault=self.fault.name, of=str(self.of), never=reason, beside=list(beside))

    def unknown(self, reason: str) -> Budget:
        """Nothing can be predicted, for this reason."""
        return Budget(fault=self.fault.name, of=str(self.of), unknown=reason)


class Family:
    """One kind of damage: how long a workload takes to be whole again, from the injection and from the undo.

    An `obstacle` breaks nothing that runs; it keeps what is lost beside it from being replaced until it is undone.
    """

    name: ClassVar[str]
    obstacle: ClassVar[bool] = False

    def from_injection(self, case: Case) -> Budget:
        """While the fault lasts."""
        raise NotImplementedError

    def from_undo(self, case: Case) -> Budget:
        """Once it is undone; most damage is healed long before that, or by nothing that has a timer."""
        return case.unknown(f"what heals after the undo of {case.fault.name} follows no timer of Kubernetes")


FAMILIES: Registry[type[Family]] = Registry("budget", "harness.budget")
