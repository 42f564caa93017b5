from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from planted_clusters import DEFECTS, web
from real_runs import CARRIED, Ground, write_scenario

from harness.model.verdict import Outcome

AT_ONCE = {"kwok": 4, "kind": 2}
"""How many run side by side: most of the time is spent waiting for deadlines."""


def _cases() -> list[Any]:
    return [
        pytest.param(provider, name, marks=getattr(pytest.mark, provider), id=f"{provider}-{name}")
        for provider, capabilities in CARRIED.items()
        for name, defect in DEFECTS.items()
        if capabilities.issuperset(defect.needs)
    ]


@pytest.fixture(scope="module")
def runs() -> dict[str, dict[str, dict[str, Any]]]:
    """What `healproof run` said of all defects, by provider: they are run once for all tests of a provider."""
    return {}


@pytest.mark.parametrize(("provider", "name"), _cases())
def test_a_recovery_broken_on_a_real_cluster_never_passes(
    provider: str,
    name: str,
    runs: dict[str, dict[str, dict[str, Any]]],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The verdict is the one that the planted defect deserves, and its explanation names it."""
    if provider not in runs:
        ground: Ground = request.getfixturevalue(f"{provider}_ground")
        runs[provider] = _judged(provider, ground, tmp_path_factory.mktemp(provider))
    defect, verdict = DEFECTS[name], runs[provider][name]["verdict"]
    assert defect.outcome is not Outcome.PASSED
    assert verdict["outcome"] == str(defect.outcome), verdict
    assert defect.words in json.dumps(verdict), verdict


def _judged(provider: str, ground: Ground, folder: Path) -> dict[str, dict[str, Any]]:
    for name, (parts, _, _, needs) in DEFECTS.items():
        if CARRIED[provider].issuperset(needs):
            manifests, expect = parts.manifests or web(), list(parts.expect)
            write_scenario(folder, name, manifests, parts.faults, expect, baseline=parts.baseline, needs=list(needs))
    ended = ground.run(str(folder), "--profile", "", "--workers", str(AT_ONCE[provider])).wait(600)
    results = sorted((ground.folder / "reports").glob("2*/results.json"))
    assert results, ended.text[-3000:]
    return {each["name"]: each for each in json.loads(results[-1].read_text())["scenarios"]}
