"""What a diagnosis says: symptoms read, causes named and ranked, each with evidence that a person can check."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import ClassVar

import msgspec

from harness.model.advice import Advice
from harness.model.scene import Scene


class Layer(enum.StrEnum):
    """Where a cause lies."""

    APPLICATION = "application"
    CONFIGURATION = "configuration"
    CAPACITY = "capacity"
    NODE = "node"
    STORAGE = "storage"
    NETWORK = "network"
    CONTROL_PLANE = "control-plane"


class Symptom(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be seen, in Kubernetes' own words; says nothing of why.

    `kind` is a word of the symptom's file (`container-waiting`, `probe-failed` …), `object` whom it is about
    (`pod/web-1`, `deployment/web`, `node/worker`), `text` the sentence that a person reads, `source` where it stands
    (`status of pod/web-1`, `event FailedCreate`, `log of pod/web-1`), `facts` its parts by name (`reason`,
    `exit-code`, `container` …). `trouble` says whether it means by itself that something is wrong now: a diagnosis
    explains these, or says *unknown*. `at` is seconds since the epoch, 0 where it is the state of the moment.
    """

    kind: str
    object: str
    text: str
    source: str
    facts: dict[str, str] = {}
    trouble: bool = False
    at: float = 0.0


class Suspicion(msgspec.Struct, frozen=True, kw_only=True):
    """A cause that may be at work: whom it strikes first, how sure, and what of it can be seen.

    `confidence` is from 0 to 1: what a person would bet having seen just this evidence; 0.5 where several causes
    look the same from here. `supports` and `contradicts` are sentences with their source, `explains` the objects
    whose troubles it would account for, `decides` the isolation step that would tell. `facts` is what advice needs.
    """

    object: str
    confidence: float
    supports: list[str]
    contradicts: list[str] = []
    explains: list[str] = []
    decides: str = ""
    since: float = 0.0
    facts: dict[str, str] = {}


class SymptomReader:
    """One kind of symptom: the base of every file in `harness/diagnose/symptoms`. Its docstring is its reference."""

    name: ClassVar[str]

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """Every symptom of this kind in the scene."""
        raise NotImplementedError


class Cause:
    """One cause: the base of every file in `harness/diagnose/causes`. Its docstring explains it in plain words.

    `outranks` names causes that this one brings about: where both explain the same trouble, this is the root.
    `decided_by` names the isolation steps whose results it reads, so that they make it surer or less sure.
    """

    name: ClassVar[str]
    layer: ClassVar[Layer]
    outranks: ClassVar[frozenset[str]] = frozenset()
    decided_by: ClassVar[frozenset[str]] = frozenset()

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Where this cause may be at work, from the scene and the symptoms read of it; nothing where it is not."""
        raise NotImplementedError


class Symptoms:
    """The symptoms of a scene, to be asked by kind and object."""

    def __init__(self, found: Iterable[Symptom]) -> None:
        self.all = list(found)
        self._of: dict[tuple[str, str], list[Symptom]] = {}
        for each in self.all:
            self._of.setdefault((each.kind, each.object), []).append(each)
            self._of.setdefault((each.kind, ""), []).append(each)

    def of(self, *kinds: str, about: str = "") -> list[Symptom]:
        """Those of these kinds, of one object or of all."""
        return [each for kind in kinds for each in self._of.get((kind, about), ())]

    def about(self, object_: str) -> list[Symptom]:
        """All symptoms of one object."""
        return [each for each in self.all if each.object == object_]

    @property
    def troubles(self) -> list[Symptom]:
        """Those that a diagnosis must explain."""
        return [each for each in self.all if each.trouble]


class Remedy:
    """What to do about one cause: the base of every file in `harness/advise/remedies`, entered under its name."""

    name: ClassVar[str]

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """What to do, the most useful first."""
        raise NotImplementedError


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A cause as it is reported; `cause` is `unknown` (without a layer) where something is wrong and it is not decided.

    The keys of `healproof diagnose --json`.
    """

    cause: str
    layer: str
    object: str
    confidence: float
    evidence: list[str]
    contradicts: list[str] = []
    explains: list[str] = []
    decides: str = ""
    explanation: str = ""
    since: float = 0.0
    facts: dict[str, str] = {}
    advice: list[Advice] = []


class StepTaken(msgspec.Struct, frozen=True, kw_only=True):
    """An isolation step that was run: its name, what it was about, what came out, and how long it took."""

    name: str
    about: str
    result: str
    seconds: float


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """The causes, the first the likeliest; empty where nothing is wrong. `unseen` is what could not be looked at.

    `steps` are the isolation steps that were run to tell causes apart, none unless somebody asked for them.
    """

    namespace: str
    causes: list[Named] = []
    symptoms: list[Symptom] = []
    unseen: list[str] = []
    steps: list[StepTaken] = []
