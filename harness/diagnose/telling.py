"""How a cause tells what it saw: symptoms by workload, and the sentences that a person can check."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from harness.model.diagnosis import Symptom
from harness.model.full.pods import Pod
from harness.model.scene import Scene

TOLD_MAX = 4
"""So many sentences of evidence are enough; a thousand pods say the same thing."""


def by_workload(scene: Scene, symptoms: Iterable[Symptom]) -> Iterator[tuple[str, list[Symptom]]]:
    """The symptoms of pods by the workload that they belong to; a pod that nobody controls stands for itself."""
    found = list(symptoms)
    pods = {f"pod/{pod.metadata.name}": pod for pod in scene.pods} if found else {}
    owners = {ref: scene.owner_of(pods[ref]) or ref for ref in {each.object for each in found} if ref in pods}

    def owner(symptom: Symptom) -> str:
        return owners.get(symptom.object, symptom.object)

    for ref, group in itertools.groupby(sorted(found, key=owner), key=owner):
        yield ref, list(group)


def owner_of(scene: Scene, ref: str) -> str:
    """The workload of `pod/NAME`, else the object itself."""
    kind, _, name = ref.partition("/")
    pod = scene.named("pods", Pod, name) if kind == "pod" else None
    return (scene.owner_of(pod) if pod else "") or ref


def told(*symptoms: Symptom) -> list[str]:
    """The sentences of symptoms, each once, each with where it stands."""
    sentences = list(dict.fromkeys(f"{each.text} ({each.source})" for each in symptoms))
    more = len(sentences) - TOLD_MAX
    return [*sentences[:TOLD_MAX], f"and {more} more like it"] if more > 0 else sentences


def objects(symptoms: Iterable[Symptom]) -> list[str]:
    """Whom the symptoms are about, each once."""
    return sorted({each.object for each in symptoms})


def ago(seconds: float) -> str:
    """How long ago, in words."""
    return f"{seconds:.0f} s ago" if seconds < 120 else f"{seconds / 60:.0f} min ago"
