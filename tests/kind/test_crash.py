"""Runs that are killed in the middle of a fault, on real containers and volumes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from real_runs import QUICK_WEB, Ended, Ground, blocked_drain, nothing_left, required, workload, write_scenario

from harness.damage.ways import reach
from harness.journal import Intent
from harness.kube import actions

pytestmark = [pytest.mark.kind, pytest.mark.slow]

CLAIM = "persistentvolumeclaim/data-db-0"


class Wreck(NamedTuple):
    """What two killed runs left, what stood broken then, and how the recovery ended."""

    pending: dict[str, Intent]
    ballast_before: list[str]
    probe_before: dict[str, Any]
    recovered: Ended
    ballast_after: list[str]
    writes: list[str]


@pytest.fixture(scope="module")
def wreck(kind_ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Wreck:
    """A full volume and a broken probe side by side; both runs are killed, then recovered together."""
    ground, folder = kind_ground, tmp_path_factory.mktemp("wreck")
    runs = {"volume-full": ground.run(str(full(folder))), "probe-fail": ground.run(str(broken_probe(folder)))}
    pending = {what: ground.await_intent(what, live) for what, live in runs.items()}
    volume, probe = step(pending["volume-full"]), step(pending["probe-fail"])
    required(lambda: "ballast" in " ".join(files(ground, volume)) or None, "the ballast")
    wanted = {"port": 1}
    required(lambda: readiness(ground, probe).get("tcpSocket") == wanted or None, "the broken probe")
    for live in runs.values():
        live.kill()
    before, probe_before = files(ground, volume), readiness(ground, probe)
    recovered = ground.healproof("recover")
    log = Path(ground.record.audit_log or "").read_text().splitlines()
    writes = [line for line in log if f"/namespaces/{probe['namespace']}" in line and '"userAgent":"healproof' in line]
    return Wreck(pending, before, probe_before, recovered, files(ground, volume), writes)


def test_a_killed_run_leaves_its_faults_and_their_tokens(wreck: Wreck) -> None:
    """kill -9 undoes nothing: ballast and probe are still there, and both tokens are on disk."""
    assert ".healproof-ballast" in wreck.ballast_before
    assert wreck.probe_before["tcpSocket"] == {"port": 1}
    assert step(wreck.pending["volume-full"])["node"]
    assert step(wreck.pending["probe-fail"])["sets"][0]["before"]["httpGet"]["path"] == "/healthz"


def test_recover_takes_the_ballast_away_and_puts_the_probe_back(kind_ground: Ground, wreck: Wreck) -> None:
    """A fresh process restores both and removes both namespaces; the probe comes before its namespace goes."""
    assert wreck.recovered.code == 0, wreck.recovered.text
    assert "undid volume-full" in wreck.recovered.text
    assert "undid probe-fail" in wreck.recovered.text
    assert ".healproof-ballast" not in wreck.ballast_after
    restored = [number for number, line in enumerate(wreck.writes) if '"verb":"update"' in line]
    assert "/deployments/web" in wreck.writes[restored[-1]]
    assert '"verb":"delete"' in wreck.writes[-1]
    nothing_left(kind_ground, "hp-killed-")


def test_a_killed_drain_is_undone(kind_ground: Ground, tmp_path: Path) -> None:
    """The node that a killed drain left cordoned takes pods again, and its taint is gone."""
    ground = kind_ground
    live = ground.run(str(blocked_drain(tmp_path)))
    node = step(ground.await_intent("node-drain", live))["name"]
    required(lambda: node in ground.cordoned() or None, "the cordon")
    live.kill()
    assert node in ground.cordoned()
    assert ground.healproof("recover").code == 0
    nothing_left(ground, "hp-blocked-drain")

    def clean() -> bool | None:
        return "taints" not in actions.get(ground.client, "nodes", node)["spec"] or None

    required(clean, f"node {node} without taints", 10)


def step(intent: Intent) -> dict[str, Any]:
    """The first step of a fault's token."""
    first: dict[str, Any] = intent.token["steps"][0]
    return first


def full(folder: Path) -> Path:
    return write_scenario(
        folder,
        "killed-full",
        workload("db"),
        [{"volume-full": {"of": CLAIM}}],
        [{"stays-failed": {"of": "statefulset/db", "within": "30s", "for": "60s"}}],
    )


def broken_probe(folder: Path) -> Path:
    return write_scenario(
        folder,
        "killed-probe",
        workload("web", **QUICK_WEB),
        [{"probe-fail": {"of": "deployment/web", "probe": "readiness"}}],
        [{"stays-failed": {"of": "deployment/web", "within": "30s", "for": "60s"}}],
    )


def files(ground: Ground, token: dict[str, Any]) -> list[str]:
    """What is in a volume's folder on its node; nothing once the folder is gone."""
    path = token["deed"].removeprefix("fill ")
    return reach(ground.record)(token["node"], ["ls", "-A", path]).text.split()


def readiness(ground: Ground, token: dict[str, Any]) -> dict[str, Any]:
    deployment = actions.get(ground.client, "deployments", "web", token["namespace"])
    probe: dict[str, Any] = deployment["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
    return probe
