"""A real API server takes what is advised: every patch and command, in every scene of the unit tests."""

from __future__ import annotations

import functools
import json
import os
import re
import shlex
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from real_runs import ROOT, TESTS, required

from harness.advise.adviser import advise
from harness.diagnose.diagnoser import diagnose
from harness.gather.scene_file import read_scene
from harness.kube import actions
from harness.kube.client import Client
from harness.kube.resources import RESOURCES, Resource
from harness.model.advice import Advice, Patch, Way
from harness.model.cluster import ClusterRecord
from harness.model.errors import ApiError
from harness.model.full.cluster import Claim, StorageClass
from harness.model.patch import merge
from harness.model.scene import Scene
from harness.registry import CAUSES

from .scene_recorder import FOLDER

pytestmark = pytest.mark.kwok

Document = dict[str, Any]
KIND_OF = {entry.kind.lower(): entry for entry in RESOURCES.values()}
TEMPLATE = {
    "selector": {"matchLabels": {"app": "web"}},
    "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "main", "image": "web:1"}]}},
}
LACKING: dict[str, Document] = {
    "Deployment": {"spec": TEMPLATE},
    "PersistentVolumeClaim": {"spec": {"resources": {"requests": {"storage": "1Gi"}}}},
    "HorizontalPodAutoscaler": {"spec": {"scaleTargetRef": {"apiVersion": "apps/v1"}}},
}
"""What a real object of a kind must have and a scene may leave out."""
NEVER_ASKED = {
    "sideEffects": "None", "admissionReviewVersions": ["v1"], "objectSelector": {"matchLabels": {"nobody": "at-all"}}
}  # fmt: skip
DRY = {"dryRun": "All", "fieldValidation": "Strict", "fieldManager": "tests"}
PLACEHOLDER = re.compile(r"(?<![-\w])(?:[A-Z]{4,}|POD|ID)(?![-\w])")
"""What a person fills in: such a command cannot be run as it stands."""
ELSEWHERE = ("logs", "exec", "cp", "port-forward", "run", "top", "edit")
"""kubectl's words for what only a kubelet, a metrics server or an editor answers."""
NOT_THERE = re.compile(r"\(NotFound\)|\" not found$", re.MULTILINE)
CHANGES = ("scale", "delete", "label", "taint", "cordon", "uncordon", "drain", "create", "set", "patch", "undo")


