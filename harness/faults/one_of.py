"""One of several faults, drawn by the run's seed."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import msgspec

from harness.damage.plan import Injection, Plan, Stepwise, damage_of, fault_of
from harness.damage.site import Site
from harness.model.scenario import TIMING, Effect, Example, Fault, part_as_data
from harness.model.timeline import Evidence
from harness.model.units import decode_token
from harness.registry import FAULTS

_ACCEPTED = "a list of at least two faults, each a mapping of its name to its fields"


@FAULTS.enter("one-of")
class OneOf(Stepwise, frozen=True, kw_only=True):
    """Injects one of `choices`, drawn by the run's seed, and with `every` a newly drawn one each round.

    The same seed draws the same again; the timeline says what was drawn. When and how long is said here, not in the
    choices. Healed by, evidence and undo: those of the fault that was drawn. It needs what any of them needs.
    """

    heals: ClassVar[str] = "whoever heals the fault that is drawn"
    example: ClassVar[Example] = Example(
        {
            "choices": [
                {"pod-delete": {"select": "app=web"}},
                {"pod-delete": {"select": "app=web", "grace": "0s"}},
            ]
        },
        Effect.HEALS,
    )
    nests: ClassVar[str] = "choices"

    choices: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=2, extra={"accepted": _ACCEPTED})]

    @classmethod
    def of(cls, *choices: Fault, **fields: Any) -> OneOf:
        """One of these faults, as Python writes it."""
        return cls(choices=[_untimed(part_as_data(choice)) for choice in choices], **fields)

    def refuse(self) -> str:
        """A choice must be a fault that is neither a choice itself nor says its own time."""
        for choice in self.choices:
            if len(choice) != 1:
                return f"a choice with the keys {', '.join(choice) or 'none'}: each is one fault"
            ((name, fields),) = choice.items()
            if name == self.name or name not in FAULTS:
                return f"{name} cannot be chosen"
            if timed := [key for key in TIMING if key in fields]:
                return f"{name} says `{timed[0]}`: that is for {self.name} itself to say"
        try:
            reasons = [reason for choice in self.may_be() if (reason := choice.refuse())]
        except (msgspec.ValidationError, ValueError) as error:
            return str(error)
        return reasons[0] if reasons else super().refuse()

    def may_be(self) -> list[Fault]:
        """The choices."""
        return [
            msgspec.convert(fields, FAULTS[name], dec_hook=decode_token)
            for choice in self.choices
            for name, fields in choice.items()
        ]

    def plan(self, site: Site) -> Plan:
        """Draw one, and let it choose its targets."""
        drawn = site.random.randrange(len(self.choices))
        chosen = self.may_be()[drawn]
        ((name, fields),) = _untimed(part_as_data(chosen)).items()
        said = ", ".join(f"{key}={value}" for key, value in fields.items())
        site.note(f"{self.name} drew {name} {said}".rstrip())
        return msgspec.structs.replace(damage_of(chosen).plan(site), drawn=drawn)

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Inject what was drawn."""
        return damage_of(fault_of(self, plan)).inject(site, plan)

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Prove what was drawn."""
        return damage_of(fault_of(self, plan)).prove(site, plan, index)


def _untimed(part: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """A fault as data without its time, which is that of the choice."""
    return {name: {key: value for key, value in fields.items() if key not in TIMING} for name, fields in part.items()}
