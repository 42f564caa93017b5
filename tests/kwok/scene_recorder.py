"""A pytest plugin: keeps each scene that the tests of a run diagnose and find something wrong in, one file each.

Loaded before any test module, so that all of them import the diagnosis that is kept.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from harness.diagnose import diagnoser
from harness.gather.scene_file import write_scene
from harness.model.diagnosis import Diagnosis
from harness.model.scene import Scene

FOLDER = "SCENES_FOLDER"
"""The environment variable that names where the files go."""
_diagnose = diagnoser.diagnose
_seen: list[Scene] = []


def _kept(scene: Scene, *words: Any, **more: Any) -> Diagnosis:
    found = _diagnose(scene, *words, **more)
    if found.causes:
        _seen.append(scene)
    return found


diagnoser.diagnose = _kept


def pytest_sessionfinish() -> None:
    """Write what was kept."""
    for number, scene in enumerate(_seen):
        write_scene(scene, Path(os.environ[FOLDER]) / f"{number}.json")
