"""A scene as a file."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from harness.gather.scene_file import read_scene, write_scene
from harness.model.errors import BadInput
from harness.model.full.pods import Pod
from harness.model.full.workloads import Keys
from harness.model.objects import ObjectMeta
from harness.model.scene import Log, Look, Past, Scene

POD = msgspec.convert(
    {
        "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "main", "livenessProbe": {"httpGet": {"port": "http"}}}]},
    },
    Pod,
)
SCENE = Scene(
    namespace="shop",
    at=1.5,
    objects={"pods": [POD], "secrets": [Keys(metadata=ObjectMeta(name="db"), keys=["a"])], "jobs": []},
    around={"pods": [POD]},
    logs=[Log(namespace="shop", pod="web", container="main", lines=["one"])],
    looks=[Look(kind="usage", about="node/worker", facts={"cpu": "1"})],
    past=[Past(at=1.0, object="deployment/web", text="replicas 1 → 2")],
    unseen=["nodes from inside: no access to nodes was given"],
)


def test_a_scene_comes_back_as_it_was(tmp_path: Path) -> None:
    """A diagnosis of the file is that of the cluster; an empty resource was read, a missing one was not."""
    write_scene(SCENE, tmp_path / "scene.json")
    assert read_scene(tmp_path / "scene.json") == SCENE
    assert read_scene(tmp_path / "scene.json").saw("jobs")


def test_the_same_scene_is_the_same_file_and_its_owners_alone(tmp_path: Path) -> None:
    """Also where a file that others could read was there before."""
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    second.touch(mode=0o644)
    write_scene(SCENE, first)
    write_scene(read_scene(first), second)
    assert first.read_bytes() == second.read_bytes()
    assert {path.stat().st_mode & 0o777 for path in (first, second)} == {0o600}


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"{", "not a scene"),
        (b"{}", "not a scene"),
        (b'{"version": "healproof/scene/v2", "scene": {"namespace": "a", "at": 1}}', "healproof/scene/v2"),
        (b'{"scene": {"namespace": "a", "at": 1, "objects": {"cars": [{}]}}}', "cars"),
        (b'{"scene": {"namespace": "a", "at": 1, "objects": {"pods": [{"spec": 1}]}}}', "not a scene"),
    ],
)
def test_what_is_no_scene_is_refused_with_the_file(content: bytes, wrong: str, tmp_path: Path) -> None:
    """The message names the file and what is wrong with it."""
    path = tmp_path / "scene.json"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=wrong) as refused:
        read_scene(path)
    assert str(path) in refused.value.message


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Both ways."""
    with pytest.raises(BadInput, match="No such file"):
        read_scene(tmp_path / "none.json")
    with pytest.raises(BadInput, match="No such file"):
        write_scene(SCENE, tmp_path / "none" / "scene.json")
