"""A scenario as frozen data: what runs, what is broken, what is promised; a YAML file or a Python test is this."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple

import msgspec

from harness.model.cluster import Capability
from harness.model.errors import BadInput
from harness.model.patch import patched
from harness.model.units import Ref, Seconds, encode_token

if TYPE_CHECKING:
    from harness.model.budget import Budget
    from harness.model.picture import Picture
    from harness.model.timeline import AnyEntry
    from harness.model.verdict import Finding

_WORDS = {"lasts": "for", "since": "from", "origin": "from"}  # `for` and `from` are Python's own words

NO_FAULT = "no-fault"
"""The twin that every scenario has: itself without its faults."""
NO_FAULT_SECONDS_MIN = 5.0
"""How long at least it is looked at: a shorter quiet says little."""
ROUNDS_MAX = 100
"""How often one fault may be injected in a scenario."""
TIMING = ("after", "for", "every", "times")
"""The keys that say when a fault is injected; every fault has them."""


def yaml_key(field: str) -> str:
    """The YAML key of a field: kebab-case, with Python's own words spelt out in Python only."""
    return _WORDS.get(field, field.replace("_", "-"))


class Severity(enum.StrEnum):
    """How much a broken promise matters; the words are Allure's."""

    BLOCKER = "blocker"
    CRITICAL = "critical"
    NORMAL = "normal"
    MINOR = "minor"
    TRIVIAL = "trivial"


class Reach(enum.StrEnum):
    """How far a fault reaches; anything beyond its namespace holds the cluster alone."""

    NAMESPACE = "namespace"
    NODES = "nodes"
    CONTROL_PLANE = "control-plane"


class Effect(enum.StrEnum):
    """What a fault does to the workload of its example."""

    HEALS = "heals"  # Kubernetes heals it while the fault lasts
    LASTS = "lasts"  # the workload is broken until the fault is undone
    HARMLESS = "harmless"  # the workload goes on: what is broken shows only at the next need


class Example(NamedTuple):
    """A fault in use: its fields as in YAML, on one of the shipped workloads, and what becomes of `of`.

    It is the example of the reference page, and what the contract of faults is tried with.
    """

    fields: dict[str, Any]
    effect: Effect
    workload: str = "web"
    of: str = "deployment/web"


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename=yaml_key):
    """Base of every fault: when it is injected, and how long it lasts before it is undone.

    `after` counts from the end of the baseline; `for` from the acknowledged injection. Without `for` the fault is
    undone only at the end, when all expectations are decided. With `every` it is injected `times` times, each round
    so long after the one before; every round chooses anew, needs its own evidence and has its own undo.
    """

    name: ClassVar[str]
    reach: ClassVar[Reach] = Reach.NAMESPACE
    needs: ClassVar[frozenset[Capability]] = frozenset()
    heals: ClassVar[str]
    """Who heals it, in a few words."""
    example: ClassVar[Example]
    nests: ClassVar[str] = ""
    """The key that holds a list of other faults, where there is one."""
    budget: ClassVar[str] = ""
    """The family in harness/budget that predicts how long healing from it takes; empty where no timer says."""

    after: Seconds = msgspec.field(default_factory=lambda: Seconds(0))
    lasts: Seconds | None = None
    every: Seconds | None = None
    times: Annotated[int, msgspec.Meta(ge=2, le=ROUNDS_MAX)] | None = None

    def refuse(self) -> str:
        """Why these fields make no sense together; an empty string where they do."""
        if (self.every is None) != (self.times is None):
            given, lacks = ("every", "times") if self.times is None else ("times", "every")
            return f"`{given}` without `{lacks}`: it is injected `times` times, each `every` after the one before"
        if self.every is not None and self.every <= 0:
            return f"every: {self.every} is not accepted; accepted is more than 0"
        if self.every is not None and self.lasts is not None and self.lasts >= self.every:
            return f"for: {self.lasts} is not shorter than every: {self.every}; a round must end before the next begins"
        return ""

    def may_be(self) -> list[Fault]:
        """The faults that it may turn out to be: itself, unless it draws one of several."""
        return [self]


class Checker:
    """One expectation at work: it is shown the timeline in order and says when it is decided."""

    def allow(self, budget: Budget) -> None:
        """Learn, when the faults begin, how long healing takes by Kubernetes' own timers."""

    def see(self, entry: AnyEntry, picture: Picture) -> None:
        """Take in one entry; `picture` already includes it."""
        raise NotImplementedError

    def decide(self, now: float, picture: Picture) -> Finding | None:
        """The finding once it cannot change any more, else None. `now` is seconds on the timeline."""
        raise NotImplementedError

    def conclude(self, now: float, picture: Picture) -> Finding:
        """The finding when observation ends at `now`; inconclusive where the timeline does not tell."""
        raise NotImplementedError

    def wake_at(self) -> float | None:
        """When `decide` should be asked again although nothing new was seen; None when only news can decide."""
        return None


