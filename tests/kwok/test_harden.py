"""Hardening on a living namespace: the same findings as from manifests, and patches that the API server takes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from planted_weakness import LASTING, WEAK

from harness import cli
from harness.kube import actions
from harness.kube.client import Client
from harness.model.cluster import ClusterRecord

pytestmark = [pytest.mark.kwok, pytest.mark.slow]

ADMITS_ALL = {"pod-security.kubernetes.io/enforce": "privileged"}


@pytest.fixture
def placed(client: Client, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A planted weakness as living objects: its check, and the namespace that it is in."""
    check = str(request.param)
    namespace = f"weak-{check}"
    labels = {} if check == "pod-security" else ADMITS_ALL
    actions.create_namespace(client, namespace, {"healproof.dev/run": "tests", **labels})
    for manifest in WEAK[check]:
        if manifest["kind"] != "Namespace":
            actions.apply(client, manifest, namespace)
    yield check, namespace
    actions.delete_namespace(client, namespace)


def harden(record: ClusterRecord, namespace: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What `healproof harden` says of a namespace."""
    where = ["--kubeconfig", record.kubeconfig, "--context", record.context]
    cli.main(["harden", "--namespace", namespace, *where, "--json", "--no-images"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["unseen"] == []
    findings: list[dict[str, Any]] = answer["findings"]
    return findings


NOT_HERE = {"bare-pod", "privileged"}
"""A pod has no patch, and a kwok cluster admits no privileged container at all."""


@pytest.mark.parametrize("placed", [check for check in WEAK if check not in NOT_HERE], indirect=True)
def test_a_finding_of_a_living_namespace_has_a_command_that_the_server_takes(
    cluster: ClusterRecord, placed: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Typed as it is printed, with a dry run by the server: only what no patch can cure has none."""
    check, namespace = placed
    found = [finding for finding in harden(cluster, namespace, capsys) if finding["check"] == check]
    assert found
    for finding in found:
        if not finding["command"]:
            assert check in LASTING
            continue
        typed = subprocess.run(
            ["sh", "-c", f"{finding['command']} --dry-run=server"],
            env={**os.environ, "KUBECONFIG": cluster.kubeconfig},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert typed.returncode == 0, typed.stderr
        assert "no change" not in typed.stdout


def test_a_pod_that_nobody_owns_is_found_alive(
    client: Client, cluster: ClusterRecord, namespace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Among pods that controllers made, only the bare one is named, and not for the node that it was given."""
    for manifest in WEAK["bare-pod"]:
        if manifest["kind"] != "Namespace":
            actions.apply(client, manifest, namespace)
    found = harden(cluster, namespace, capsys)
    assert [finding["object"] for finding in found if finding["check"] == "bare-pod"] == ["pod/web"]
    assert [finding for finding in found if finding["check"] == "node-name"] == []
