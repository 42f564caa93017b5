"""Why a scenario did not pass: looks at its cluster while what broke it is there, and has that diagnosed.

It changes nothing and no verdict. The diagnosis is not told which faults there are: it says what it would say to
somebody who does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from harness.advise.adviser import advise
from harness.advise.promises import graceful_stop, replicas_for
from harness.damage.site import Site
from harness.diagnose.diagnoser import UNKNOWN, diagnose
from harness.diagnose.recorded import scene_of
from harness.gather.discreet import discreet
from harness.gather.gatherer import gather
from harness.gather.scene_file import write_scene
from harness.model.advice import Advice
from harness.model.cluster import Capability
from harness.model.diagnosis import Diagnosis
from harness.model.explained import Explained
from harness.model.scenario import Scenario
from harness.model.scene import Scene
from harness.model.timeline import AnyEntry, Broken, Injected, Phase, Undone
from harness.model.verdict import Finding, Outcome, Verdict
from harness.observe.timeline import Recorder

LOOK_SECONDS_MAX = 3.5
"""How long a look at the cluster may take, a silent one included."""
THINK_SECONDS_MAX = 2.0
"""How long the diagnoses may take in addition."""
RIPE_SECONDS = 2.0
"""So long after a promise broke it mostly shows why: events and reasons come after the pods' readiness."""
CLEAR_MIN = 0.7
"""So clear must a cause be in the record of a moment: what a cluster goes through for a second looks like several."""

SCENE = "scene.json"
BEFORE_UNDO = "before the faults were undone"
AT_THE_END = "at the end of the run"

T = TypeVar("T")


class Sighting(NamedTuple):
    """A scene, when it was seen (seconds on the timeline), and that moment in words."""

    scene: Scene
    t: float
    moment: str


class Explainer:
    """Explains one scenario: `look` while its faults are in place, `explained` once there is a verdict.

    `read` gives the scene of the moment; `entries` is the timeline so far, which `recorder` writes.
    """

    def __init__(self, read: Callable[[], Scene], recorder: Recorder, entries: Sequence[AnyEntry]) -> None:
        self._read, self._recorder, self._entries = read, recorder, entries
        self._seen: Sighting | None = None
        self._took = 0.0

    def look(self) -> None:
        """See the cluster as it is before the faults are undone; a look that fails shows nothing."""
        began = self._recorder.now()
        seen = _answered(lambda: self._sight(BEFORE_UNDO), LOOK_SECONDS_MAX + THINK_SECONDS_MAX)
        self._seen = None if isinstance(seen, str) else seen
        self._took = self._recorder.now() - began

    def explained(self, verdict: Verdict, scenario: Scenario, folder: Path) -> Explained:
        """Why the verdict is what it is; the scene that shows it is kept in `folder`. Ask before all is removed.

        The scenario is for advice on its promises alone: the diagnosis does not see it.
        """
        began = self._recorder.now()
        told = _answered(lambda: self._explained(verdict, scenario, folder), LOOK_SECONDS_MAX + THINK_SECONDS_MAX)
        if isinstance(told, str):
            told = Explained(missing=told, t=began)
        return msgspec.structs.replace(told, seconds=round(self._took + self._recorder.now() - began, 3))

    def _explained(self, verdict: Verdict, scenario: Scenario, folder: Path) -> Explained:
        seen, found = self._most_telling(verdict)
        write_scene(seen.scene, folder / SCENE)
        return Explained(
            namespace=found.namespace,
            causes=found.causes,
            unseen=found.unseen,
            t=round(seen.t, 3),
            moment=seen.moment,
            faults=faults_at(self._so_far(), seen.t),
            promises=list(promise_advice(scenario, verdict)),
        )

    def _most_telling(self, verdict: Verdict) -> tuple[Sighting, Diagnosis]:
        """The first moment that decides a cause, else the first at which something is wrong."""
        looked = []
        for sighting in self._looks(verdict):
            looked.append((sighting, _diagnosed(sighting)))
            if _decides(looked[-1][1]):
                return looked[-1]
        for sighting in recorded_sightings(self._so_far(), verdict):
            found = _diagnosed(sighting)
            if _decides(found, CLEAR_MIN):
                return sighting, found
        return max(looked, key=lambda each: bool(each[1].causes))

    def _looks(self, verdict: Verdict) -> Iterator[Sighting]:
        """The cluster before the undo, and as it is now where that says nothing of what broke since."""
        entries = self._so_far()
        undo = next((entry.t for entry in entries if isinstance(entry, Phase) and entry.name == "undo"), float("inf"))
        if self._seen is not None:
            yield self._seen
        if self._seen is None or any(finding.at > undo for finding in _failed(verdict)):
            yield self._sight(AT_THE_END)

    def _sight(self, moment: str) -> Sighting:
        """The cluster now, with what was seen changing before."""
        t = self._recorder.now()
        past = scene_of(self._so_far()).past
        return Sighting(msgspec.structs.replace(self._read(), past=past), t, moment)

    def _so_far(self) -> list[AnyEntry]:
        with self._recorder.still():
            return list(self._entries)


