"""Runs isolation steps: makes what they need, asks side by side, gives what was seen, removes what was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import NamedTuple

from harness.damage.site import Site
from harness.isolate.choice import chosen
from harness.isolate.guests import guest_name
from harness.isolate.lodging import Lodging
from harness.isolate.step import STEPS, Errand, IsolationStep, Means, Write
from harness.machine.clock import Clock
from harness.model.diagnosis import Diagnosis, StepTaken
from harness.model.errors import CommandFailed, HealproofError
from harness.model.scene import Look, Scene

AT_ONCE = 8
ERRANDS_MAX = 24


class Isolated(NamedTuple):
    """What steps saw, each step with its result, and what could not be removed again."""

    looks: list[Look]
    steps: list[StepTaken]
    left_behind: list[str]


class _Done(NamedTuple):
    """What came of one errand."""

    looks: list[Look]
    steps: list[StepTaken]


def isolate(
    scene: Scene,
    found: Diagnosis,
    site: Site,
    *,
    enters_nodes: bool,
    image: str,
    seconds: float,
    say: Callable[[str], None],
) -> Isolated:
    """Run the steps that separate the causes in doubt; what has no result `seconds` from now is told so.

    `image` is what helper pods run. Raises ClusterBroken where the API server is lost on the way.
    """
    left_behind: list[str] = []
    ends = site.clock.now() + seconds
    with Lodging(site, left_behind) as lodging:
        means = Means(
            scene=scene,
            client=site.client,
            node_exec=site.node_exec if enters_nodes else None,
            lodge=lodging,
            left=lambda: max(0.0, ends - site.clock.now()),
            image=image,
            helper=guest_name(),
        )
        errands = list(_errands(found, means))[:ERRANDS_MAX]
        for step, errand in errands:
            say(f"{step.name}: {errand.about}")
        _make(lodging, [errand for _, errand in errands])
        done = _run(errands, means, site.clock)
    looks = {(look.kind, look.about, look.facts.get("from")): look for each in done for look in each.looks}
    steps = {(step.name, step.about, step.result): step for each in done for step in each.steps}
    return Isolated(list(looks.values()), list(steps.values()), left_behind)


def _errands(found: Diagnosis, means: Means) -> Iterator[tuple[IsolationStep, Errand]]:
    """Every errand once, whichever causes want it."""
    seen = set()
    for name, place in chosen(means.scene, found):
        step = STEPS[name]()
        for errand in step.errands(place, means):
            if (name, errand.about) not in seen:
                seen.add((name, errand.about))
                yield step, errand


def _make(lodging: Lodging, errands: list[Errand]) -> None:
    """All that is made is made here, one after the other, so that nothing is made after the removal began."""
    names = set()
    for errand in errands:
        if isinstance(errand.makes, Write):
            lodging.will_write(errand.makes)
        elif errand.makes is not None and errand.makes["metadata"]["name"] not in names:
            names.add(errand.makes["metadata"]["name"])
            lodging.take_in(errand.makes)


def _run(errands: list[tuple[IsolationStep, Errand]], means: Means, clock: Clock) -> list[_Done]:
    """All side by side; who waits for an answer at the end gives up by its own time limit."""
    threads = ThreadPoolExecutor(AT_ONCE)
    try:
        futures = [threads.submit(_done, step, errand, clock) for step, errand in errands]
        wait(futures, timeout=means.left())
        return [
            future.result() if future.done() else _not_run(step, errand, "no result in time", 0.0)
            for future, (step, errand) in zip(futures, errands, strict=True)
        ]
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _done(step: IsolationStep, errand: Errand, clock: Clock) -> _Done:
    began = clock.now()
    try:
        looks = errand.run()
    except HealproofError as error:
        why = "no answer in time" if isinstance(error, CommandFailed) else error.message.splitlines()[0]
        return _not_run(step, errand, why, clock.now() - began)
    seconds = round(clock.now() - began, 3)
    told = [StepTaken(name=step.name, about=each.about, result=step.told(each), seconds=seconds) for each in looks]
    return _Done(looks, told)


def _not_run(step: IsolationStep, errand: Errand, why: str, seconds: float) -> _Done:
    result = StepTaken(name=step.name, about=errand.about, result=f"not run: {why}", seconds=round(seconds, 3))
    return _Done([], [result])
