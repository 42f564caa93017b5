"""`healproof recover --all` where every journal is lost: the marks that changes carry must be enough."""

from __future__ import annotations

from pathlib import Path

import pytest
from real_runs import Ground

from contract.examples import load_fault, manifests
from contract.leftovers import await_quiet, left_after, snapshot
from contract.standing import standing
from harness.damage import steps
from harness.damage.plan import damage_of
from harness.kube import actions
from harness.providers.lease import lease
from harness.registry import FAULTS
from harness.residue.differences import differences

LEFT: dict[str, dict[str, tuple[str, ...]]] = {
    "kwok": {
        "web": (
            "pod-orphan", "object-delete", "probe-fail", "claim-unbound", "node-taint", "node-cordon", "node-down",
            "drift", "component-down", "limit-range", "quota-exhausted", "webhook-down",
        ),
    },
    "kind": {
        "db": ("volume-full",),
        "web": (
            "network-loss", "pod-orphan", "object-delete", "probe-fail", "node-taint", "node-service-stop", "drift",
            "component-down", "quota-exhausted", "webhook-down",
        ),
    },
}  # fmt: skip
"""Ten and more changes of all kinds, done one after the other and never journalled."""


@pytest.mark.parametrize("provider", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in LEFT])
def test_what_no_journal_knows_is_found_by_its_marks(
    provider: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """One command removes all of it, says what it was, and leaves the cluster as it was; a second one finds nothing."""
    ground: Ground = request.getfixturevalue(f"{provider}_ground")
    with lease(ground.record, exclusive=True):
        ground.healproof("recover", "--all", "--cluster", ground.record.name)  # of what other tests left standing
        await_quiet(ground)
        before = snapshot(ground.client, ground.record)
        for name, faults in LEFT[provider].items():
            _leave(ground, name, faults, tmp_path / name)
    assert ground.pending() == []
    assert differences(before, snapshot(ground.client, ground.record)) != []
    said = ground.healproof("recover", "--all", "--cluster", ground.record.name, seconds=240)
    assert said.code == 0, said.text
    assert said.text.count("undid ") >= sum(len(faults) for faults in LEFT[provider].values())
    assert left_after(ground.client, ground.record, before, seconds=90) == []
    assert "undone: 0" in ground.healproof("recover", "--all", "--cluster", ground.record.name).text


def _leave(ground: Ground, name: str, faults: tuple[str, ...], folder: Path) -> None:
    """Do the steps of faults on a workload of their own, and keep no journal."""
    namespace = f"hp-strays-{name}"
    example = FAULTS[faults[0]].example
    actions.create_namespace(ground.client, namespace, {"healproof.dev/run": "strays"})
    for manifest in manifests(example):
        actions.apply(ground.client, manifest, namespace)
    with standing(ground.record, namespace, folder) as stand:
        assert stand.steady(example) == ""
        for fault in faults:
            plan = damage_of(load_fault(fault, folder)).plan(stand.site)
            assert plan.steps, f"{fault} leaves nothing behind"
            steps.do(stand.site, plan.steps)
