"""Why these settings: two sentences for each probe. Chooses nothing."""

from __future__ import annotations

import math

from harness.probes.prediction import MONTH_SECONDS, allowed_start, detection, longest_stall
from harness.probes.recommend import Kept, Tuned, Wish, soonest
from harness.probes.subject import Kind, Subject
from harness.statistics.rates import rate_bounds

_UNITS = ((24 * 3600.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def why(subject: Subject, each: Tuned, wish: Wish) -> str:
    """What decided, and how sure that is."""
    match each.kind:
        case Kind.STARTUP:
            return _of_start(subject, each)
        case Kind.READINESS:
            return _of_readiness(subject, each)
        case Kind.LIVENESS:
            return f"{_choice(subject, each, wish)} {_proof(subject, each, wish)}"


def duration(seconds: float) -> str:
    """`1.5 h`: in the largest unit of which there is one."""
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), _UNITS[-1])
    return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"


def amount(number: float) -> str:
    """A number with as many digits as matter: `0.03`, `12`, `2160`."""
    return f"{number:.0f}" if number >= 10 else f"{number:.2g}"


def _of_start(subject: Subject, each: Tuned) -> str:
    allowed = f"{allowed_start(each.after):g} s"
    if not subject.starts:
        return f"No start was seen: {allowed} are a guess. Liveness does not ask before it has succeeded."
    slowest = max(time.seconds for time in subject.starts)
    seen = f"The longest of {len(subject.starts)} starts took {slowest:.1f} s, and {allowed} are allowed."
    return f"{seen} Liveness does not ask before it has succeeded, so it can be quick without killing slow starts."


def _of_readiness(subject: Subject, each: Tuned) -> str:
    when = "before liveness ends it" if Kind.LIVENESS in subject.probes else "in the time that was wished"
    already = "already " if each.after == each.before else ""
    taken = f"It {already}takes a pod out of its Services {when}; {_ridden(subject, each)}."
    return f"{taken} A false removal lasts until the next success."


def _choice(subject: Subject, each: Tuned, wish: Wish) -> str:
    within = f"a hang within {wish.detect_seconds:g} s"
    if each.detects is Kept.NO:
        return f"No setting notices {within}; the quickest takes up to {detection(each.after).high:g} s."
    if each.after == each.before:
        return f"They notice {within} already: {_ridden(subject, each)}."
    which = "the smallest" if each.spares is Kept.YES else "among the most patient"
    return f"Of all settings that notice {within} these are {which}: {_ridden(subject, each)}."


def _ridden(subject: Subject, each: Tuned) -> str:
    stall = longest_stall(subject.stretches, each.after.timeout_seconds)
    seen = f"the longest seen took {stall:.1f} s" if stall else "none was seen"
    return f"a stall of {detection(each.after).low:g} s is ridden out, {seen}"


def _proof(subject: Subject, each: Tuned, wish: Wish) -> str:
    alarms = each.outlook_after.alarms
    if alarms is None or math.isinf(alarms.high):
        return "No recording is long enough to show a false alarm."
    wished = f"{amount(wish.false_kills)} a month"
    if each.spares is Kept.YES:
        return f"At most {amount(alarms.high)} false alarms a month are proven, {wished} were wished."
    if each.spares is Kept.UNKNOWN:
        needed = duration(rate_bounds(0, 1.0).high * MONTH_SECONDS / wish.false_kills)
        return f"Whether more than {wished} come is not known: to prove it takes {needed} without one."
    enough = soonest(subject, wish)
    nearest = f"to see none it takes a detection of {enough:g} s" if enough else "no setting would have spared it"
    return f"It is still wrong about {amount(alarms.monthly or 0.0)} times a month, {wished} were wished; {nearest}."
