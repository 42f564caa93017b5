"""The diagnosis: symptoms read, causes suspected, roots told from consequences, ranked. Asks no cluster."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from harness.diagnose.reach import Reach
from harness.model.diagnosis import Cause, Diagnosis, Named, Suspicion, Symptom, SymptomReader, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES, SYMPTOMS

UNKNOWN = "unknown"
NAMED_MIN = 0.4
"""Below it a suspicion explains nothing: the trouble stays unknown, and the suspicion is told after it."""
TOLD_MIN = 0.25
LIKELIER_BY = 0.15
"""So much likelier must a cause be to take what it explains from another."""
LEFT_SHARE = 0.5
"""What is left of the confidence in a cause when a likelier one explains all that it strikes."""
ROOT_MIN = 0.5
"""So sure must a root be before what it brings about is no cause of its own."""


class _Suspect(NamedTuple):
    """A cause that is suspected: what was said of it, what it strikes itself, and what is struck along with that."""

    cause: type[Cause]
    said: Suspicion
    strikes: frozenset[str]
    reach: frozenset[str]


def diagnose(
    scene: Scene,
    readers: Mapping[str, type[SymptomReader]] = SYMPTOMS,
    causes: Mapping[str, type[Cause]] = CAUSES,
) -> Diagnosis:
    """Name what is wrong in the scene, the likeliest first; nothing where nothing is, `unknown` where none fits."""
    symptoms = Symptoms(symptom for reader in readers.values() for symptom in reader().read(scene))
    reach = Reach(scene)
    suspects = _weighed(_roots(_merged(_suspects(scene, symptoms, reach, causes), reach)))
    named = [each for each in suspects if each.said.confidence >= NAMED_MIN]
    explained = frozenset[str]().union(*(each.reach for each in named))
    unknown = _unknown([each for each in symptoms.troubles if each.object not in explained], reach)
    weaker = [each for each in suspects if TOLD_MIN <= each.said.confidence < NAMED_MIN]
    others = weaker if named or unknown else []  # where nothing is wrong a guess would be an alarm
    return Diagnosis(
        namespace=scene.namespace,
        causes=[*map(_told, named), *unknown, *map(_told, others)],
        symptoms=symptoms.all,
        unseen=scene.unseen,
    )


def _suspects(scene: Scene, symptoms: Symptoms, reach: Reach, causes: Mapping[str, type[Cause]]) -> Iterator[_Suspect]:
    for cause in causes.values():
        for said in cause().suspect(scene, symptoms):
            strikes = frozenset([said.object, *said.explains])
            yield _Suspect(cause, said, strikes, reach.of(strikes))


def _merged(suspects: Iterator[_Suspect], reach: Reach) -> list[_Suspect]:
    """One suspect for a cause at a workload: what several of its pods show is shown of the workload."""

    def place(suspect: _Suspect) -> tuple[str, str]:
        return suspect.cause.name, reach.root(suspect.said.object)

    return [_one(list(group), at[1]) for at, group in itertools.groupby(sorted(suspects, key=place), key=place)]


def _one(group: list[_Suspect], root: str) -> _Suspect:
    """The likeliest of them, with the evidence of all."""
    likeliest = max(group, key=lambda each: each.said.confidence)
    if len(group) == 1:
        return likeliest
    objects = {each.said.object for each in group}
    said = Suspicion(
        object=likeliest.said.object if len(objects) == 1 else root,
        confidence=likeliest.said.confidence,
        supports=_joined(group, lambda each: each.said.supports),
        contradicts=_joined(group, lambda each: each.said.contradicts),
        explains=_joined(group, lambda each: sorted(each.strikes)),
        decides=likeliest.said.decides,
        since=min((each.said.since for each in group if each.said.since), default=0.0),
        facts=likeliest.said.facts,
    )
    strikes = frozenset([said.object, *said.explains])
    return _Suspect(likeliest.cause, said, strikes, strikes.union(*(each.reach for each in group)))


def _joined(group: list[_Suspect], words_of: Callable[[_Suspect], list[str]]) -> list[str]:
    likeliest_first = sorted(group, key=lambda each: -each.said.confidence)
    return list(dict.fromkeys(word for each in likeliest_first for word in words_of(each)))


def _roots(suspects: list[_Suspect]) -> list[_Suspect]:
    """Without those that another brings about."""
    return [each for each in suspects if not any(_brings_about(other, each) for other in suspects)]


def _brings_about(root: _Suspect, consequence: _Suspect) -> bool:
    if consequence.cause.name not in root.cause.outranks or root.said.confidence < ROOT_MIN:
        return False
    mutual = root.cause.name in consequence.cause.outranks
    if mutual and root.said.confidence <= consequence.said.confidence:
        return False
    return consequence.said.object in root.reach or consequence.strikes <= root.reach


def _weighed(suspects: list[_Suspect]) -> list[_Suspect]:
    """The likeliest first; one whose every object a clearly likelier one strikes as well loses confidence."""
    weighed: list[_Suspect] = []
    for suspect in sorted(suspects, key=_likeliest_first):
        bar = suspect.said.confidence + LIKELIER_BY
        taken = any(other.said.confidence >= bar and suspect.strikes <= other.reach for other in weighed)
        weighed.append(_less_likely(suspect) if taken else suspect)
    return sorted(weighed, key=_likeliest_first)


def _less_likely(suspect: _Suspect) -> _Suspect:
    left = suspect.said.confidence * LEFT_SHARE
    return suspect._replace(said=msgspec.structs.replace(suspect.said, confidence=left))


def _likeliest_first(suspect: _Suspect) -> tuple[float, int, str, str]:
    return -suspect.said.confidence, -len(suspect.reach), suspect.cause.name, suspect.said.object


def _unknown(troubles: list[Symptom], reach: Reach) -> list[Named]:
    """What is wrong and nobody accounts for, by workload."""

    def place(symptom: Symptom) -> str:
        return reach.root(symptom.object)

    found = []
    for at, group in itertools.groupby(sorted(troubles, key=place), key=place):
        symptoms = list(group)
        found.append(
            Named(
                cause=UNKNOWN,
                layer="",
                object=at,
                confidence=0.0,
                evidence=[f"{each.text} ({each.source})" for each in symptoms],
                explains=sorted({each.object for each in symptoms}),
                explanation="Something is wrong here, and what can be seen does not decide why.",
            )
        )
    return found


def _told(suspect: _Suspect) -> Named:
    said = suspect.said
    return Named(
        cause=suspect.cause.name,
        layer=str(suspect.cause.layer),
        object=said.object,
        confidence=round(said.confidence, 3),
        evidence=said.supports,
        contradicts=said.contradicts,
        explains=sorted(suspect.reach),
        decides=said.decides,
        explanation=inspect.cleandoc(suspect.cause.__doc__ or ""),
        since=said.since,
        facts=said.facts,
    )
