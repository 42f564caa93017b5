"""What the diagnoser promises: roots are named, consequences are not, and what nobody explains is unknown."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from harness.diagnose.diagnoser import NAMED_MIN, UNKNOWN, diagnose
from harness.model.diagnosis import Cause, Diagnosis, Layer, Suspicion, Symptom, SymptomReader, Symptoms
from harness.model.full.network import Service, ServiceSpec
from harness.model.full.pods import Pod, PodSpec
from harness.model.full.workloads import Workload
from harness.model.objects import ObjectMeta, OwnerReference
from harness.model.scene import Scene

PODS = ("web-1", "web-2", "db-1")


def _meta(name: str, owner: str = "") -> ObjectMeta:
    owners = [OwnerReference(uid=owner, controller=True)] if owner else []
    return ObjectMeta(name=name, uid=name, labels={"app": name.partition("-")[0]}, owner_references=owners)


SCENE = Scene(
    namespace="shop",
    at=0.0,
    objects={
        "deployments": [Workload(metadata=_meta("web"))],
        "replicasets": [Workload(metadata=_meta("web-rs", "web"))],
        "statefulsets": [Workload(metadata=_meta("db"))],
        "services": [Service(metadata=_meta("web"), spec=ServiceSpec(selector={"app": "web"}))],
        "pods": [
            Pod(metadata=_meta(name, "web-rs" if name.startswith("web") else "db"), spec=PodSpec(node_name=node))
            for name, node in zip(PODS, ("one", "two", "two"), strict=True)
        ],
    },
)


def _reader(*objects: str) -> dict[str, type[SymptomReader]]:
    class Reader(SymptomReader):
        def read(self, scene: Scene) -> Iterator[Symptom]:
            for each in objects:
                yield Symptom(kind="wrong", object=each, text=f"{each} is wrong", source="status", trouble=True)

    return {"wrong": Reader}


def _cause(cause: str, *said: tuple[str, float], outranks: frozenset[str] = frozenset()) -> dict[str, type[Cause]]:
    class Told(Cause):
        """Told."""

        name, layer = cause, Layer.NODE

        def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
            for object_, confidence in said:
                yield Suspicion(object=object_, confidence=confidence, supports=[f"{cause} at {object_}"])

    Told.outranks = outranks
    return {cause: Told}


def _named(found: Diagnosis) -> list[tuple[str, str]]:
    return [(each.cause, each.object) for each in found.causes]


def test_nothing_wrong_gives_nothing() -> None:
    """No symptom that is trouble, no cause: an empty list."""
    assert diagnose(SCENE, _reader(), {}).causes == []


def test_a_trouble_that_nobody_accounts_for_is_unknown_at_its_workload() -> None:
    """What no suspicion reaches is said to be unknown, with its evidence, beside what is known."""
    found = diagnose(SCENE, _reader("pod/web-1", "pod/web-2", "pod/db-1"), _cause("crash", ("pod/db-1", 0.9)))
    assert _named(found) == [("crash", "pod/db-1"), (UNKNOWN, "deployment/web")]
    assert found.causes[1].layer == ""
    assert found.causes[1].evidence == ["pod/web-1 is wrong (status)", "pod/web-2 is wrong (status)"]


def test_a_suspicion_too_weak_to_be_named_comes_after_unknown() -> None:
    """A guess is told as one."""
    found = diagnose(SCENE, _reader("pod/db-1"), _cause("guess", ("pod/db-1", NAMED_MIN - 0.1)))
    assert _named(found) == [(UNKNOWN, "statefulset/db"), ("guess", "pod/db-1")]


def test_what_another_brings_about_is_no_cause_of_its_own() -> None:
    """A lost node takes the blame for its own pods only."""
    node = _cause("node-down", ("node/two", 0.8), outranks=frozenset({"crash"}))
    crash = _cause("crash", ("pod/web-1", 0.9), ("pod/db-1", 0.95))
    found = diagnose(SCENE, _reader("pod/web-1", "pod/db-1"), {**node, **crash})
    assert _named(found) == [("crash", "pod/web-1"), ("node-down", "node/two")]


def test_a_root_that_is_not_sure_enough_brings_nothing_about() -> None:
    """A doubtful root does not hide a sure cause."""
    node = _cause("node-down", ("node/two", 0.4), outranks=frozenset({"crash"}))
    found = diagnose(SCENE, _reader("pod/db-1"), {**node, **_cause("crash", ("pod/db-1", 0.9))})
    assert [each.cause for each in found.causes] == ["crash", "node-down"]


def test_several_pods_of_a_workload_are_one_finding() -> None:
    """The workload is named once, the likeliest evidence first."""
    found = diagnose(SCENE, _reader("deployment/web"), _cause("crash", ("pod/web-1", 0.7), ("pod/web-2", 0.9)))
    assert _named(found) == [("crash", "deployment/web")]
    assert found.causes[0].confidence == 0.9
    assert found.causes[0].evidence == ["crash at pod/web-2", "crash at pod/web-1"]


def test_a_pod_accounts_for_its_workload_and_its_service() -> None:
    """Trouble spreads from a pod upwards."""
    found = diagnose(SCENE, _reader("deployment/web", "service/web"), _cause("crash", ("pod/web-1", 0.9)))
    assert _named(found) == [("crash", "pod/web-1")]


def test_a_likelier_cause_takes_what_it_explains_and_no_more() -> None:
    """The rival at the same pod loses confidence, not the one elsewhere."""
    hang, slow = _cause("hang", ("pod/web-1", 0.9)), _cause("slow", ("pod/web-1", 0.6), ("pod/db-1", 0.6))
    found = diagnose(SCENE, _reader("pod/web-1", "pod/db-1"), {**hang, **slow})
    assert [(each.cause, each.object, each.confidence) for each in found.causes] == [
        ("hang", "pod/web-1", 0.9),
        ("slow", "pod/db-1", 0.6),
        ("slow", "pod/web-1", 0.3),
    ]


def test_a_guess_where_nothing_is_wrong_is_no_alarm() -> None:
    """Without trouble and without a cause that is sure, the list is empty."""
    assert diagnose(SCENE, _reader(), _cause("guess", ("pod/db-1", NAMED_MIN - 0.1))).causes == []


def test_two_causes_of_like_strength_are_both_told() -> None:
    """Neither hides the other."""
    quota, crash = _cause("quota", ("deployment/web", 0.95)), _cause("crash", ("pod/web-1", 0.85))
    found = diagnose(SCENE, _reader("deployment/web", "pod/web-1"), {**quota, **crash})
    assert {each.cause: each.confidence for each in found.causes} == {"quota": 0.95, "crash": 0.85}


OBJECTS = st.sampled_from([f"pod/{name}" for name in PODS] + ["deployment/web", "node/one", "node/two", "service/web"])
SAID = st.lists(st.tuples(OBJECTS, st.floats(0, 1)), max_size=4)
NAMES = ("a", "b", "c")


@given(
    st.lists(OBJECTS, max_size=4),
    st.fixed_dictionaries({name: st.tuples(SAID, st.frozensets(st.sampled_from(NAMES))) for name in NAMES}),
)
def test_every_trouble_is_explained_or_unknown(
    troubles: list[str], said: dict[str, tuple[list[tuple[str, float]], frozenset[str]]]
) -> None:
    """Whatever is suspected of whomever, nothing that is wrong is passed over, and the likeliest comes first."""
    causes: dict[str, type[Cause]] = {}
    for name, (suspicions, outranks) in said.items():
        causes |= _cause(name, *suspicions, outranks=outranks)
    found = diagnose(SCENE, _reader(*troubles), causes)
    explained = {each for cause in found.causes for each in cause.explains}
    assert set(troubles) <= explained
    for trouble in troubles:
        tellers = [each for each in found.causes if trouble in each.explains]
        assert any(each.cause == UNKNOWN or each.confidence >= NAMED_MIN for each in tellers)
    confident = [each.confidence for each in found.causes if each.cause != UNKNOWN]
    assert confident == sorted(confident, reverse=True)
