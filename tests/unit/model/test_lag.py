"""What the delay of the watch is measured on: echoes of the harness's own writes, and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest
from timelines import Story, a_pod

import harness
from harness.model import anchors
from harness.model.objects import ObjectMeta
from harness.model.picture import Picture
from harness.model.timeline import Anchor, Written

TERMINATING = Anchor("pod-gone", "pods", "web-0", "uid-web-0")


def lag(story: Story) -> float:
    """The delay after a story, in seconds."""
    picture = Picture()
    for entry in story.entries:
        picture.see(entry)
    return round(picture.lag.seconds, 3)


def wrote(story: Story, version: str) -> Story:
    """The harness wrote pod web-0, and has the answer now."""
    return story.say(
        Written(t=story.t, sent=story.t - 0.01, resource="pods", name="web-0", uid="uid-web-0", version=version)
    )


def shown(story: Story, version: str) -> Story:
    """The watch shows pod web-0 at this version."""
    pod = story._known["pods", "web-0"]
    meta = msgspec.structs.replace(pod.metadata, resource_version=version)  # type: ignore[attr-defined]
    return story.show("pods", msgspec.structs.replace(pod, metadata=meta))


def test_a_deletion_by_the_fault_itself_is_an_echo() -> None:
    """The fault says that it touched the pod; the watch shows it terminating 130 ms after the call was sent."""
    assert lag(Story().baseline().at(4.0).kill("web-0")) == 0.13


def test_the_same_change_of_an_object_that_the_fault_did_not_touch_is_none() -> None:
    """The node's controller evicts the pod two seconds later: that is its reaction."""
    story = Story().baseline().at(4.0).injected(TERMINATING)
    story.entries[-1] = msgspec.structs.replace(story.entries[-1], targets=["nodes/node-1"])
    assert lag(story.at(6.0).pod("web-0", terminating=True)) == 0.0


@pytest.mark.parametrize(
    ("anchor", "tell"),
    [
        (Anchor("container-ended", "pods", "web-0", "uid-web-0", "web"), {"exit_code": 137}),
        (Anchor("not-ready", "pods", "web-0", "uid-web-0"), {"ready": False}),
    ],
)
def test_what_kubernetes_reports_of_a_fault_is_no_echo(anchor: Anchor, tell: dict[str, object]) -> None:
    """A container's end is told by the kubelet when it looks, which is no delay of the watch."""
    assert lag(Story().baseline().at(4.0).injected(anchor).at(5.0).pod("web-0", **tell)) == 0.0


def test_each_write_is_compared_with_the_version_that_it_made() -> None:
    """Another version is somebody else's write; of several echoes the longest that surely was late counts."""
    story = wrote(Story().baseline().at(4.0), "7")
    assert lag(shown(story.at(4.2), "6")) == 0.0
    assert lag(shown(story.at(4.3), "7")) == 0.31  # a write of 3.99 to 4.00 s, shown at 4.3 s: 0.30 to 0.31 s
    assert lag(shown(wrote(story.at(5.0), "8").at(5.1), "8")) == 0.3
    assert lag(shown(wrote(story.at(6.0), "9").at(6.4), "9")) == 0.4


def test_a_watch_that_was_faster_than_the_answer_is_known_no_finer_than_the_call() -> None:
    """A new object was shown before its creation was acknowledged: the delay is at most the time since the call."""
    story = Story().baseline().at(3.995)
    story.show(
        "pods",
        msgspec.structs.replace(a_pod("web-7"), metadata=ObjectMeta(name="web-7", uid="u", resource_version="7")),
    )
    story.at(4.0).say(Written(t=4.0, sent=3.99, resource="pods", name="web-7", uid="u", version="7"))
    assert lag(story) == 0.005


def test_every_anchor_of_a_fault_can_be_reached() -> None:
    """A kind that nothing recognises would leave its fault unproved for ever."""
    known = {*anchors._SHOWS, *anchors._NEW_PODS, "event", "no-endpoints"}
    package = Path(harness.__file__).parent
    kinds = {
        node.args[0].value
        for folder in ("faults", "damage")
        for path in (package / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Anchor" and isinstance(node.args[0], ast.Constant)
    }
    assert kinds - known == set()
    assert len(kinds) > 5
