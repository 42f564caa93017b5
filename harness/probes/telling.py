"""Recommended settings for people, for programs and for kubectl. Must not print anything, and predicts nothing."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from harness.budget.manifest import ProbeForm
from harness.model.advice import Patch
from harness.model.budget import interval
from harness.probes.prediction import Alarms, Chance, Outlook, Span, allowed_start
from harness.probes.reasons import amount, duration, why
from harness.probes.recommend import Kept, Tuned, Wish, numbers
from harness.probes.subject import Kind, Subject
from harness.statistics.survival import quantile

WIDTH = 110
UNDECIDED = "Both wishes cannot be kept, so it is not in the patch: say which one gives way."
NO_LIVENESS = (
    "There is none, so nobody restarts the container when it hangs. One that asks only the container itself must be "
    "written by hand: what readiness asks may depend on others, whose faults would become restarts."
)
_KEPT = {None: "", Kept.YES: "", Kept.NO: "  (not as wished)", Kept.UNKNOWN: "  (not enough data)"}
_ALARMS = {Kind.LIVENESS: "false kills a month", Kind.READINESS: "false removals a month"}


def text(subject: Subject, tuned: Sequence[Tuned], wish: Wish) -> str:
    """One container: what was seen, each probe before and after, why, and the command that changes it."""
    lines = [f"{subject.object}, container {subject.container}{_where(subject)}", f"  seen: {_seen(subject)}"]
    if Kind.LIVENESS not in subject.probes:
        lines += ["", "  livenessProbe", *_wrap(NO_LIVENESS, "    ")]
    for each in tuned:
        lines += ["", f"  {each.kind}"]
        lines += [] if _same(each) else _row("before", each.kind, each.before, each.outlook_before)
        title = "stays" if _same(each) else "after"
        lines += _row(title, each.kind, each.after, each.outlook_after, _KEPT[each.spares])
        lines += _wrap(why(subject, each, wish) + ("" if each.as_wished else f" {UNDECIDED}"), "    ")
    patch = patch_of(subject, tuned)
    lines += ["", f"  $ {patch.command}"] if patch else []
    lines += (
        ["", *(line for words in subject.unseen for line in _wrap(f"not seen: {words}", "  "))]
        if subject.unseen
        else []
    )
    return "\n".join(lines) + "\n"


def data(subject: Subject, tuned: Sequence[Tuned], wish: Wish) -> dict[str, Any]:
    """The same as plain data."""
    patch = patch_of(subject, tuned)
    return {
        "object": subject.object,
        "namespace": subject.namespace,
        "container": subject.container,
        "answers": subject.answers,
        "answers_seconds": round(sum(stretch.seconds for stretch in subject.stretches), 3),
        "counted_probes": sum(each.probes for each in subject.counted),
        "starts": len(subject.starts),
        "probes": [
            {
                "probe": str(each.kind),
                "before": numbers(each.before) if each.before else None,
                "after": numbers(each.after),
                "predicted_before": _outlook(each.outlook_before) if each.outlook_before else None,
                "predicted_after": _outlook(each.outlook_after),
                "detects_in_time": str(each.detects),
                "spares_the_healthy": str(each.spares) if each.spares else None,
                "why": why(subject, each, wish),
            }
            for each in tuned
        ],
        "patch": {"body": patch.body, "command": patch.command} if patch else None,
        "records": list(subject.records),
        "unseen": list(subject.unseen),
    }


def patch_of(subject: Subject, tuned: Sequence[Tuned]) -> Patch | None:
    """A strategic merge patch with what changes and keeps the wishes; None where nothing does."""
    changed = {str(each.kind): _probe(subject, each) for each in tuned if each.as_wished and not _same(each)}
    if not changed:
        return None
    containers = [{"name": subject.container, **changed}]
    body = {"spec": {"template": {"spec": {"containers": containers}}}}
    return Patch(object=subject.object, namespace=subject.namespace, body=body)


def _where(subject: Subject) -> str:
    """The recordings, the first of them by name: workloads of one name may have other probes in others."""
    count = len(subject.records)
    more = f" and {count - 1} more" if count > 1 else ""
    return f" (in {subject.records[0]}{more})" if subject.records else ""


def _probe(subject: Subject, each: Tuned) -> dict[str, Any]:
    """The numbers, and where there was no such probe also how it asks."""
    handler = {} if each.before else subject.handler(each.kind)
    return {**handler, **numbers(each.after)}


def _same(each: Tuned) -> bool:
    return each.before is not None and numbers(each.before) == numbers(each.after)


def _row(title: str, kind: Kind, probe: ProbeForm | None, told: Outlook | None, mark: str = "") -> list[str]:
    if probe is None or told is None:
        return [f"    {title:<7} none"]
    settings = ", ".join(f"{key.removesuffix('Seconds')} {value}" for key, value in numbers(probe).items())
    rows = [f"    {title:<7} {settings}"]
    if kind is Kind.STARTUP:
        rows.append(f"            a start may take {allowed_start(probe):g} s; {_chance(told.killed_starts)}{mark}")
        return rows
    hang = f"a hang noticed in {interval(*told.hang)}" if told.hang else "whether it notices a hang is not known"
    rows.append(f"            {hang}, errors in {interval(*told.error)}")
    if told.alarms:
        rows.append(f"            {_ALARMS[kind]}: {_alarms(told.alarms)}{mark}")
    if told.killed_starts:
        rows.append(f"            a start may take {allowed_start(probe):g} s; {_chance(told.killed_starts)}")
    return rows


def _alarms(alarms: Alarms) -> str:
    if math.isinf(alarms.high):
        return "not enough data, nothing was recorded for long enough to show one"
    if alarms.monthly is None:
        return f"none seen in {duration(alarms.seconds)}, so at most {amount(alarms.high)}"
    return f"{amount(alarms.monthly)} ({amount(alarms.low)} to {amount(alarms.high)}), from {duration(alarms.seconds)}"


def _chance(chance: Chance | None) -> str:
    if chance is None:
        return "not enough data: no start was seen"
    seen = f"{chance.share:.0%} of" if chance.share else "none of"
    return f"{seen} {chance.starts} starts would be killed, at most {chance.high:.0%} of all"


def _seen(subject: Subject) -> str:
    words = []
    if subject.stretches:
        all_answers = [answer for stretch in subject.stretches for answer in stretch.answers]
        good = sorted(answer.seconds for answer in all_answers if not answer.failed)
        watched = duration(sum(stretch.seconds for stretch in subject.stretches))
        times = f"median {good[len(good) // 2]:.2f} s, slowest {good[-1]:.2f} s" if good else "no success"
        failed = sum(answer.failed for answer in all_answers)
        words.append(f"{len(all_answers)} answers in {watched} ({times}, {failed} failed)")
    if subject.counted:
        made, failed = sum(each.probes for each in subject.counted), sum(each.failed for each in subject.counted)
        watched = duration(sum(each.seconds for each in subject.counted))
        words.append(f"{made} probes counted by kubelets in {watched} ({failed} failed)")
    if subject.starts:
        middle = quantile(subject.starts, Fraction(1, 2))
        typical = f"median {middle:.1f} s, " if middle is not None else ""
        slowest = max(time.seconds for time in subject.starts)
        words.append(f"{len(subject.starts)} starts ({typical}longest {slowest:.1f} s)")
    return "; ".join(words) or "nothing"


def _outlook(told: Outlook) -> dict[str, Any]:
    return {
        "hang_noticed_seconds": _span(told.hang),
        "error_noticed_seconds": _span(told.error),
        "false_alarms_monthly": _rate(told.alarms),
        "killed_starts": told.killed_starts._asdict() if told.killed_starts else None,
    }


def _span(span: Span | None) -> list[float] | None:
    return [round(end, 3) for end in span] if span else None


def _rate(alarms: Alarms | None) -> dict[str, Any] | None:
    """Numbers as far as there are any: `high` is null where nothing bounds it."""
    if alarms is None:
        return None
    high = None if math.isinf(alarms.high) else alarms.high
    return {
        "estimate": alarms.monthly,
        "low": alarms.low,
        "high": high,
        "seen": alarms.seen,
        "observed_seconds": alarms.seconds,
    }


def _wrap(words: str, indent: str) -> Iterator[str]:
    yield from textwrap.wrap(words, WIDTH, initial_indent=indent, subsequent_indent=indent)
