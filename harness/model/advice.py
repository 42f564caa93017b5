"""Advice: what to do about a cause, in plain words and as patches that kubectl takes. Reads no cluster."""

from __future__ import annotations

import enum
import json
import shlex
from typing import Any

import msgspec


class Severity(enum.StrEnum):
    """How soon something must be done."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Way(enum.StrEnum):
    """How a patch is merged, in kubectl's words; `apply` is a whole manifest."""

    STRATEGIC = "strategic"
    MERGE = "merge"
    JSON = "json"
    APPLY = "apply"


class Patch(msgspec.Struct, frozen=True, kw_only=True):
    """A change of one object: `object` such as `deployment/web`, `body` what kubectl is given."""

    object: str
    namespace: str = ""
    way: Way = Way.STRATEGIC
    body: Any

    @property
    def command(self) -> str:
        """The line that a person types; a manifest goes to its standard input."""
        place = ["-n", self.namespace] if self.namespace else []
        if self.way is Way.APPLY:
            return shlex.join(["kubectl", *place, "apply", "-f", "-"])
        body = json.dumps(self.body)
        return shlex.join(["kubectl", *place, "patch", self.object, f"--type={self.way}", "-p", body])


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do. `text` says what and why; `steps` are in their order, where one change does not do it.

    `lost` and `safe` say of a storage failure which data is gone and which is not.
    """

    text: str
    severity: Severity = Severity.MEDIUM
    patches: list[Patch] = []
    commands: list[str] = []
    steps: list[str] = []
    lost: str = ""
    safe: str = ""
