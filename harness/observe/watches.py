"""Writes what the watches see of one namespace into the timeline. Decides nothing, and never asks the cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from harness.kube.informer import Hub, Missed, Observed, Subscription, Trouble
from harness.kube.rights import Right, may
from harness.model.cluster import ClusterRecord
from harness.model.timeline import AnyEntry, Broken, Change, Gap, Written
from harness.observe.clean import clean
from harness.observe.heartbeat import Heartbeat
from harness.observe.timeline import Recorder
from harness.report.redact import redact_text

WATCHED = (
    "pods",
    "deployments",
    "replicasets",
    "statefulsets",
    "daemonsets",
    "jobs",
    "endpointslices",
    "persistentvolumeclaims",
    "events",
    "nodes",
)


class Watching(NamedTuple):
    """What records for one scenario until it is closed."""

    subscription: Subscription
    heartbeat: Heartbeat

    def close(self) -> None:
        """Record nothing any more."""
        self.subscription.close()
        self.heartbeat.stop()


def watch(hub: Hub, recorder: Recorder, namespace: str, resources: Sequence[str] = WATCHED) -> Watching:
    """Record these resources of a namespace (and all nodes), and when this process could not, until it is closed.

    Once `hub.wait_synced(resources, …)` returns, everything that existed is in the timeline as `listed`.
    """

    def record(observed: Observed) -> None:
        recorder.write(entry_of(observed, recorder.at(observed.at)))

    return Watching(hub.subscribe(resources, namespace, record), Heartbeat(recorder))


def watched(record: ClusterRecord) -> tuple[str, ...]:
    """What is watched on a cluster: nodes only where the identity may see them."""
    return WATCHED if record.nodes else tuple(plural for plural in WATCHED if plural != "nodes")


def rights() -> list[Right]:
    """What watching takes."""
    return [right for plural in WATCHED for right in may("list watch", plural)]


def entry_of(observed: Observed, t: float) -> AnyEntry:
    """The timeline's entry for one observation; `t` is when it was made, on the timeline's clock."""
    match observed.object:
        case Missed(since, reason):
            # the time that passed is the same on both clocks
            return Gap(t=t, resource=observed.resource, since=t - (observed.at - since), reason=reason)
        case Trouble(text):
            return Broken(t=t, source=f"watch {observed.resource}", text=redact_text(text), passing=True)
        case thing:
            return Change(t=t, op=observed.op, resource=observed.resource, object=clean(thing))


def written(stored: dict[str, Any], sent: float, t: float) -> Written:
    """The timeline's entry for a write of the harness: the object as the API server gave it back, sent and answered."""
    meta = stored["metadata"]
    resource = f"{stored['kind'].lower()}s"
    return Written(
        t=t, sent=sent, resource=resource, name=meta["name"], uid=meta["uid"], version=meta["resourceVersion"]
    )
