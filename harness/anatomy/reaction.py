"""The first thing that Kubernetes did after a fault: which object, and which field shows it."""

from __future__ import annotations

from collections.abc import Sequence

from harness.anatomy.facts import CONTROLLER_TAINTS, Difference, differences, writers
from harness.anatomy.sightings import Sighting
from harness.anatomy.windows import Window
from harness.expect.recovers import Since
from harness.model.anatomy import Moment, Step
from harness.model.objects import Event, ObjectMeta, Pod, Workload

OWN_MANAGER = "healproof"
"""The field manager of the harness's own writes."""


def reaction(sightings: Sequence[Sighting], window: Window) -> Moment | None:
    """The first change after the call that is not the harness's own; None where nothing was seen."""
    for sighting in sightings:
        if not window.sent < sighting.t <= window.horizon or is_own(sighting, window.targets):
            continue
        if window.since == Since.UNDO and isinstance(sighting.thing, Event) and sighting.thing.type == "Warning":
            continue  # a complaint about what was broken until then
        what = told(sighting, improved=window.since == Since.UNDO)
        if what:
            return Moment(step=Step.REACTION, t=max(sighting.t, window.began), what=what)
    return None


def told(sighting: Sighting, *, improved: bool) -> str:
    """What a change says in words; an empty string where nothing that tells has changed.

    A count that rises tells only of what is `improved`: after a fault it is a controller that is late with its status.
    """
    if isinstance(sighting.thing, Event):
        about = sighting.thing.involved_object
        return f"event {sighting.thing.reason} about {about.kind.lower()} {about.name}"
    if sighting.op == "deleted":
        return f"{sighting.name} removed"
    if sighting.before is None:
        return f"{sighting.name} created" if sighting.op == "added" else ""
    found = [difference for difference in sighting.differences if not _still_waits(difference)]
    if isinstance(sighting.thing, Workload) and not improved:
        found = [difference for difference in found if not _rises(difference)]
    return f"{sighting.name}: {found[0].words}" if found else ""


def is_own(sighting: Sighting, targets: frozenset[str]) -> bool:
    """Whether a change is what the harness itself wrote: on an object that a fault touched, and by its field manager.

    A deletion leaves no field manager: the request to delete, or the removal of an object that was not yet asked to
    go, is the fault's where the fault says that it touched the object.
    """
    before = meta_before(sighting)
    if any(manager == OWN_MANAGER for manager, _ in writers(before, sighting.meta)):
        return True
    if f"{sighting.resource}/{sighting.meta.name}" not in targets or before is None:
        return False
    if sighting.op == "deleted":
        return before.deletion_timestamp is None
    paths = [difference.path for difference in differences(sighting.before, sighting.thing)]
    if isinstance(sighting.thing, Pod) and paths == ["status.conditions[DisruptionTarget]"]:
        return any(c.reason == "EvictionByEvictionAPI" for c in sighting.thing.status.conditions)
    asked = before.deletion_timestamp is None and sighting.meta.deletion_timestamp is not None
    return asked or (bool(paths) and not isinstance(sighting.thing, Pod) and all(map(_edited, paths)))


def _still_waits(difference: Difference) -> bool:
    """Whether only the reason changed for which a container waits: `ErrImagePull`, `ImagePullBackOff`, and back."""
    return difference.before.startswith("waiting") and difference.after.startswith("waiting")


def _rises(difference: Difference) -> bool:
    counts = difference.path.startswith("status.") and difference.before.isdigit() and difference.after.isdigit()
    return counts and "observedGeneration" not in difference.path and int(difference.after) > int(difference.before)


def _edited(path: str) -> bool:
    return path.startswith(("metadata.", "spec.")) and CONTROLLER_TAINTS not in path


def meta_before(sighting: Sighting) -> ObjectMeta | None:
    """The metadata of the state before a change."""
    meta: ObjectMeta | None = getattr(sighting.before, "metadata", None)
    return meta
