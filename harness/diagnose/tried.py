"""Requests and pods that were tried to tell causes apart, as looks have them. Names no cause."""

from __future__ import annotations

from typing import NamedTuple

from harness.diagnose.ailing import SILENCE
from harness.model.scene import Look, Scene

SILENT = "timed out"
NO_ANSWER = "connected, but no answer"
"""What a request without a connection, and one without an answer, is called: the first is the network's affair."""


class Request(NamedTuple):
    """A connection that was tried: who asked whom, the error or '', an HTTP status or '', seconds to connect."""

    origin: str
    target: str
    error: str
    status: str
    connect_seconds: float | None
    source: str

    @property
    def silent(self) -> bool:
        """Whether nobody answered the connection itself."""
        return SILENCE.search(self.error) is not None

    @property
    def hung(self) -> bool:
        """Whether the connection was made, and the application did not answer."""
        return self.error.startswith(NO_ANSWER)

    @property
    def told(self) -> str:
        """A sentence that a person can check."""
        came = self.error or (f"answered {self.status}" if self.status else "connected")
        return f"{self.origin} -> {self.target}: {came} ({self.source or 'a connection that was tried'})"


class Trial(NamedTuple):
    """A pod that was made to see whether it comes up: `error` is empty where it did."""

    about: str
    node: str
    error: str
    told: str


def requests(scene: Scene, *, origin: str = "", target: str = "") -> list[Request]:
    """The connections that were tried, from one or from all, to one or to all."""
    found = [_request(look) for look in scene.looked("connection")]
    return [each for each in found if origin in ("", each.origin) and target in ("", each.target)]


def trials(scene: Scene, kind: str) -> list[Trial]:
    """The pods that were tried: `good-pod` (one that does nothing) or `pod-copy` (a copy of `about` on a node)."""
    return [_trial(look) for look in scene.looked(kind)]


def copy_of(scene: Scene, pod: str) -> Trial | None:
    """How a copy of a pod did on another node; None where none was tried."""
    return next((each for each in trials(scene, "pod-copy") if each.about == f"pod/{pod}"), None)


def weighed(confidence: float, copy: Trial | None) -> float:
    """How sure it is that the application is to blame, once a copy of it was tried on another node."""
    if copy is None:
        return confidence
    return min(0.95, confidence + 0.1) if copy.error else confidence - 0.3


def _request(look: Look) -> Request:
    origin, _, target = (word.strip() for word in look.about.partition("->"))
    seconds = look.facts.get("connect-seconds", "")
    return Request(
        origin,
        target,
        look.facts.get("error", ""),
        look.facts.get("status", ""),
        float(seconds) if seconds else None,
        look.source,
    )


def _trial(look: Look) -> Trial:
    about, _, node = (word.strip() for word in look.about.partition("->"))
    error = look.facts.get("error", "")
    came = f"was {error}" if error else f"was ready after {look.facts.get('ready-seconds', '?')} s"
    return Trial(about, (node or about).removeprefix("node/"), error, f"{look.source or look.about} {came}")
