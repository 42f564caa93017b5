"""Asking one reader, one cause, or the whole diagnosis about a scene."""

from __future__ import annotations

from harness.diagnose.diagnoser import diagnose
from harness.model.diagnosis import Named, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES, SYMPTOMS


def symptoms(scene: Scene, *kinds: str) -> list[Symptom]:
    """The symptoms of these kinds, or all."""
    return [each for kind in kinds or tuple(SYMPTOMS) for each in SYMPTOMS[kind]().read(scene)]


def suspicions(scene: Scene, cause: str) -> list[Suspicion]:
    """What one cause says of the scene."""
    return list(CAUSES[cause]().suspect(scene, Symptoms(symptoms(scene))))


def named(scene: Scene) -> list[str]:
    """The causes that the whole diagnosis names, the likeliest first."""
    return [each.cause for each in diagnose(scene).causes]


def first(scene: Scene) -> Named:
    """The likeliest cause."""
    return diagnose(scene).causes[0]
