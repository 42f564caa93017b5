"""The adviser: gives each diagnosed cause what is to be done about it. Knows no remedy by name."""

from __future__ import annotations

import msgspec

from harness.model.diagnosis import Diagnosis, Named
from harness.model.scene import Scene
from harness.registry import REMEDIES


def advise(found: Diagnosis, scene: Scene) -> Diagnosis:
    """The diagnosis with advice for each cause that has a remedy; `unknown` has none."""

    def advised(cause: Named) -> Named:
        remedy = REMEDIES.get(cause.cause)
        return cause if remedy is None else msgspec.structs.replace(cause, advice=list(remedy().advise(cause, scene)))

    return msgspec.structs.replace(found, causes=[advised(cause) for cause in found.causes])
