from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.damage import steps
from harness.damage.addition import Addition
from harness.damage.edit import Edit, Set
from harness.damage.node_removal import NodeRemoval
from harness.damage.on_node import OnNode
from harness.damage.outage import NodeOutage, PartOutage
from harness.damage.removal import Removal
from harness.damage.step import Step
from harness.journal import Journal
from harness.model.cluster import ClusterRecord, Outage
from harness.model.errors import UndoFailed

TEXT = st.text(max_size=20)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXT, lambda d: st.lists(d, max_size=2), max_leaves=4
)
MANIFEST = st.fixed_dictionaries(
    {"apiVersion": st.just("v1"), "kind": st.just("ConfigMap"), "metadata": st.fixed_dictionaries({"name": TEXT})}
)
EDITS = st.builds(
    Edit,
    deed=TEXT,
    resource=st.just("deployments"),
    namespace=TEXT,
    name=TEXT,
    uid=TEXT,
    sets=st.lists(st.builds(Set, st.lists(TEXT, max_size=3), DATA, DATA), max_size=3),
)
STEPS = st.lists(
    EDITS
    | st.builds(Addition, deed=TEXT, manifest=MANIFEST, namespace=TEXT)
    | st.builds(Removal, deed=TEXT, manifest=MANIFEST, uid=TEXT, namespace=TEXT, keeper=TEXT)
    | st.builds(
        NodeRemoval, deed=TEXT, manifest=MANIFEST, uid=TEXT, namespace=TEXT, keeper=TEXT, csi_node=st.none() | MANIFEST
    )
    | st.builds(OnNode, deed=TEXT, node=TEXT, script=TEXT, back=TEXT)
    | st.builds(NodeOutage, deed=TEXT, node=TEXT, how=st.sampled_from(Outage))
    | st.builds(PartOutage, deed=TEXT, part=TEXT, how=st.sampled_from(Outage)),
    max_size=4,
)
RECORD = ClusterRecord(name="c", provider="kwok", shape="default", kubeconfig="/nowhere", context="c")


@given(STEPS)
def test_a_token_is_data_that_says_all_of_its_steps(drawn: list[Step]) -> None:
    """What is written to a journal and read by another process is the very same steps."""
    token = msgspec.json.decode(msgspec.json.encode(steps.encode(drawn, "shop")))
    assert token["namespace"] == "shop"
    assert steps.decode(token) == drawn


@pytest.mark.parametrize("token", [{}, {"schema": "healproof/steps/v0", "steps": []}])
def test_a_token_of_another_version_is_refused(token: dict[str, Any]) -> None:
    """A newer or older healproof's token is not guessed at: the error names both versions."""
    with pytest.raises(UndoFailed, match=r"healproof/steps/v1"):
        steps.decode(token)


def test_a_token_that_was_tampered_with_is_refused() -> None:
    """A step of an unknown kind cannot be undone, and is said to be so."""
    with pytest.raises(UndoFailed, match="cannot be read"):
        steps.decode({"schema": steps.SCHEMA, "namespace": "x", "steps": [{"step": "magic"}]})


def test_steps_have_ids_of_their_own() -> None:
    """Marks of two changes are never mistaken for each other."""
    ids = {NodeOutage(deed="", node="n", how=Outage.KILLED).id for _ in range(100)}
    assert len(ids) == 100


def test_a_journal_is_its_owners_alone(tmp_path: Path) -> None:
    """Tokens may hold what a deleted Secret held, so nobody else may read them."""
    journal = Journal.begin(run="r", scenario="s", cluster=RECORD, folder=tmp_path)
    assert journal.path.stat().st_mode & 0o077 == 0
    journal.discard()
