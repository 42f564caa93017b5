"""Writes the state of one namespace into the timeline, for the promises that ask for it. Judges nothing."""

from __future__ import annotations

from harness.damage.site import Site
from harness.expect.restored import AFTER, BEFORE, Restored
from harness.kube.rights import ALL, Right, may
from harness.model.scenario import Scenario
from harness.model.state import compare
from harness.model.timeline import State
from harness.observe.timeline import Recorder
from harness.report.redact import redact_text
from harness.residue.plain import digest
from harness.residue.snapshot import take

LOOK_SECONDS = 0.5
"""How long is waited between two looks at what is not yet as before: nothing tells of all resources at once."""


def rights() -> list[Right]:
    """What reading takes: which kinds of objects the namespace can have is only known on the cluster."""
    return may("list", ALL, group=ALL)


class StateReader:
    """Reads the namespace before and after; does nothing for a scenario that promises nothing of it."""

    def __init__(self, scenario: Scenario, site: Site, recorder: Recorder) -> None:
        within = [float(promise.within) for promise in scenario.expect if isinstance(promise, Restored)]
        self._within = max(within, default=None)
        self._site, self._recorder = site, recorder
        self._before: State | None = None

    def before(self) -> None:
        """Write the state as it is now; raises ApiError, ClusterBroken."""
        if self._within is not None:
            self._before = self._read(BEFORE)
            self._recorder.write(self._before)

    def after(self) -> None:
        """Write the first state that is as before, or the last one when the time is up; raises as `before`."""
        if self._within is None or self._before is None:
            return
        deadline = self._recorder.now() + self._within
        state = self._read(AFTER)
        while compare(self._before.facts, state.facts) and self._recorder.now() < deadline:
            self._recorder.clock.sleep(LOOK_SECONDS)
            state = self._read(AFTER)
        self._recorder.write(state)

    def _read(self, when: str) -> State:
        site = self._site
        taken = take(site.client, site.record, site.node_exec, lambda: (), namespace=site.namespace)
        facts = {subject: [_safe(subject, fact) for fact in facts] for subject, facts in taken.facts.items()}
        return State(t=self._recorder.now(), when=when, facts=facts)


def _safe(subject: str, fact: str) -> str:
    """The fact without credentials; what stands for them still tells two apart."""
    clean = redact_text(fact)
    return fact if clean == fact else f"{clean} sha256 {digest(fact, subject)}"
