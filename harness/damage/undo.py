"""Putting things back from a journal: in this process at the end of a run, or in a fresh one after a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.faults.site import Site, damage_named
from harness.journal import NAMESPACE, OBJECTS, Intent, Journal
from harness.kube import actions
from harness.model.errors import ApiError, ClusterBroken, CommandFailed, HealproofError, UndoFailed
from harness.registry import FAULTS

PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""How long to wait between the tries while the API server or a node does not answer."""


def undo(site: Site, journal: Journal, intent: Intent, *, patient: bool = True) -> None:
    """Undo one entry and note it in the journal; raises UndoFailed when it cannot be undone now."""
    last: HealproofError | None = None
    for pause in (0.0, *PAUSES_SECONDS) if patient else (0.0,):
        site.clock.sleep(pause)
        try:
            _undo_once(site, intent)
        except (ClusterBroken, CommandFailed, ApiError) as error:
            last = error
            continue
        journal.reverted(intent)
        return
    raise UndoFailed(f"{intent.what}: {last.message if last else 'no answer'}")


def undo_all(
    site: Site, journal: Journal, failed: Callable[[Intent, UndoFailed], None], *, patient: bool = True
) -> int:
    """Undo all that is pending, the latest first; one failure does not stop the others. Gives how many are undone.

    A cluster that was waited for in vain, once here or already before (`patient` False), is asked for each further
    entry but not waited for again.
    """
    undone = 0
    for intent in journal.pending:
        try:
            undo(site, journal, intent, patient=patient)
        except UndoFailed as error:
            failed(intent, error)
            patient = False
        else:
            undone += 1
    return undone


def _undo_once(site: Site, intent: Intent) -> None:
    if intent.what == NAMESPACE:
        actions.delete_namespace(site.client, intent.token["namespace"])
    elif intent.what == OBJECTS:
        _delete_objects(site, intent.token)
    elif intent.what in FAULTS:
        damage_named(intent.what).undo(site._replace(namespace=intent.token.get("namespace", "")), intent.token)
    else:
        raise UndoFailed(f"{intent.what}: no fault of this name is installed here")


def _delete_objects(site: Site, token: dict[str, Any]) -> None:
    for manifest in reversed(token["objects"]):
        actions.delete_manifest(site.client, manifest, token["namespace"])
