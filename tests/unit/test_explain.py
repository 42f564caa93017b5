"""Why a scenario did not pass: of the moment that shows it, blind to the faults, and never in the verdict's way."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from diagnose import scenes
from gather.api import Api
from timelines import CALENDAR, WEB, Story, scenario

from harness import explain
from harness.damage.site import Levers, NodeExec, Site
from harness.expect.never_below import NeverBelow
from harness.explain import AT_THE_END, BEFORE_UNDO, SCENE, Explainer, faults_at, reader_of, recorded_sightings
from harness.gather.scene_file import read_scene
from harness.kube.client import Client
from harness.machine.clock import Monotonic
from harness.machine.process import Completed
from harness.model.cluster import Capability, ClusterRecord
from harness.model.diagnosis import Layer
from harness.model.errors import ClusterBroken
from harness.model.explained import Explained
from harness.model.objects import Event, InvolvedObject, ObjectMeta
from harness.model.picture import Picture
from harness.model.scenario import Scenario
from harness.model.scene import Scene
from harness.model.timeline import AnyEntry, Evidence, Header, Injected
from harness.model.verdict import Finding, Outcome, Verdict
from harness.observe.timeline import Recorder

REFUSAL = (
    'Error creating: pods "web-1-x" is forbidden: exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0'
)

Explain = Callable[..., Explained]


def healthy() -> Scene:
    """Nothing is wrong."""
    return scenes.scene(*scenes.deployment(scenes.pod("web-6f9-a")), scenes.node())


def refused() -> Scene:
    """A quota keeps every pod away."""
    web = scenes.deployment(replicas=1)
    return scenes.scene(web, scenes.event(web[1], "FailedCreate", REFUSAL), scenes.node())


def puzzling() -> Scene:
    """A pod is not ready, and nothing says why."""
    pod = scenes.pod("web-6f9-a", status=scenes.unready(scenes.running(ready=False)))
    return scenes.scene(*scenes.deployment(pod), scenes.node())


def failed(*ats: float) -> Verdict:
    """A verdict with a promise broken at each of these seconds."""
    findings = [Finding(expectation="recovers", outcome=Outcome.FAILED, text="it had not", at=at) for at in ats]
    return Verdict(outcome=Outcome.FAILED if ats else Outcome.INCONCLUSIVE, findings=findings)


def healed() -> list[AnyEntry]:
    """A pod was lost, from 4 to 9 s a quota kept its successor away, then all was well; the undo came at 20 s."""
    story = Story(replicas=2).baseline().at(4.0).kill("web-0").at(4.5).drop("pods", "web-0").at(4.6)
    meta = ObjectMeta(name="refused", uid="uid-refused")
    about = InvolvedObject("ReplicaSet", "web-1", "uid-web-1")
    story.show("events", Event(metadata=meta, reason="FailedCreate", involved_object=about, message=REFUSAL))
    return story.at(9.0).pod("web-2").end(20.3)


@pytest.fixture
def explained(tmp_path: Path) -> Iterator[Explain]:
    """What is told of a run: `scenes` are what the cluster shows at each reading, the first before the undo."""
    recorder = Recorder(tmp_path / "timeline.jsonl", Monotonic())

    def explained(
        verdict: Verdict,
        *scenes: Scene,
        entries: list[AnyEntry] | None = None,
        looked: bool = True,
        of: Scenario | None = None,
    ) -> Explained:
        shown = iter(scenes)
        explainer = Explainer(lambda: next(shown), recorder, entries or Story().end(20.3))
        if looked:
            explainer.look()
        return explainer.explained(verdict, of or scenario(), tmp_path)

    yield explained
    recorder.close()


def causes(told: Explained) -> list[str]:
    assert told.missing == ""
    return [cause.cause for cause in told.causes]


def test_what_stands_before_the_undo_is_what_counts(explained: Explain, tmp_path: Path) -> None:
    """The cause, with advice and its scene as a file; the cluster is not read once more."""
    told = explained(failed(8.0), refused())
    assert (causes(told), told.moment, told.namespace) == (["quota-exhausted"], BEFORE_UNDO, "shop")
    assert told.causes[0].advice
    assert told.layer == "capacity"
    assert read_scene(tmp_path / SCENE).all("events", object) == refused().all("events", object)


def test_what_has_healed_by_then_is_told_from_the_record(explained: Explain) -> None:
    """The moment at which the promise broke, once it had shown why."""
    told = explained(failed(4.6), healthy(), entries=healed())
    assert (causes(told), told.t, told.moment) == (["quota-exhausted"], 6.6, "2 s after recovers failed")


def test_a_passing_state_is_no_cause(explained: Explain) -> None:
    """The moment after a pod is lost looks as if nobody made another."""
    entries = Story(replicas=2).baseline().at(4.0).kill("web-0").at(4.2).drop("pods", "web-0").at(4.3).end(20.3)
    told = explained(failed(4.2), healthy(), entries=entries)
    assert (causes(told), told.moment) == ([], BEFORE_UNDO)


def test_a_promise_that_breaks_after_the_undo_is_looked_at_in_the_end(explained: Explain) -> None:
    """What was seen before the undo says nothing of it."""
    told = explained(failed(21.0), healthy(), refused())
    assert (causes(told), told.moment) == (["quota-exhausted"], AT_THE_END)


def test_a_run_without_an_undo_is_looked_at_in_the_end(explained: Explain) -> None:
    """A baseline that never came, for example."""
    told = explained(failed(), refused(), looked=False)
    assert (causes(told), told.moment) == (["quota-exhausted"], AT_THE_END)


def test_something_wrong_is_told_before_nothing(explained: Explain) -> None:
    """Undecided is said, where at another moment all was well."""
    told = explained(failed(8.0, 21.0), healthy(), puzzling())
    assert (causes(told), told.moment, told.layer) == (["unknown"], AT_THE_END, None)


def test_where_nothing_is_wrong_no_cause_is_named(explained: Explain) -> None:
    """A promise can be wrong as well."""
    told = explained(failed(8.0), healthy())
    assert (causes(told), told.moment) == ([], BEFORE_UNDO)


def test_a_promise_that_a_workload_cannot_keep_has_advice(explained: Explain) -> None:
    """Where nothing is wrong, and only where the verdict says that it is broken."""
    web = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 1}}
    small = msgspec.structs.replace(scenario(NeverBelow(of=WEB, ready=2)), manifests=[web])
    finding = Finding(expectation="never-below", outcome=Outcome.FAILED, text="it fell", at=4.0)
    told = explained(Verdict(outcome=Outcome.FAILED, findings=[finding]), healthy(), of=small)
    assert causes(told) == []
    assert [patch.body for advice in told.promises for patch in advice.patches] == [{"spec": {"replicas": 3}}]
    untold = explained(Verdict(outcome=Outcome.INCONCLUSIVE, findings=[finding]), healthy(), of=small)
    assert untold.promises == []


def test_what_was_seen_changing_is_in_the_scene(explained: Explain, tmp_path: Path) -> None:
    """A look at a living cluster knows no past, the timeline does."""
    entries = Story(replicas=2).baseline().at(4.0).deployment(wants=0, generation=2).end(20.3)
    explained(failed(8.0), refused(), entries=entries)
    assert "replicas 2 → 0" in [past.text for past in read_scene(tmp_path / SCENE).past]


def test_the_faults_are_told_beside_it_and_change_nothing(explained: Explain) -> None:
    """The diagnosis is the same to the word for somebody who does not know of them."""
    entries = healed()
    blind = [each for each in entries if not isinstance(each, Injected | Evidence)]
    assert isinstance(blind[0], Header)
    blind[0] = Header(
        t=0.0, scenario={"faults": "?"}, namespace="hp-web", cluster="?", provider="?", started_at=CALENDAR
    )
    assert [each.scene for each in recorded_sightings(entries, failed(4.6))] == [
        each.scene for each in recorded_sightings(blind, failed(4.6))
    ]
    told, untold = (explained(failed(4.6), healthy(), entries=each) for each in (entries, blind))
    assert (told.causes, told.faults, untold.faults) == (untold.causes, ["pod-delete"], [])


def test_a_fault_is_in_place_from_its_injection_to_its_undo() -> None:
    """Each is named once, however many rounds it has."""
    story = Story().at(3.0).injected(index=0, fault="a").at(4.0).injected(index=1, fault="b")
    entries = story.at(5.0).injected(index=2, fault="b").undo(6.0, indices=(0,)).entries
    assert [faults_at(entries, t) for t in (2.0, 3.0, 5.5, 7.0)] == [[], ["a"], ["a", "b"], ["b"]]


def test_a_diagnosis_that_breaks_is_told_and_breaks_nothing(explained: Explain) -> None:
    """Whatever goes wrong in it, the verdict stands."""
    told = explained(failed(8.0), looked=False)
    assert (told.causes, told.missing.partition(":")[0]) == ([], "RuntimeError")
    assert told.layer is None


def test_a_look_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run goes on in bounded time, and says why there is no cause."""
    monkeypatch.setattr(explain, "LOOK_SECONDS_MAX", 0.05)
    monkeypatch.setattr(explain, "THINK_SECONDS_MAX", 0.05)
    ended = threading.Event()

    def never() -> Scene:
        ended.wait(60)
        return healthy()

    with Recorder(tmp_path / "timeline.jsonl", Monotonic()) as recorder:
        explainer = Explainer(never, recorder, Story().end(20.3))
        explainer.look()
        told = explainer.explained(failed(8.0), scenario(), tmp_path)
    ended.set()
    assert told.missing == "no answer within 0.1 s"
    assert 0.2 <= told.seconds < 30


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    yield api
    api.close()


