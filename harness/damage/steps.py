"""All kinds of steps, as they are written to a journal and read from it, and done and undone in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from harness.damage.addition import Addition
from harness.damage.edit import Edit
from harness.damage.node_removal import NodeRemoval
from harness.damage.on_node import OnNode
from harness.damage.outage import NodeOutage, PartOutage
from harness.damage.removal import Removal
from harness.damage.site import Site
from harness.damage.step import Step
from harness.model.errors import UndoFailed

SCHEMA = "healproof/steps/v1"
AnyStep = Edit | Addition | Removal | NodeRemoval | OnNode | NodeOutage | PartOutage


def encode(steps: Sequence[Step], namespace: str) -> dict[str, Any]:
    """The token of a fault: plain data, all that its undo needs."""
    return {"schema": SCHEMA, "namespace": namespace, "steps": [msgspec.to_builtins(step) for step in steps]}


def decode(token: dict[str, Any]) -> list[AnyStep]:
    """The steps of a token; raises UndoFailed for one of another version of healproof that cannot be read."""
    if token.get("schema") != SCHEMA:
        raise UndoFailed(f"token of {token.get('schema', 'no schema')}, this version reads {SCHEMA}")
    try:
        return msgspec.convert(token["steps"], list[AnyStep])
    except msgspec.ValidationError as error:
        raise UndoFailed(f"token cannot be read: {error}") from None


def do(site: Site, steps: Sequence[Step]) -> None:
    """Do them in order."""
    for step in steps:
        step.do(site)


def undo(site: Site, steps: Sequence[Step]) -> None:
    """Put them back, the latest first."""
    for step in reversed(steps):
        step.undo(site)
