"""Putting things back from a journal: in this process at the end of a run, or in a fresh one after a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from harness.damage import steps
from harness.damage.site import Site
from harness.journal import NAMESPACE, OBJECTS, Intent, Journal
from harness.kube import actions
from harness.model.errors import HealproofError, UndoFailed

PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0, *[8.0] * 5)
"""How long to wait between the tries: a restarted API server or node answers after 20 to 40 s."""
_OUTAGES = ("node-outage", "part-outage")


def undo(site: Site, journal: Journal, intent: Intent, *, patient: bool = True) -> None:
    """Undo one entry and note it in the journal; raises UndoFailed when it cannot be undone now."""
    last: HealproofError | None = None
    for pause in (0.0, *PAUSES_SECONDS) if patient else (0.0,):
        site.clock.sleep(pause)
        try:
            _undo_once(site, intent)
        except UndoFailed as error:
            raise UndoFailed(f"{intent.what}: {error.message}") from None
        except HealproofError as error:
            last = error
            continue
        journal.reverted(intent)
        return
    raise UndoFailed(f"{intent.what}: {last.message if last else 'no answer'}")


def undo_all(
    site: Site, journal: Journal, failed: Callable[[Intent, UndoFailed], None], *, patient: bool = True
) -> int:
    """Undo all that is pending, in its order; one failure does not stop the others. Gives how many are undone.

    A cluster that was waited for in vain, once here or already before (`patient` False), is asked for each further
    entry but not waited for again.
    """
    undone = 0
    for intent in in_order(journal.pending):
        try:
            undo(site, journal, intent, patient=patient)
        except UndoFailed as error:
            failed(intent, error)
            patient = False
        else:
            undone += 1
    return undone


def in_order(pending: Iterable[Intent]) -> list[Intent]:
    """The order in which to undo: outages first, else the latest first.

    What was taken down whole comes back before anything else: the others need it, and it needs none of them.
    """
    return sorted(pending, key=lambda intent: (not _is_outage(intent), -intent.id))


def _is_outage(intent: Intent) -> bool:
    return any(step.get("step") in _OUTAGES for step in intent.token.get("steps", ()))


def _undo_once(site: Site, intent: Intent) -> None:
    if intent.what == NAMESPACE:
        actions.delete_namespace(site.client, intent.token["namespace"])
    elif intent.what == OBJECTS:
        _delete_objects(site, intent.token)
    else:  # no fault's code is needed: one that is not installed here is undone as well
        steps.undo(site._replace(namespace=intent.token["namespace"]), steps.decode(intent.token))


def _delete_objects(site: Site, token: dict[str, Any]) -> None:
    for manifest in reversed(token["objects"]):
        actions.delete_manifest(site.client, manifest, token["namespace"])
