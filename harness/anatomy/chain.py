"""The moments of a recovery in order, along the pod that was ready last. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from harness.anatomy.reaction import reaction
from harness.anatomy.sightings import Sighting
from harness.anatomy.windows import Window
from harness.model.anatomy import Moment, Step
from harness.model.objects import EndpointSlice, Event, Pod

_ORDER = list(Step)


class Chain(NamedTuple):
    """The moments in order of time, and the name of the pod whose way they tell ('' where no pod had to change)."""

    moments: list[Moment]
    pod: str

    def at(self, step: Step) -> float | None:
        """When that moment was; None where it was not seen."""
        return next((moment.t for moment in self.moments if moment.step is step), None)


def chain_of(sightings: Sequence[Sighting], window: Window, served: Sequence[Moment]) -> Chain:
    """All moments that were seen; `served` are those that traffic tells.

    Each is the time by which it and what causes it had been seen, so no moment comes before the acknowledgement.
    """
    moments = [Moment(step=Step.ACKNOWLEDGED, t=window.began, what=window.fault), *served]
    first = reaction(sightings, window)
    moments += [first] if first is not None else []
    seen = [s for s in sightings if window.sent < s.t <= window.horizon + window.outage.error]
    pod = _last_pod(seen, window)
    name = pod[-1].meta.name if pod is not None else ""
    if pod is not None:
        moments += _clamped(_way_of(pod, seen), first.t if first is not None else window.began, window)
        moments += _endpoints(pod[-1].meta.uid, moments, sightings, window)
    if window.recovered_at is not None:
        moments.append(Moment(step=Step.RECOVERED, t=window.recovered_at, what=f"{window.of} whole"))
        held = window.recovered_at + window.hold
        if held <= window.until + window.outage.error:
            moments.append(Moment(step=Step.STABLE, t=held))
    return Chain(sorted(moments, key=lambda moment: (moment.t, _ORDER.index(moment.step))), name)


def _clamped(way: Sequence[Moment], since: float, window: Window) -> list[Moment]:
    """None lies before the reaction or after the recovery: the watches of two resources differ by a little."""
    return [msgspec.structs.replace(moment, t=min(max(moment.t, since), window.horizon)) for moment in way]


def _last_pod(seen: Sequence[Sighting], window: Window) -> list[Sighting] | None:
    """What was seen of the pod that became ready last; of one that never did, where nothing has recovered."""
    pods: dict[str, list[Sighting]] = {}
    for sighting in seen:
        if sighting.resource == "pods":
            pods.setdefault(sighting.meta.uid, []).append(sighting)
    waiting = [pod for pod in pods.values() if pod[-1].op != "deleted" and not _serves(pod[-1].thing)]
    if window.recovered_at is None and waiting:
        alive = [pod for pod in waiting if pod[-1].meta.deletion_timestamp is None]
        return max(alive or waiting, key=lambda pod: pod[0].t)
    ready = [(turn.t, uid) for uid, pod in pods.items() if (turn := _turn(pod)) is not None and _stayed(pod[-1].thing)]
    return pods[max(ready)[1]] if ready else None


def _turn(pod: Sequence[Sighting]) -> Sighting | None:
    """When it last became ready."""
    turns = [s for s in pod if _serves(s.thing) and not _serves(s.before)]
    return turns[-1] if turns else None


def _serves(thing: object) -> bool:
    return isinstance(thing, Pod) and thing.ready and thing.active


def _stayed(thing: object) -> bool:
    """Whether it serves on, or has done what a Job wanted of it."""
    return _serves(thing) or (isinstance(thing, Pod) and thing.status.phase == "Succeeded")


def _way_of(pod: Sequence[Sighting], seen: Sequence[Sighting]) -> list[Moment]:
    """From its creation or restart to its being ready."""
    first, moments = pod[0], []
    turn = _turn(pod)
    until = [s for s in pod if turn is None or s.t <= turn.t]
    new = first.before is None and first.op == "added"
    restarts = [s for s in until if isinstance(s.before, Pod) and _restarts(s) > s.before.restarts]
    if new:
        owner = next((o for o in first.meta.owner_references if o.controller), None)
        by = f" by {owner.kind} {owner.name}".rstrip() if owner is not None else ""
        moments.append(Moment(step=Step.REPLACED, t=first.t, what=f"{first.name} created{by}"))
    bound = next((s for s in until if _node(s.thing) and not _node(s.before)), None)
    if bound is not None and (new or bound.before is not None):
        moments.append(Moment(step=Step.SCHEDULED, t=bound.t, what=f"spec.nodeName {_node(bound.thing)}"))
    if restarts:
        last = restarts[-1]
        moments.append(Moment(step=Step.RESTARTED, t=last.t, what=f"{last.name}: restartCount {_restarts(last)}"))
    started = [s for s in until if _runs(s.thing) and not _runs(s.before) and (new or s.before is not None)]
    if started:
        began = moments[-1].t if moments else first.t
        moments += _pulled(first.meta.uid, began, started[-1].t, seen)
        moments.append(Moment(step=Step.STARTED, t=started[-1].t, what="every container is running"))
    if turn is not None:
        moments.append(Moment(step=Step.READY, t=turn.t, what=f"{turn.name}: condition Ready True"))
    return moments


def _node(thing: object) -> str:
    return thing.spec.node_name if isinstance(thing, Pod) else ""


def _restarts(sighting: Sighting) -> int:
    return sighting.thing.restarts if isinstance(sighting.thing, Pod) else 0


def _runs(thing: object) -> bool:
    return isinstance(thing, Pod) and thing.running


def _pulled(uid: str, since: float, until: float, seen: Sequence[Sighting]) -> list[Moment]:
    """What the kubelet's Events say of the image; an Event that came after the start tells no time of its own."""
    told = [
        s
        for s in seen
        if isinstance(s.thing, Event) and s.thing.reason == "Pulled" and s.thing.involved_object.uid == uid
    ]
    last = next((s for s in reversed(told) if since <= s.t <= until), None)
    if last is None or not isinstance(last.thing, Event):
        return []
    present = "already present" in last.thing.message
    return [Moment(step=Step.IMAGE, t=last.t, what="already on the node" if present else "pulled")]


def _endpoints(uid: str, moments: Sequence[Moment], sightings: Sequence[Sighting], window: Window) -> list[Moment]:
    """When the pod's address became ready in an EndpointSlice and the pod had been seen ready."""
    ready_at = next((moment.t for moment in moments if moment.step is Step.READY), None)
    if ready_at is None:
        return []
    for sighting in sightings:
        in_time = window.sent < sighting.t <= window.until
        if in_time and _addressed(sighting.thing, uid) and not _addressed(sighting.before, uid):
            later = [s for s in sightings if sighting.t < s.t <= ready_at and s.meta.uid == sighting.meta.uid]
            if all(_addressed(s.thing, uid) for s in later):
                return [Moment(step=Step.ENDPOINTS, t=max(sighting.t, ready_at), what=sighting.name)]
    return []


def _addressed(thing: object, uid: str) -> bool:
    endpoints = (thing.endpoints or []) if isinstance(thing, EndpointSlice) else []
    return any(e.target_ref and e.target_ref.uid == uid and e.conditions.ready is not False for e in endpoints)