def reader_of(site: Site) -> Callable[[], Scene]:
    """What reads the scene of a run; nodes are entered only where that leaves no pod behind on a cluster of others."""
    enters = Capability.NODE_EXEC in site.record.capabilities and site.record.disposable

    def read() -> Scene:
        return gather(
            site.client,
            site.namespace,
            clock=site.clock,
            node_exec=site.node_exec if enters else None,
            nodes=site.record.nodes,
            deadline_seconds=LOOK_SECONDS_MAX,
        )

    return read


def recorded_sightings(entries: Sequence[AnyEntry], verdict: Verdict) -> Iterator[Sighting]:
    """What the watches had shown when something failed: by the end it may long have healed."""
    for at, what in sorted([(each.at, f"{each.expectation} failed") for each in _failed(verdict)]) + _ends(entries):
        for later in (RIPE_SECONDS, 0.0):
            after = f"{later:g} s after" if later else "when"
            yield Sighting(discreet(scene_of(entries, until=at + later)), at + later, f"{after} {what}")


def promise_advice(scenario: Scenario, verdict: Verdict) -> Iterator[Advice]:
    """What would let the workload keep its promises where these were broken: more pods, a gentler stop."""
    if verdict.outcome is Outcome.FAILED:
        yield from replicas_for(scenario, verdict, scenario.manifests)
        yield from graceful_stop(verdict, scenario.manifests)


def faults_at(entries: Sequence[AnyEntry], t: float) -> list[str]:
    """The faults that were injected and not put back at a moment, each once."""
    undone = {entry.index for entry in entries if isinstance(entry, Undone) and entry.t <= t}
    injected = (entry for entry in entries if isinstance(entry, Injected) and entry.sent <= t)
    return list(dict.fromkeys(entry.fault for entry in injected if entry.index not in undone))


def _failed(verdict: Verdict) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.outcome is Outcome.FAILED]


def _ends(entries: Sequence[AnyEntry]) -> list[tuple[float, str]]:
    """When the run could not go on."""
    return [(entry.t, "the run could not go on") for entry in entries if isinstance(entry, Broken)]


def _diagnosed(sighting: Sighting) -> Diagnosis:
    return advise(diagnose(sighting.scene), sighting.scene)


def _decides(found: Diagnosis, confidence_min: float = 0.0) -> bool:
    """Whether it names a cause; what is only likely enough to be mentioned comes after an unknown one."""
    first = next(iter(found.causes), None)
    return first is not None and first.cause != UNKNOWN and first.confidence >= confidence_min


def _answered(question: Callable[[], T], seconds: float) -> T | str:
    """The answer, or in words why there is none: whatever goes wrong here must not take the verdict with it."""
    thread = ThreadPoolExecutor(1)
    asked = thread.submit(question)
    thread.shutdown(wait=False)
    done, _ = wait([asked], seconds)
    if not done:
        return f"no answer within {seconds:g} s"
    error = asked.exception()
    return asked.result() if error is None else f"{type(error).__name__}: {error}"
