"""The scene of a recorded timeline: what stood at one moment, and what had been changed before."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.diagnose.recorded import scene_of
from harness.model.errors import BadInput
from harness.model.full.cluster import Event
from harness.model.full.workloads import Workload
from harness.model.objects import LEAN_TYPES
from harness.model.scene import last_seen, seconds_of
from harness.model.timeline import AnyEntry, Change, Header, Phase, decode_entry, encode_entry

BEGAN = "2026-03-05T12:00:00.000+00:00"
EPOCH = seconds_of(BEGAN)
HEADER = Header(t=0.0, scenario={}, namespace="shop", cluster="c", provider="kwok", started_at=BEGAN)


def change(t: float, op: str, resource: str, name: str, **more: Any) -> Change:
    meta = {"name": name, "uid": f"uid-{name}", **more.pop("metadata", {})}
    return Change(
        t=t, op=op, resource=resource, object=msgspec.convert({"metadata": meta, **more}, LEAN_TYPES[resource])
    )


def deployment(t: float, generation: int, replicas: int, *managers: str, op: str = "modified", **meta: Any) -> Change:
    fields = [{"manager": name, "time": f"2026-03-05T12:00:{n:02}Z"} for n, name in enumerate(managers)]
    meta |= {"generation": generation, "managedFields": fields}
    return change(t, op, "deployments", "web", metadata=meta, spec={"replicas": replicas})


ENTRIES: list[AnyEntry] = [
    HEADER,
    deployment(0.1, 1, 3, "kubectl", op="listed"),
    change(0.1, "listed", "pods", "web-1", status={"phase": "Running"}),
    change(0.1, "listed", "events", "old", reason="Pulled"),
    Phase(t=1.0, name="inject"),
    change(2.0, "modified", "pods", "web-1", status={"phase": "Failed"}),
    change(2.5, "added", "events", "new", reason="BackOff", message="Back-off restarting"),
    change(3.0, "added", "pods", "web-2"),
    change(4.0, "deleted", "pods", "web-1"),
    deployment(5.0, 2, 0, "kubectl", "argocd"),
    Phase(t=6.0, name="undo"),
    change(7.0, "deleted", "pods", "web-2"),
]


def test_it_is_the_moment_before_the_undo() -> None:
    """What stood then, by the calendar of the run; what the undo brought about is not seen."""
    scene = scene_of(ENTRIES)
    assert (scene.namespace, scene.at) == ("shop", EPOCH + 6.0)
    assert [pod.metadata.name for pod in scene.pods] == ["web-2"]
    assert [workload.spec.replicas for workload in scene.all("deployments", Workload)] == [0]


def test_another_moment_can_be_asked_for() -> None:
    """The last state of each object up to then."""
    scene = scene_of(ENTRIES, until=2.0)
    assert [(pod.metadata.name, pod.status.phase) for pod in scene.pods] == [("web-1", "Failed")]
    assert scene.at == EPOCH + 2.0


def test_a_run_without_an_undo_is_looked_at_from_its_end() -> None:
    """One that was killed, for example."""
    cut = [entry for entry in ENTRIES if not isinstance(entry, Phase)]
    assert scene_of(cut).at == EPOCH + 7.0
    assert scene_of(cut).pods == []


def test_an_event_has_the_time_at_which_it_was_seen() -> None:
    """The timeline leaves its own time stamps out; one that was there before the run is old news."""
    seen = {event.metadata.name: last_seen(event) for event in scene_of(ENTRIES).all("events", Event)}
    assert seen == {"old": 0.0, "new": EPOCH + 2.5}


def test_what_was_edited_and_by_whom_is_past() -> None:
    """Of workloads; a pod that comes and goes is no edit."""
    (past,) = scene_of(ENTRIES).past
    assert (past.at, past.object, past.text) == (EPOCH + 5.0, "deployment/web", "replicas 3 → 0, by argocd")


@pytest.mark.parametrize("op", ["modified", "deleted"])
def test_who_broke_it_on_purpose_is_not_told(op: str) -> None:
    """A diagnosis that reads the injector's name off the objects proves nothing."""
    entries = [
        HEADER,
        deployment(0.1, 1, 3, "kubectl", op="listed"),
        deployment(2.0, 2, 3, "kubectl", "healproof", op=op),
    ]
    (past,) = scene_of(entries).past
    assert past.text == {"modified": "its spec was changed (generation 1 → 2)", "deleted": "was deleted"}[op]


def test_a_change_of_status_alone_is_no_edit() -> None:
    """Controllers write those all the time."""
    entries = [HEADER, deployment(0.1, 1, 3, "kubectl", op="listed"), deployment(2.0, 1, 3, "kubectl", "kube")]
    assert scene_of(entries).past == []


def test_what_a_timeline_does_not_hold_is_unseen() -> None:
    """Nothing is concluded from the absence of a resource that was not watched."""
    scene = scene_of(ENTRIES)
    assert scene.saw("pods")
    assert not scene.saw("services")
    assert not scene.saw("nodes")
    assert any("services" in each for each in scene.unseen)


def test_a_timeline_read_from_its_file_gives_the_same() -> None:
    """The scene is made of what was written, not of what the observers held."""
    assert scene_of([decode_entry(encode_entry(entry)) for entry in ENTRIES]) == scene_of(ENTRIES)


def test_what_is_no_timeline_is_refused() -> None:
    """A file that does not begin with a header says nothing of when."""
    with pytest.raises(BadInput, match="header"):
        scene_of(ENTRIES[1:])
    with pytest.raises(BadInput, match="header"):
        scene_of([])
