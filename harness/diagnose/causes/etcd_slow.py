"""Cause: etcd, the store of the control plane, is slow or does not answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.consequences import CLIENTS
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.cluster import Event
from harness.model.scene import Scene, last_seen
from harness.registry import CAUSES

_WORDS = re.compile(r"etcdserver: (request timed out|leader changed|no leader|too many requests|mvcc: database space)")
_RECENT_SECONDS = 120.0


@CAUSES.enter("etcd-slow")
class EtcdSlow(Cause):
    """etcd answers late or not at all, so the API server cannot read or write.

    Its disk is too slow, it has no majority or no leader, or its database is full. Look at etcd's log and its disk's
    fsync times; a full database must be compacted and defragmented, and its alarm disarmed.
    """

    layer: ClassVar[Layer] = Layer.CONTROL_PLANE
    outranks: ClassVar[frozenset[str]] = frozenset(
        {"api-server-unhealthy", "api-overloaded", "scheduler-down", "controller-manager-down"}
    )

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """The API server's check of etcd, etcd's own process, or its words in Events of these minutes."""
        checks = [each for each in symptoms.of("api-health") if each.facts["check"].startswith("etcd")]
        process = symptoms.of("component-state", about="control-plane/etcd")
        events = [each for each in scene.all("events", Event) if _WORDS.search(each.message)]
        words = [
            f"{each.message.strip()[:200]} (event {each.reason} of {each.involved_object.name})"
            for each in events
            if scene.at - last_seen(each) < _RECENT_SECONDS
        ]
        if checks or process or words:
            yield Suspicion(
                object="control-plane/etcd",
                confidence=0.95 if checks else 0.85 if process else 0.6,
                supports=[*told(*checks, *process), *words[:2]],
                explains=["control-plane", "control-plane/kube-apiserver", *CLIENTS],
                facts={"component": "etcd"},
            )
