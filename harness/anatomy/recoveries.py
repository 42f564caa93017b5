"""Recoveries taken apart: moments, measures with error bars, who healed, what users felt. Decides no verdict."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from harness.anatomy.chain import Chain, chain_of
from harness.anatomy.healers import healers_of
from harness.anatomy.sightings import Sighting, sightings_of
from harness.anatomy.users import served, usage
from harness.anatomy.windows import Window, observed, windows_of
from harness.model.anatomy import Anatomy, Step
from harness.model.scenario import Scenario
from harness.model.timeline import AnyEntry
from harness.model.verdict import Measure, Verdict


def recoveries_of(scenario: Scenario, entries: Sequence[AnyEntry], verdict: Verdict) -> list[Anatomy]:
    """Each recovery that the promises `recovers` ask about, fault by fault, from the timeline and its verdict."""
    entries = observed(entries)
    windows = windows_of(scenario, entries, verdict)
    sightings = {of: sightings_of(of, entries) for of in dict.fromkeys(window.of for window in windows)}
    return [_anatomy(window, sightings[window.of], entries) for window in windows]


def _anatomy(window: Window, sightings: Sequence[Sighting], entries: Sequence[AnyEntry]) -> Anatomy:
    chain = chain_of(sightings, window, served(entries, window))
    return Anatomy(
        of=str(window.of),
        fault=window.fault,
        since=str(window.since),
        moments=chain.moments,
        measures=measures_of(chain, window),
        healers=healers_of(sightings, entries, window),
        pod=chain.pod,
        hold=window.hold,
        users=usage(entries, window),
    )


def measures_of(chain: Chain, window: Window) -> list[Measure]:
    """Reaction, repair, recovery and outage, as far as they can be told.

    The start is uncertain by as long as its call took, whatever the watch shows by its delay. A time between two
    things that the watch showed is uncertain by that delay alone.
    """
    outage = window.outage
    unseen = max(0.0, outage.error - window.start_error - window.lag)  # while the watch was blind
    reacted = chain.at(Step.REACTION)
    whole = Measure(name="outage", value=outage.value, unit="seconds", error=outage.error, censored=outage.censored)
    if reacted is None:
        return [msgspec.structs.replace(whole, name="reaction"), whole] if whole.censored else [whole]
    reaction = reacted - window.began
    rest = max(0.0, outage.value - reaction)
    between = Measure(name="recovery", value=rest, unit="seconds", error=window.lag + unseen)
    if outage.censored:  # whatever was ready later was not repaired in time
        between = Measure(name="recovery", value=rest, unit="seconds", censored=True)
    ready = chain.at(Step.READY)
    repair = rest if ready is None or outage.censored else ready - reacted
    return [
        Measure(name="reaction", value=reaction, unit="seconds", error=window.start_error + window.lag),
        msgspec.structs.replace(between, name="repair", value=repair),
        between,
        whole,
    ]