def site(api: Api, folder: Path, enter: NodeExec, *capabilities: Capability) -> Site:
    """A run's place on a cluster of one node, which is entered by `enter`."""
    kubeconfig = str(api.kubeconfig(folder))
    record = ClusterRecord(
        name="a",
        provider="b",
        shape="c",
        kubeconfig=kubeconfig,
        context="tiny",
        capabilities=capabilities,
        nodes=("n",),
    )
    client = Client.from_kubeconfig(kubeconfig, "tiny")
    levers: Levers = None  # type: ignore[assignment]  # nobody pulls one
    return Site(client, record, "shop", Picture(), enter, levers, Monotonic(), random.Random(1), lambda _: None)  # noqa: S311


@pytest.mark.parametrize("made", [True, False])
def test_only_nodes_of_own_clusters_are_entered(api: Api, tmp_path: Path, made: bool) -> None:
    """On a cluster of others each entry would take a privileged pod, and a look promises to change nothing."""
    entered: list[str] = []

    def enter(
        node: str, argv: Sequence[str], *, timeout_seconds: float = 20.0, stdin: bytes | None = None
    ) -> Completed:
        entered.append(node)
        return Completed(0, b"", b"")

    capabilities = [Capability.NODE_EXEC, Capability.DISPOSABLE][: 2 if made else 1]
    here = site(api, tmp_path, enter, *capabilities)
    reader_of(here)()
    here.client.close()
    assert entered == (["n"] if made else [])
    assert {method for method, _, _ in api.asked} == {"GET"}


