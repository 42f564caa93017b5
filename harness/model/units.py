"""The words that scenarios measure in: durations, shares, object references and label selectors. Each is one token."""

from __future__ import annotations

import math
import re
from typing import Any, ClassVar, Self

_BITS = {"bit": 1.0, "kbit": 1e3, "mbit": 1e6, "gbit": 1e9}
_FACTORS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")


class Token:
    """A value written as one string in YAML; subclasses say how, and what is accepted."""

    accepted: ClassVar[str]
    schema: ClassVar[dict[str, Any]]

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read the value as written in a scenario; raises ValueError that names the value and what is accepted."""
        raise NotImplementedError

    @classmethod
    def refuse(cls, written: object) -> ValueError:
        """The error for a value that cannot be read."""
        return ValueError(f"{written!r} is not accepted here; accepted is {cls.accepted}")


class Deadline(float, Token):
    """A duration, or the word `budget`: as long as Kubernetes' own timers take; as a number that is infinite."""

    accepted = "a duration such as 500ms, 2s or 1m30s, or budget"
    schema: ClassVar = {
        "type": "string",
        "pattern": rf"{_DURATION.pattern}|^budget$",
        "examples": ["500ms", "2s", "1m30s", "budget"],
    }

    @classmethod
    def parse(cls, written: object) -> Deadline:
        """Read `30s` or `budget`."""
        if written == "budget" or (isinstance(written, Deadline) and written == math.inf):
            return BUDGET
        try:
            return Seconds.parse(written)
        except ValueError:
            raise cls.refuse(written) from None

    def __str__(self) -> str:
        return "budget"


BUDGET = Deadline(math.inf)
"""The deadline that is the upper end of the budget."""


class Seconds(Deadline):
    """A duration; as a number it is seconds. Written `500ms`, `2s`, `1m30s`."""

    accepted = "a duration such as 500ms, 2s or 1m30s"
    schema: ClassVar = {"type": "string", "pattern": _DURATION.pattern, "examples": ["500ms", "2s", "1m30s"]}

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read `500ms`, `2s`, `1m30s`, or 0; a number alone has no unit and is refused."""
        if isinstance(written, Seconds):
            return cls(written)
        if written == 0 and not isinstance(written, bool):
            return cls(0)
        if not isinstance(written, str) or not _DURATION.fullmatch(written):
            raise cls.refuse(written)
        return cls(sum(float(number) * _FACTORS[unit] for number, unit in _PART.findall(written)))

    def __str__(self) -> str:
        if self < 1:
            return f"{round(float(self) * 1000):d}ms"
        return f"{float(self):.3f}".rstrip("0").rstrip(".") + "s"


class Rate(float, Token):
    """How much passes in a second; as a number it is bits. Written `512kbit`, `2mbit`."""

    accepted = "a rate in bits a second such as 512kbit or 2mbit"
    schema: ClassVar = {
        "type": "string",
        "pattern": r"^\d+(\.\d+)?(bit|kbit|mbit|gbit)$",
        "examples": ["512kbit", "2mbit"],
    }

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read `512kbit`; a rate of nothing is refused."""
        if isinstance(written, Rate):
            return cls(written)
        if not isinstance(written, str) or not re.fullmatch(cls.schema["pattern"], written):
            raise cls.refuse(written)
        number = written.rstrip("kmgbit")
        value = cls(float(number) * _BITS[written[len(number) :]])
        if value <= 0:
            raise cls.refuse(written)
        return value

    def __str__(self) -> str:
        unit = next((name for name, bits in reversed(_BITS.items()) if self >= bits), "bit")
        return f"{float(self) / _BITS[unit]:.3f}".rstrip("0").rstrip(".") + unit


class Share(float, Token):
    """A part of a whole, from 0 to 1. Written `99.5%`."""

    accepted = "a percentage from 0% to 100%, such as 99.5%"
    schema: ClassVar = {"type": "string", "pattern": r"^\d{1,3}(\.\d+)?%$", "examples": ["99.5%"]}

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read `99.5%`."""
        if isinstance(written, Share):
            return cls(written)
        if not isinstance(written, str) or not re.fullmatch(cls.schema["pattern"], written):
            raise cls.refuse(written)
        percent = float(written[:-1])
        if percent > 100:
            raise cls.refuse(written)
        return cls(percent / 100)

    def __str__(self) -> str:
        return f"{float(self) * 100:.4f}".rstrip("0").rstrip(".") + "%"


_KINDS = (
    "deployment",
    "statefulset",
    "daemonset",
    "job",
    "service",
    "pod",
    "node",
    "persistentvolumeclaim",
    "configmap",
    "secret",
    "poddisruptionbudget",
)


class Ref(str, Token):
    """An object of the scenario's namespace (or a node), written as kubectl does: `deployment/web`."""

    __slots__ = ()
    accepted = f"KIND/NAME with KIND one of {', '.join(_KINDS)}, such as deployment/web"
    schema: ClassVar = {"type": "string", "pattern": rf"^({'|'.join(_KINDS)})/[a-z0-9][a-z0-9.-]*$"}

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read `deployment/web`."""
        if not isinstance(written, str) or not re.fullmatch(cls.schema["pattern"], written):
            raise cls.refuse(written)
        return cls(written)

    @property
    def kind(self) -> str:
        """The kind, lower case and singular: `deployment`."""
        return self.partition("/")[0]

    @property
    def name(self) -> str:
        """The object's name: `web`."""
        return self.partition("/")[2]


class Selector(str, Token):
    """An equality-based label selector, as kubectl's `-l` takes it: `app=web,tier=front`."""

    __slots__ = ()
    accepted = "an equality-based label selector such as app=web or app=web,tier=front"
    schema: ClassVar = {"type": "string", "pattern": r"^[\w./-]+=[\w.-]*(,[\w./-]+=[\w.-]*)*$", "examples": ["app=web"]}

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read `app=web,tier=front`."""
        if not isinstance(written, str) or not re.fullmatch(cls.schema["pattern"], written):
            raise cls.refuse(written)
        return cls(written)

    @property
    def labels(self) -> dict[str, str]:
        """The labels that an object must carry."""
        return dict(pair.partition("=")[::2] for pair in self.split(","))

    def matches(self, labels: dict[str, str]) -> bool:
        """Whether an object with these labels is selected."""
        return all(labels.get(key) == value for key, value in self.labels.items())


def decode_token(wanted: type, written: object) -> object:
    """The msgspec `dec_hook` for every token."""
    if issubclass(wanted, Token):
        return wanted.parse(written)
    raise NotImplementedError(f"no token {wanted.__name__}")


def encode_token(value: object) -> object:
    """The msgspec `enc_hook`: a token as it is written in YAML."""
    if isinstance(value, Token):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} is no token")
