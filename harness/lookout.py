"""How long a run looks on: until looking on can decide no promise any more. Changes nothing, and judges nothing."""

from __future__ import annotations

from harness.injector import Injector
from harness.judge import Judge
from harness.observe.timeline import Recorder

BITE_SECONDS_MAX = 20.0
"""How long after its injection a fault may still show in the watch before it is put back."""


class Lookout:
    """Waits for the judge of one scenario to know enough, and stops waiting where the run must end."""

    def __init__(self, judge: Judge, recorder: Recorder, injector: Injector) -> None:
        self._judge, self._recorder, self._injector = judge, recorder, injector

    def must_stop(self) -> bool:
        """Whether nothing can be learnt any more, or the guard wants an end."""
        return bool(self._judge.picture.broken or self._injector.too_few_ready())

    def look_on(self, least_until: float = 0.0) -> None:
        """Look on until no promise can be decided any more by looking on, and at least until then."""
        judge, wake = self._judge, 0.0

        def worth_a_look() -> bool:
            """Something was decided, or will be earlier or later than was thought."""
            return self.must_stop() or not judge.undecided(self._now()) or judge.wake_at() != wake

        while not self.must_stop():
            now = self._now()
            with self._recorder.still():
                pending = bool(judge.undecided(now))
                wake = judge.wake_at() or now
            if not pending and now >= least_until:
                return
            if pending:
                self._recorder.wait(worth_a_look, max(wake, now + 0.001))
            else:
                self._recorder.wait(self.must_stop, least_until)

    def await_bites(self) -> None:
        """Evidence may come later than all is decided; a fault that is put back before it would stay unproved."""
        picture = self._judge.picture
        open_ = {index: fault.t for index, fault in picture.injected.items() if fault.anchors}

        def settled() -> bool:
            return self.must_stop() or open_.keys() <= (picture.bitten.keys() | picture.undone.keys())

        self._recorder.wait(settled, max(open_.values(), default=0.0) + BITE_SECONDS_MAX)

    def _now(self) -> float:
        return self._recorder.now()
