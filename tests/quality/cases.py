"""The list of judged stories, and what is wrong with their verdicts; run in a fresh process by the mutation test."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from timelines import Story

from harness.judge import judge
from harness.model.scenario import Scenario
from harness.model.timeline import AnyEntry
from harness.model.verdict import Outcome
from harness.session import explain

Case = tuple[Scenario, list[AnyEntry]]


class Entered(NamedTuple):
    """A story with the verdict that it must get, and words that the explanation must hold."""

    tell: Callable[[], Case]
    outcome: Outcome
    words: str

    def wrong(self) -> str:
        """What is wrong with the verdict, or an empty string."""
        verdict = judge(*self.tell())
        said = explain(verdict)
        if verdict.outcome is not self.outcome:
            return f"{self.tell.__name__}: {verdict.outcome} instead of {self.outcome}\n{said}"
        return "" if self.words in said else f"{self.tell.__name__}: not said: {self.words}\n{said}"


class Cases(dict[str, Entered]):
    """Stories by name."""

    def enter(self, outcome: Outcome, words: str = "") -> Callable[[Callable[[], Case]], Callable[[], Case]]:
        """The decorator that enters a story."""

        def decorate(tell: Callable[[], Case]) -> Callable[[], Case]:
            self[tell.__name__] = Entered(tell, outcome, words)
            return tell

        return decorate


PLANTED, HEALTHY = Cases(), Cases()


def volume_full(*, bit: bool = True) -> Story:
    """A fault that the watch cannot show, proved (or not) by another source."""
    return Story().baseline().at(4.0).injected(fault="volume-full").at(4.05).evidence(bit=bit)


def first_wrong() -> str:
    """The first story with a wrong verdict, or an empty string."""
    entered = [*PLANTED.values(), *HEALTHY.values()]
    return next((wrong for case in entered if (wrong := case.wrong())), "")