def test_a_silent_api_server_is_a_cause_and_costs_bounded_time(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looks are given up after their time; what could not be seen is told."""
    monkeypatch.setattr(explain, "LOOK_SECONDS_MAX", 0.5)
    api.silent = {"*"}
    with Recorder(tmp_path / "timeline.jsonl", Monotonic()) as recorder:
        here = site(api, tmp_path, reach_nothing)
        explainer = Explainer(reader_of(here), recorder, Story().end(20.3))
        explainer.look()
        told = explainer.explained(failed(21.0), scenario(), tmp_path)
        here.client.close()
    assert (told.layer, told.moment) == (Layer.CONTROL_PLANE, BEFORE_UNDO)
    assert "no answer in time" in str(told.unseen)
    assert told.seconds >= 0.5


def reach_nothing(
    node: str, argv: Sequence[str], *, timeout_seconds: float = 20.0, stdin: bytes | None = None
) -> Completed:
    """No node can be entered."""
    raise ClusterBroken(node)


def test_a_scene_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    """As whatever else goes wrong."""
    with Recorder(tmp_path / "timeline.jsonl", Monotonic()) as recorder:
        told = Explainer(refused, recorder, Story().end(20.3)).explained(failed(8.0), scenario(), tmp_path / "nowhere")
    assert "No such file" in told.missing
