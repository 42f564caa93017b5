"""Looks at volumes: whose they are and what their numbers say. Names no cause."""

from __future__ import annotations

import re
from typing import NamedTuple

from harness.diagnose.ailing import ailing, complaints
from harness.model.diagnosis import Symptoms
from harness.model.full.pods import Pod
from harness.model.scene import Look, Scene


class Carrier(NamedTuple):
    """What a volume belongs to: its claim where it has one, else the pod; and both names."""

    object: str
    pod: str
    volume: str


def carried_by(scene: Scene, look: Look) -> Carrier:
    """Whose volume a look at `volume/POD/VOLUME` is."""
    _, pod, volume = [*look.about.split("/", 2), "", ""][:3]
    found = scene.named("pods", Pod, pod)
    for each in found.spec.volumes if found else []:
        if each.name == volume and each.persistent_volume_claim is not None:
            return Carrier(f"persistentvolumeclaim/{each.persistent_volume_claim.claim_name}", pod, volume)
    return Carrier(f"pod/{pod}", pod, volume)


def number(look: Look, fact: str) -> float | None:
    """A fact of a look as a number; None where it is not there or is none."""
    try:
        return float(look.facts[fact])
    except (KeyError, ValueError):
        return None


def claims_of(pod: Pod) -> dict[str, str]:
    """The claims that a pod uses, by the name of its volume."""
    named = ((each.name, each.persistent_volume_claim) for each in pod.spec.volumes)
    return {name: source.claim_name for name, source in named if source is not None}


def claimed_paths(pod: Pod) -> dict[str, str]:
    """Where a pod's containers mount its claims: path to claim, read-only mounts left out."""
    claims = claims_of(pod)
    mounts = [mount for container in pod.spec.containers for mount in container.volume_mounts]
    return {each.mount_path: claims[each.name] for each in mounts if each.name in claims and not each.read_only}


def mount_is_meant_read_only(scene: Scene, carrier: Carrier) -> bool:
    """Whether every container of the pod asks for the volume read-only."""
    pod = scene.named("pods", Pod, carrier.pod)
    mounts = [each for container in (pod.spec.containers if pod else []) for each in container.volume_mounts]
    own = [each.read_only for each in mounts if each.name == carrier.volume]
    return bool(own) and all(own)


def users_of(scene: Scene, claim: str) -> list[str]:
    """The pods that use `persistentvolumeclaim/NAME` and have not ended."""
    name = claim.partition("/")[2]
    return [f"pod/{pod.metadata.name}" for pod in scene.pods if not pod.over and name in claims_of(pod).values()]


def complaining_claims(scene: Scene, symptoms: Symptoms, words: re.Pattern[str]) -> dict[str, list[str]]:
    """The claims whose pods are not well and say such words, with what they say.

    A path in the words must lie in the claim's mount; where they name none, any writable claim of the pod is meant.
    """
    found: dict[str, list[str]] = {}
    for pod in ailing(scene):
        told = complaints(scene, symptoms, pod, words)
        paths = claimed_paths(pod)
        for sentence in told:
            named = [path for path in paths if path in sentence]
            if not named and _PATH.search(sentence.rpartition(" (")[0]):
                continue
            for path in named or paths:
                found.setdefault(f"persistentvolumeclaim/{paths[path]}", []).append(sentence)
    return {claim: list(dict.fromkeys(sentences)) for claim, sentences in found.items()}


_PATH = re.compile(r"(?<![\w:/.])/[\w.-]+/[\w./-]+")