class Expectation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename=yaml_key):
    """Base of every expectation: a promise about one object, decided from the timeline alone."""

    name: ClassVar[str]
    needs: ClassVar[frozenset[Capability]] = frozenset()
    every_moment: ClassVar[bool] = False
    """Whether it promises something of every moment, so that one that was not seen leaves it undecided."""
    of_failure: ClassVar[bool] = False
    """Whether it promises that something fails, so that without a fault it must be broken."""
    kinds: ClassVar[tuple[str, ...]] = ()
    """The kinds of objects that it can be about; any where none is named."""

    of: Ref

    @property
    def heals_since(self) -> str:
        """Where the clock of the healing that it is about starts: `injection` or `undo`; '' where it is about none."""
        return ""

    def checker(self) -> Checker:
        """A fresh checker of this promise."""
        raise NotImplementedError

    def refuse(self) -> str:
        """Why these fields make no sense together; an empty string where they do."""
        if self.kinds and self.of.kind not in self.kinds:
            return f"{self.of!r} is not accepted here; accepted is one of {', '.join(self.kinds)}"
        return ""


class Control(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename=yaml_key):
    """A broken twin: the workload with `patch` applied must make the expectations in `fails` fail.

    `patch` maps an object (`deployment/web`) to a strategic merge patch. `faults` are injected beside the scenario's
    own, such as one that switches off who would heal them. With `inconclusive` the twin must end undecided instead,
    with that text among its doubts. `needs` are capabilities without which its patch breaks nothing.
    """

    why: str = ""
    patch: dict[str, dict[str, Any]] = {}
    faults: list[Fault] = []
    fails: list[str] = []
    inconclusive: str = ""
    needs: list[Capability] = []


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """What is run: workload, faults, promises.

    `manifests` are the workload's Kubernetes objects (in YAML the key is `workload`, a path or a list of paths
    beside the scenario). `baseline` is how long the workload may take to become healthy before the fault,
    `observe` how long to look at least after the last injection. `requires` (in YAML `needs`) are capabilities that
    its workload needs beyond those of its faults and expectations. `source` is the file it came from;
    `twin_of` names the control that this scenario is the broken twin of, or is NO_FAULT.
    """

    name: str
    why: str
    manifests: list[dict[str, Any]]
    faults: list[Fault]
    expect: list[Expectation]
    severity: Severity = Severity.NORMAL
    rows: list[int] = []
    tags: list[str] = []
    control: dict[str, Control] = {}
    baseline: Seconds = msgspec.field(default_factory=lambda: Seconds(90))
    observe: Seconds = msgspec.field(default_factory=lambda: Seconds(0))
    requires: list[Capability] = []
    source: str = ""
    twin_of: str = ""

    def __post_init__(self) -> None:
        if not self.expect:
            raise BadInput(f"scenario {self.name}: `expect` is empty", hint="a run without a promise proves nothing")
        parts: list[Fault | Expectation] = [*self.faults, *self.expect]
        for part in parts:
            reason = part.refuse()
            if reason:
                raise BadInput(f"scenario {self.name}: {part.name}: {reason}")

    @property
    def needs(self) -> frozenset[Capability]:
        """All capabilities that its faults and expectations need."""
        parts: list[Fault | Expectation] = [*self._possible, *self.expect]
        return frozenset(self.requires).union(*(part.needs for part in parts))

    @property
    def alone(self) -> bool:
        """Whether it must hold its cluster alone."""
        return any(fault.reach is not Reach.NAMESPACE for fault in self._possible)

    @property
    def _possible(self) -> list[Fault]:
        return [each for fault in self.faults for each in fault.may_be()]

    def twin(self, name: str) -> Scenario:
        """The scenario with the broken workload and further faults of one of its controls, or without any fault."""
        if name == NO_FAULT:
            return self._without_faults()
        if name not in self.control:
            known = ", ".join((NO_FAULT, *self.control))
            raise BadInput(f"scenario {self.name}: {name!r} is none of its controls; accepted is one of {known}")
        control = self.control[name]
        return msgspec.structs.replace(
            self,
            name=f"{self.name}-{name}",
            manifests=[patched(manifest, control.patch) for manifest in self.manifests],
            faults=[*control.faults, *self.faults],
            control={name: control},
            twin_of=name,
        )

    def _without_faults(self) -> Scenario:
        """The same promises, looked at for as long as its faults would have taken."""
        ends = [fault.after + (fault.every or 0) * (fault.times or 1) + (fault.lasts or 0) for fault in self.faults]
        look = Seconds(max(NO_FAULT_SECONDS_MIN, self.observe, *ends))
        return msgspec.structs.replace(
            self, name=f"{self.name}-{NO_FAULT}", faults=[], observe=look, control={}, twin_of=NO_FAULT
        )

    def as_data(self) -> dict[str, Any]:
        """Builtins only, as in YAML, for the timeline's header and for reports."""
        data: dict[str, Any] = {
            "scenario": self.name,
            "why": self.why,
            "severity": str(self.severity),
            "rows": list(self.rows),
            "tags": list(self.tags),
            "workload": self.manifests,
            "faults": [part_as_data(fault) for fault in self.faults],
            "expect": [part_as_data(expectation) for expectation in self.expect],
            "baseline": str(self.baseline),
            "observe": str(self.observe),
            "needs": [str(need) for need in self.requires],
            "control": {name: _control_as_data(control) for name, control in self.control.items()},
            "source": self.source,
        }
        if self.twin_of:
            data["twin"] = self.twin_of
        return data


def part_as_data(part: Fault | Expectation) -> dict[str, Any]:
    """A fault or an expectation as its one-key mapping in YAML."""
    fields = msgspec.to_builtins(part, enc_hook=encode_token)
    return {part.name: {key: value for key, value in fields.items() if value is not None}}


def _control_as_data(control: Control) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(control, enc_hook=encode_token)
    return {**data, "faults": [part_as_data(fault) for fault in control.faults]}
