"""Scenarios side by side on one cluster, as `pytest -n 2` runs them."""

from __future__ import annotations

import datetime
import itertools
import json
from pathlib import Path
from typing import NamedTuple

import pytest
from real_runs import Ground, nothing_left, workload, write_scenario

from harness.load_recorded import read_timeline
from harness.model.timeline import Change, Header, Phase

pytestmark = [pytest.mark.kwok, pytest.mark.slow]

HEALS = [{"recovers": {"of": "deployment/web", "within": "30s", "hold": "2s"}}]
FAULTS = {
    "lost-1": [{"pod-delete": {"select": "app=web"}}],
    "lost-2": [{"pod-delete": {"select": "app=web"}}],
    "lost-3": [{"pod-delete": {"select": "app=web"}}],
    "lost-4": [{"pod-delete": {"select": "app=web"}}],
    "drain-1": [{"node-drain": {"hosting": "app=web"}}],
    "drain-2": [{"node-drain": {"hosting": "app=web"}}],
}


class Span(NamedTuple):
    """When a scenario worked on the cluster, in seconds since the epoch."""

    begin: float
    end: float


def test_scenarios_that_need_the_cluster_alone_have_it_alone(kwok_ground: Ground, tmp_path: Path) -> None:
    """Two workers on one cluster: shared scenarios overlap, exclusive ones overlap nobody, all results are merged."""
    web = workload("web", deployment={"spec": {"minReadySeconds": 0}})
    paths = [write_scenario(tmp_path, name, web, faults, HEALS) for name, faults in FAULTS.items()]
    reports = tmp_path / "reports"
    words = ("-m", "pytest", "-n", "2", "-p", "no:cacheprovider", f"--healproof-cluster={kwok_ground.record.name}")
    ended = kwok_ground.start("python", *words, f"--healproof-reports={reports}", *map(str, paths)).wait()
    assert ended.code == 0, ended.text
    (folder,) = reports.iterdir()
    scenarios = json.loads((folder / "results.json").read_text())["scenarios"]
    assert {scenario["name"]: scenario["verdict"]["outcome"] for scenario in scenarios} == dict.fromkeys(
        FAULTS, "passed"
    )
    spans = {path.parent.name: span(path) for path in folder.rglob("timeline.jsonl")}
    shared = [spans[name] for name in FAULTS if name.startswith("lost")]
    assert any(overlap(one, other) for one, other in itertools.combinations(shared, 2)), spans
    for alone in ("drain-1", "drain-2"):
        for other in spans.keys() - {alone}:
            assert not overlap(spans[alone], spans[other]), f"{alone} ran beside {other}: {spans}"
    assert one_namespace_each(folder)
    nothing_left(kwok_ground)


def span(timeline: Path) -> Span:
    entries = read_timeline(timeline)
    header = next(entry for entry in entries if isinstance(entry, Header))
    began = datetime.datetime.fromisoformat(header.started_at).timestamp()
    phases = [entry.t for entry in entries if isinstance(entry, Phase)]
    return Span(began + phases[0], began + phases[-1])


def overlap(one: Span, other: Span) -> bool:
    return one.begin < other.end and other.begin < one.end


def one_namespace_each(folder: Path) -> bool:
    """Whether no timeline shows a namespaced object of another scenario's namespace."""
    for path in folder.rglob("timeline.jsonl"):
        entries = read_timeline(path)
        own = next(entry.namespace for entry in entries if isinstance(entry, Header))
        seen = {entry.object.metadata.namespace for entry in entries if isinstance(entry, Change)}
        if not seen <= {own, ""}:
            return False
    return True
