"""The marks that every change carries, so that it is found and put back even where every journal is lost."""

from __future__ import annotations

DOMAIN = "healproof.dev"
LABEL = "healproof.dev/step"
"""The label of an object that was added or that keeps a removed one; its value is the step's id."""
RUN = "healproof.dev/run"
"""The label of a namespace that a run made; its value is the run."""
ANNOTATION = "undo.healproof.dev/"
"""What the annotation of an edited object begins with; the step's id follows, its value is the step as JSON."""
NODE_FOLDER = "/var/lib/healproof"
"""Where a node keeps `ID.json` (the step) and `ID.sh` (its undo) while a change of the node lasts."""


def annotation(step_id: str) -> str:
    """The annotation's key of one step."""
    return f"{ANNOTATION}{step_id}"
