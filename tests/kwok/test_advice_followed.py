"""Advice that is followed helps: typed as it is printed on a living namespace, and by `advise --verify`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from real_runs import Ground, required, workload, write_scenario

from harness.kube import actions
from harness.kube.client import Client

from .conftest import deployment

pytestmark = [pytest.mark.kwok, pytest.mark.slow]

Document = dict[str, Any]


def manifest(kind: str, name: str, **parts: Any) -> Document:
    """An object of the core API."""
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **parts}


def wrong(**fields: Any) -> Document:
    """The workload, with these fields in its pods' spec."""
    document: Document = deployment(3)
    document["spec"]["template"]["spec"] |= fields
    return document


SMALL = {"limits": [{"type": "Container", "max": {"memory": "32Mi"}}]}
LARGE = [{"name": "web", "image": "web", "resources": {"requests": {"cpu": "1000"}}}]
LIMITED = [{"name": "web", "image": "web", "resources": {"limits": {"memory": "64Mi"}}}]
CASES: dict[str, tuple[str, list[Document]]] = {
    "quota": ("quota-exhausted", [manifest("ResourceQuota", "few", spec={"hard": {"pods": "2"}}), wrong()]),
    "unstated": (
        "quota-exhausted",
        [manifest("ResourceQuota", "cpu", spec={"hard": {"limits.cpu": "4"}}), wrong()],
    ),
    "limit-range": ("limit-range-refused", [manifest("LimitRange", "small", spec=SMALL), wrong(containers=LIMITED)]),
    "selector": ("node-selector-unmatched", [wrong(nodeSelector={"disk": "fast"})]),
    "request": ("insufficient-resources", [wrong(containers=LARGE)]),
    "account": ("service-account-missing", [wrong(serviceAccountName="robot")]),
}


@pytest.mark.parametrize(("cause", "objects"), CASES.values(), ids=CASES)
def test_what_is_printed_heals_the_namespace(
    kwok_ground: Ground, client: Client, namespace: str, cause: str, objects: list[Document]
) -> None:
    """The first advice's commands in a shell with the user's kubectl, and no word of it changed; then all is well."""
    for each in objects:
        actions.apply(client, each, namespace)
    told = required(lambda: _told(kwok_ground, namespace, cause), f"{cause} to be named", 40)
    advice = told["advice"][0]
    assert advice["patches"], advice
    for patch in advice["patches"]:
        typed = subprocess.run(
            ["sh", "-c", patch["command"]],
            input=json.dumps(patch["body"]),
            env={**os.environ, "KUBECONFIG": kwok_ground.record.kubeconfig},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert typed.returncode == 0, typed.stderr
    required(lambda: _ready(client, namespace) == 3 or None, "three ready pods", 60)
    assert required(lambda: _well(kwok_ground, namespace), "a namespace without a cause", 30)


def test_verify_runs_before_and_after(kwok_ground: Ground, tmp_path: Path) -> None:
    """A workload that no node takes never becomes whole; with the advice in its manifests it outlives its fault: 0."""
    nowhere = {"spec": {"template": {"spec": {"nodeSelector": {"disk": "fast"}}}}}
    file = write_scenario(
        tmp_path,
        "web-nowhere",
        workload("web", deployment=nowhere),
        [{"pod-delete": {"select": "app=web"}}],
        [{"recovers": {"of": "deployment/web", "within": "20s", "hold": "1s"}}],
        baseline="5s",
    )
    words = ("--cluster", kwok_ground.record.name, "--reports", str(tmp_path / "reports"))
    ended = kwok_ground.healproof("advise", "--verify", str(file), *words)
    assert ended.code == 0, ended.text
    places = [
        ended.text.find(each) for each in ("before  ", "advice against node-selector-unmatched", "after   passed")
    ]
    assert -1 not in places, ended.text
    assert places == sorted(places)


def _told(ground: Ground, namespace: str, cause: str) -> dict[str, Any] | None:
    """What `healproof advise` says against a cause; None where it does not name it."""
    ended = ground.healproof("advise", "-n", namespace, "--cluster", ground.record.name, "--json")
    causes: list[dict[str, Any]] = json.loads(ended.text)["causes"] if ended.text.startswith("{") else []
    return next((each for each in causes if each["cause"] == cause), None)


def _ready(client: Client, namespace: str) -> int:
    return int(actions.get(client, "deployments", "web", namespace).get("status", {}).get("readyReplicas", 0))


def _well(ground: Ground, namespace: str) -> bool | None:
    return ground.healproof("advise", "-n", namespace, "--cluster", ground.record.name).code == 0 or None
