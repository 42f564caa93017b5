"""Sentences and numbers about recoveries that several reports share. Must not know any report's format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.model.anatomy import Anatomy, Usage
from harness.model.verdict import Measure
from harness.report.words import measure_words


def recovery_lines(anatomy: Anatomy) -> list[str]:
    """A recovery in words: the chain of its moments, its measures with who healed it, and what users felt."""
    return [_chain(anatomy), f"  {_measures(anatomy)}; {_healers(anatomy)}", *(f"  {_felt(u)}" for u in anatomy.users)]


def recovery_facts(recoveries: Sequence[Anatomy]) -> Iterator[tuple[str, str]]:
    """Every number of the recoveries by a name of its own: `recovery.1.outage` of the first, and who healed it."""
    for number, anatomy in enumerate(recoveries, 1):
        yield f"recovery.{number}", f"{anatomy.of} after {anatomy.fault}"
        for measure in anatomy.measures:
            yield f"recovery.{number}.{measure.name}", measure_words(measure)
        for moment in anatomy.moments[1:]:
            yield f"recovery.{number}.moment.{moment.step}", f"{moment.t - anatomy.moments[0].t:.3f} s"
        yield f"recovery.{number}.healed-by", ", ".join(healer.name for healer in anatomy.healers)
        for users in anatomy.users:
            for measure in users.measures:
                yield f"recovery.{number}.users.{users.service}.{measure.name}", users_words(measure)


def users_words(measure: Measure) -> str:
    """As `measure_words`, but a latency in milliseconds: `3.1 ms`."""
    return f"{measure.value * 1000:.1f} ms" if measure.name.startswith("latency") else measure_words(measure)


def _chain(anatomy: Anatomy) -> str:
    """Each moment with the seconds since the one before it; the reaction with what showed it."""
    parts, before = [], anatomy.moments[0].t
    for moment in anatomy.moments[1:]:
        shown = f" ({moment.what})" if moment.step in ("reaction", "image") and moment.what else ""
        parts.append(f"{moment.step} +{moment.t - before:.2f} s{shown}")
        before = moment.t
    pod = f", pod {anatomy.pod}" if anatomy.pod else ""
    return f"recovery of {anatomy.of} after {anatomy.fault}{pod}: {' → '.join(parts) or 'nothing was seen to react'}"


def _measures(anatomy: Anatomy) -> str:
    return ", ".join(f"{measure.name} {measure_words(measure)}" for measure in anatomy.measures)


def _healers(anatomy: Anatomy) -> str:
    names = ", ".join(healer.name for healer in anatomy.healers)
    if not anatomy.recovered:
        return f"not healed in time; {names or 'nobody'} tried"
    return f"healed by {names}" if names else "nobody had to heal it"


def _felt(usage: Usage) -> str:
    by_name = {measure.name: measure for measure in usage.measures}
    latency = [f"{name.split()[1]} {users_words(m)}" for name, m in by_name.items() if name.startswith("latency")]
    said = f"users of service/{usage.service}: {measure_words(by_name['failed requests'])} of "
    said += f"{measure_words(by_name['requests'])} requests failed, longest gap {measure_words(by_name['longest gap'])}"
    return f"{said}, latency {', '.join(latency)}" if latency else said