class Told(NamedTuple):
    """One advice, and the scene that it is given in."""

    scene: Scene
    advice: Advice


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Told]]:
    """By cause all different advice that the unit tests' scenes lead to."""
    folder = tmp_path_factory.mktemp("scenes")
    here = str(Path(__file__).parent)
    words = ["-q", "-p", "no:cacheprovider", "-p", "scene_recorder", "tests/unit/advise", "tests/unit/diagnose"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=ROOT,
        env={**os.environ, FOLDER: str(folder), "PYTHONPATH": f"{here}:{TESTS}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
    found: dict[str, dict[str, Told]] = {}
    for file in folder.iterdir():
        scene = read_scene(file)
        for cause in advise(diagnose(scene), scene).causes:
            for each in cause.advice:
                key = msgspec.json.encode(msgspec.structs.replace(each, text="")).decode()
                found.setdefault(cause.cause, {}).setdefault(key, Told(scene, each))
    return {cause: list(different.values()) for cause, different in found.items()}


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_the_server_takes_every_patch(told: dict[str, list[Told]], cause: str, client: Client, namespace: str) -> None:
    """As a dry run that refuses unknown fields; what comes back is changed as the patch says."""
    assert told.get(cause), "no unit test has a scene in which it is named"
    for scene, advice in told[cause]:
        for patch in advice.patches:
            with_object = _Standing(client, namespace, scene, patch)
            try:
                after = with_object.answer()
            except ApiError as error:
                pytest.fail(f"{patch.command}\n{error}")
            finally:
                with_object.remove()
            wanted = {key: value for key, value in patch.body.items() if key != "metadata"} or patch.body
            assert differs(wanted, after) == [], patch.command


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_kubectl_takes_every_command(
    told: dict[str, list[Told]], cause: str, cluster: ClusterRecord, namespace: str
) -> None:
    """Those of steps too: no unknown word, option or resource; what is not there in this cluster is said to be not."""
    typed = {line for each in told[cause] for line in commands(each.advice)}
    for line in sorted(typed):
        words = shlex.split(line.replace("-n shop", f"-n {namespace}"))
        verb = words[3] if words[1] == "-n" else words[1]
        if PLACEHOLDER.search(line) or verb in ELSEWHERE or "proxy" in line:
            continue
        dry = ["--dry-run=server"] if set(CHANGES) & set(words[:5]) else []
        words = [each for each in words if each != "--watch"]
        ran = kubectl(cluster, *words[1:], *dry)
        assert ran.returncode == 0 or NOT_THERE.search(ran.stderr), f"{line}\n{ran.stderr}"


def kubectl(cluster: ClusterRecord, *words: str) -> subprocess.CompletedProcess[str]:
    """The user's kubectl on this cluster."""
    env = {**os.environ, "KUBECONFIG": cluster.kubeconfig}
    return subprocess.run(["kubectl", *words], env=env, capture_output=True, text=True, timeout=30, check=False)


def commands(advice: Advice) -> Iterator[str]:
    """Its command lines, and those that end a step."""
    yield from advice.commands
    for step in advice.steps:
        _, found, rest = step.rpartition(": kubectl ")
        if found:
            line = rest.partition(" | ")[0]
            line = line if "'" in line else re.split(r"; |\. |, and |, or ", line)[0]
            yield f"kubectl {line}".rstrip(".")


def differs(wanted: Any, there: Any, path: str = "") -> list[str]:
    """Where an object is not as a patch wants it; null wants nothing there, a list's parts are found by their name."""
    if isinstance(wanted, dict):
        known = there or {}
        inner = (differs(value, known.get(key), f"{path}.{key}") for key, value in wanted.items())
        return [each for found in inner for each in found]
    if isinstance(wanted, list) and all(isinstance(each, dict) and "name" in each for each in wanted):
        by_name = {each["name"]: each for each in there or []}
        return [x for each in wanted for x in differs(each, by_name.get(each["name"]), f"{path}.{each['name']}")]
    if isinstance(wanted, list) and isinstance(there, list) and len(wanted) == len(there):
        return [x for a, b in zip(wanted, there, strict=True) for x in differs(a, b, path)]
    same = there in (None, False) if wanted in (None, False) else wanted == there
    return [] if same else [f"{path}: {there!r} instead of {wanted!r}"]


class _Standing:
    """The object that a patch is about, made from the scene and removed again; none for a whole object."""

    def __init__(self, client: Client, namespace: str, scene: Scene, patch: Patch) -> None:
        self._client, self._patch = client, patch
        kind, _, self._name = patch.object.partition("/")
        self._kind = KIND_OF[kind]
        self._namespace = namespace if self._kind.namespaced else None
        self._made: list[tuple[Resource, str]] = []
        if patch.way is not Way.APPLY:
            self._make(scene)

    def answer(self) -> Document:
        """The object as it would be after the patch."""
        if self._patch.way is Way.APPLY:
            body = {**self._patch.body, "metadata": {"name": self._name}}
            after = self._sent("POST", self._kind.path(self._namespace), "application/json", body)
            if "stringData" not in body:
                return after
            return {**after, "stringData": {key: b64decode(value).decode() for key, value in after["data"].items()}}
        flavour = {Way.STRATEGIC: "strategic-merge-patch", Way.MERGE: "merge-patch", Way.JSON: "json-patch"}
        path = self._kind.path(self._namespace, self._name)
        return self._sent("PATCH", path, f"application/{flavour[self._patch.way]}+json", self._patch.body)

    def remove(self) -> None:
        for kind, name in self._made:
            namespace = self._namespace if kind.namespaced else None
            actions.delete(self._client, kind.plural, name, namespace, grace_seconds=0)

    def _sent(self, method: str, path: str, content_type: str, body: Document) -> Document:
        answer = self._client.request(method, path, body=body, query=DRY, content_type=content_type)
        after: Document = json.loads(answer)
        return after

    def _make(self, scene: Scene) -> None:
        places = (scene.objects, scene.around)
        found = [each for place in places for each in place.get(self._kind.plural, []) if named(each) == self._name]
        assert found, f"{self._patch.object} is not in the scene"
        manifest = whole(self._kind, msgspec.to_builtins(found[0]))
        claim = found[0] if isinstance(found[0], Claim) else None
        if claim is not None:
            self._make_volume(scene, claim, manifest)
        required(functools.partial(self._created, manifest), f"{self._patch.object} to be made", 10)
        if claim is not None:
            required(self._is_bound, f"{self._patch.object} to be bound", 20)

    def _make_volume(self, scene: Scene, claim: Claim, manifest: Document) -> None:
        """A claim is grown once it is bound, and by leave of its class."""
        kind = claim.spec.storage_class_name or ""
        found = scene.named("storageclasses", StorageClass, kind)
        assert found, f"storageclass/{kind} is not in the scene"
        spec = {
            "capacity": manifest["spec"]["resources"]["requests"],
            "accessModes": manifest["spec"]["accessModes"],
            "storageClassName": kind,
            "hostPath": {"path": "/nowhere"},
            "claimRef": {"namespace": self._namespace, "name": self._name},
        }
        volume = {"kind": "PersistentVolume", "metadata": {"name": claim.spec.volume_name}, "spec": spec}
        for each in (whole(RESOURCES["storageclasses"], msgspec.to_builtins(found)), {"apiVersion": "v1", **volume}):
            actions.create(self._client, each)
            self._made.append((KIND_OF[each["kind"].lower()], each["metadata"]["name"]))

    def _is_bound(self) -> bool | None:
        there = actions.get(self._client, self._kind.plural, self._name, self._namespace)
        return there["status"].get("phase") == "Bound" or None

    def _created(self, manifest: Document) -> bool | None:
        """A pod is refused until its namespace has an account."""
        try:
            actions.create(self._client, manifest, self._namespace)
        except ApiError as error:
            if error.status == 403:
                return None
            raise
        self._made.append((self._kind, self._name))
        return True


def named(thing: Any) -> str:
    """The name of an object of a scene."""
    return str(thing.metadata.name)


def whole(kind: Resource, document: Document) -> Document:
    """A manifest that a server takes, from what a scene keeps of an object: nothing of it starts pods."""
    kept = {key: value for key, value in document["metadata"].items() if key in ("name", "labels", "annotations")}
    manifest = {"apiVersion": kind.group_version, "kind": kind.kind, **document, "metadata": kept}
    manifest.pop("status", None)
    manifest = merge(LACKING.get(kind.kind, {}), manifest)
    spec = manifest.get("spec", {})
    spec.pop("clusterIP", None)
    if "template" in spec:
        spec["replicas"] = 0
    if "webhooks" in manifest:
        manifest["webhooks"] = [_silent(each) for each in manifest["webhooks"]]
    return manifest


def _silent(hook: Document) -> Document:
    """A webhook that is never asked."""
    rules = [{**each, "apiVersions": ["v1"]} for each in hook.get("rules", [])]
    return {**hook, **NEVER_ASKED, "rules": rules}
