"""Cause: the API server has more to do than it can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.cluster import Event
from harness.model.scene import Scene, last_seen
from harness.registry import CAUSES

_WORDS = re.compile(r"too many requests|TooManyRequests|the server has received too many requests", re.IGNORECASE)
_EVICTION = re.compile(r"disruption budget|eviction", re.IGNORECASE)
_RECENT_SECONDS = 120.0


@CAUSES.enter("api-overloaded")
class ApiOverloaded(Cause):
    """The API server answers late, or turns requests away with 429 Too Many Requests.

    Controllers fall behind, so healing takes longer. Find who asks so much (audit log, the metric
    `apiserver_flowcontrol_rejected_requests_total`), mostly a controller that lists everything again and again.
    """

    layer: ClassVar[Layer] = Layer.CONTROL_PLANE

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Events of these minutes that tell of requests turned away; a late answer to its health checks adds to that.

        A late answer alone is no sign: it may be the one who asks who is busy.
        """
        late = [each for each in symptoms.of("api-health") if each.facts["check"] == "latency"]
        words = [
            f"{each.message.strip()[:200]} (event {each.reason} of {each.involved_object.name})"
            for each in scene.all("events", Event)
            if _turned_away(each) and scene.at - last_seen(each) < _RECENT_SECONDS
        ]
        if words:
            yield Suspicion(
                object="control-plane/kube-apiserver",
                confidence=0.85 if late else 0.65,
                supports=[*told(*late), *words[:2]],
                explains=["control-plane"],
                facts={"component": "kube-apiserver"},
            )


def _turned_away(event: Event) -> bool:
    """An eviction that a disruption budget forbids is a 429 as well, and none of this."""
    return bool(_WORDS.search(event.message)) and not _EVICTION.search(event.message)
