"""The cause `config-missing`: a ConfigMap or Secret, or a key of one, that a container cannot start without."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.diagnose.telling import by_workload, objects, told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.full.workloads import Keys
from harness.model.scene import Scene, last_seen
from harness.registry import CAUSES

_RECENT_SECONDS_MAX = 600.0


@CAUSES.enter("config-missing")
class ConfigMissing(Cause):
    """A container refers to a ConfigMap or Secret, or to a key of one, that is not there.

    The kubelet does not start it before the object is there; nothing else has to be done then. Pods that run go on
    until they are started again.
    """

    layer = Layer.CONFIGURATION
    outranks = frozenset({"volume-mount-failed"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Containers that wait for it, and mounts that fail for it."""
        errors = [s for s in symptoms.of("container-waiting") if s.facts["reason"] == "CreateContainerConfigError"]
        waits = [each for each in errors if missing_in(each.text) or not each.facts["message"]]
        said = [*waits, *_mounts(scene)]
        for ref, group in by_workload(scene, said):
            parts = missing_in(group[0].text)
            there = _is_there(scene, parts)
            yield Suspicion(
                object=ref,
                confidence=0.6 if there else 0.95 if parts else 0.85,
                supports=told(*group),
                contradicts=[f"{parts['kind']} {parts['name']} is there now"] if there else [],
                explains=objects(group),
                decides="look whether the object and its key are there",
                since=min((each.at for each in group if each.at), default=0.0),
                facts=parts,
            )


def missing_in(message: str) -> dict[str, str]:
    """What the kubelet misses: `kind` (configmap, secret), `name`, and `key` where the object is there without it."""
    key = _KEY.search(message)
    if key:
        return {"kind": key["kind"].lower(), "name": key["name"].partition("/")[2] or key["name"], "key": key["key"]}
    whole = _OBJECT.search(message)
    return {"kind": whole["kind"].lower(), "name": whole["name"]} if whole else {}


def _mounts(scene: Scene) -> Iterator[Symptom]:
    """Mounts of ConfigMaps and Secrets that fail, of pods whose containers have not started."""
    for pod in scene.pods:
        started = any(each.state.running for each in pod.status.container_statuses)
        if not pod.active or started or not pod.spec.node_name:
            continue
        for event in scene.events_of(pod.metadata.name, uid=pod.metadata.uid, reasons=("FailedMount",))[:2]:
            if scene.at - last_seen(event) <= _RECENT_SECONDS_MAX and missing_in(event.message):
                name = f"pod/{pod.metadata.name}"
                yield Symptom(
                    kind="volume-event", object=name, text=event.message, source=f"event FailedMount of {name}"
                )


def _is_there(scene: Scene, parts: dict[str, str]) -> bool:
    if not parts:
        return False
    found = scene.named(f"{parts['kind']}s", Keys, parts["name"])
    return found is not None and ("key" not in parts or parts["key"] in found.keys)


_KEY = re.compile(r"couldn't find key (?P<key>\S+) in (?P<kind>ConfigMap|Secret) (?P<name>\S+)")
_OBJECT = re.compile(r"(?P<kind>configmap|secret) \"(?:[^\"/]+/)?(?P<name>[^\"]+)\" not found")
