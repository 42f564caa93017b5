from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from real_runs import Ground

from harness.kube.client import Client
from harness.machine.progress import Silent
from harness.providers import catalogue, doctor

KIND_SHAPE = "two-workers"

settings.register_profile("healproof", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("healproof")


@pytest.fixture(scope="session")
def kwok_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder of this session's own."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def kwok_ground(kwok_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A kwok cluster of this session's own."""
    _require("kwok")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(kwok_state))
        record = catalogue.up("kwok", "compressed", name="kube-tests", progress=Silent())
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    ground = Ground(record, client, kwok_state, tmp_path_factory.mktemp("kwok"), [])
    yield ground
    ground.end()
    with pytest.MonkeyPatch.context() as patch:  # not during the tests, which may have state folders of their own
        patch.setenv("XDG_STATE_HOME", str(kwok_state))
        catalogue.down(record.name)


@pytest.fixture(scope="session")
def kind_ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The kind cluster that later runs reuse as well; its leases are everybody's, the journals these tests' own."""
    _require("kind")
    record = catalogue.up("kind", KIND_SHAPE, progress=Silent())
    state = tmp_path_factory.mktemp("state")
    (state / "healproof").mkdir(mode=0o700)
    (state / "healproof" / "clusters").symlink_to(catalogue.record_path(record.name).parent.parent)
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    ground = Ground(record, client, state, tmp_path_factory.mktemp("kind"), [])
    yield ground
    ground.end()


def _require(provider: str) -> None:
    lacks = doctor.lacking(catalogue.provider_named(provider).examine())
    if lacks:
        reasons = "; ".join(f"{finding.subject}: {finding.seen}; {finding.remedy}" for finding in lacks)
        pytest.skip(f"{provider} cannot run here: {reasons}")
