"""The cause `cpu-throttled`: a container that its own CPU limit slows down."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.amounts import amount
from harness.diagnose.symptoms.probe_failed import container_named
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.pods import Pod
from harness.model.scene import Look, Scene
from harness.registry import CAUSES

_SHARE_MIN = 0.5
_USED_MIN = 0.8
_PERIODS_MIN = 50
"""Of 100 ms each: below, it may be no more than a start-up."""


@CAUSES.enter("cpu-throttled")
class CpuThrottled(Cause):
    """The container wants more CPU than its limit allows, so the kernel makes it wait in most periods.

    It answers late or not at all, and its probes time out; the node may have CPU to spare. Raise the limit, or find
    what uses so much.
    """

    layer = Layer.CAPACITY
    outranks = frozenset({"application-hang", "startup-too-slow", "application-not-ready"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Containers that are throttled in most periods just now, as sure as what they use and their probes make it."""
        for look in scene.looked("throttling"):
            pod, name = "/".join(look.about.split("/")[:2]), look.about.rpartition("/")[2]
            if _share(look) < _SHARE_MIN or float(look.facts.get("periods", 0)) < _PERIODS_MIN:
                continue
            late = [s for s in symptoms.of("probe-failed", about=pod) if s.facts["detail"] == "timeout"]
            used = _used_share(scene, look.about)
            ill = bool(late) or any(each.trouble for each in symptoms.about(pod))
            if not ill and (used is None or used < _USED_MIN):
                continue  # it harms nobody
            yield Suspicion(
                object=pod,
                confidence=_confidence(used, late=bool(late)),
                supports=[
                    f"{look.about} was throttled in {_share(look):.0%} of its periods just now ({look.source})",
                    *([] if used is None else [f"it uses {used:.0%} of its CPU limit (metrics)"]),
                    *told(*late),
                ],
                contradicts=[] if ill else ["it is ready, and no probe of it times out"],
                decides="raise the limit of one pod, and see whether it answers",
                facts={"container": name},
            )


def _confidence(used: float | None, *, late: bool) -> float:
    """A container at its limit is held back; one far below it meets the limit for a moment at a time."""
    if used is not None and used < _USED_MIN:
        return 0.55 if late else 0.3
    if late:
        return 0.85
    return 0.7


def _used_share(scene: Scene, about: str) -> float | None:
    """How much of its CPU limit a container uses; None where limit or use is not known."""
    _, pod_name, name = about.split("/")
    pod = scene.named("pods", Pod, pod_name)
    container = container_named(pod, name) if pod else None
    limit = amount(container.resources.limits.get("cpu", "")) if container else 0.0
    used = next((amount(look.facts["cpu"]) for look in scene.looked("usage", about) if "cpu" in look.facts), None)
    return used / limit if used is not None and limit else None


def _share(look: Look) -> float:
    """The share of periods, whether it is written `0.7` or as counts."""
    if "share" in look.facts:
        return float(look.facts["share"])
    periods = float(look.facts.get("periods", 0))
    return float(look.facts.get("throttled", 0)) / periods if periods else 0.0
