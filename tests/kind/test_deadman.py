"""A node undoes by itself what a dead harness left on it."""

from __future__ import annotations

import random

import pytest
from real_runs import Ground, required

from harness.damage import marks, ways
from harness.damage.on_node import OnNode
from harness.damage.site import Site
from harness.machine.clock import Monotonic
from harness.model.picture import Picture

pytestmark = [pytest.mark.kind, pytest.mark.slow]

FILE = "/run/healproof-deadman"
LIMIT_SECONDS = 4.0


@pytest.fixture
def site(kind_ground: Ground) -> Site:
    record = kind_ground.record
    draws = random.Random(0)  # noqa: S311 - nothing is drawn
    reach, levers = ways.reach(record), ways.levers(record)
    return Site(kind_ground.client, record, "none", Picture(), reach, levers, Monotonic(), draws, lambda text: None)


def test_a_node_undoes_what_nobody_else_undid(site: Site) -> None:
    """When the limit is over the node runs the undo itself and keeps nothing of it."""
    step = _step(site)
    step.do(site)
    assert _exists(site, step.node, FILE)
    assert _exists(site, step.node, f"{marks.NODE_FOLDER}/{step.id}.sh")
    required(lambda: not _exists(site, step.node, FILE) or None, "the node's own undo", LIMIT_SECONDS + 20)
    required(lambda: not _exists(site, step.node, f"{marks.NODE_FOLDER}/{step.id}.*") or None, "its files to go")
    step.undo(site)


def test_an_undo_in_time_stops_the_node_from_doing_it_again(site: Site) -> None:
    """What is made again after an undo is no longer the old step's to remove."""
    step = _step(site)
    step.do(site)
    step.undo(site)
    site.node_exec(step.node, ["touch", FILE])
    site.clock.sleep(LIMIT_SECONDS + 2)
    assert _exists(site, step.node, FILE)
    step.undo(site)
    assert not _exists(site, step.node, FILE)


def _step(site: Site) -> OnNode:
    node = site.record.nodes[-1]
    return OnNode(
        deed="make a file", node=node, script=f"touch {FILE}", back=f"rm -f {FILE}", limit_seconds=LIMIT_SECONDS
    )


def _exists(site: Site, node: str, path: str) -> bool:
    return site.node_exec(node, ["sh", "-c", f"ls {path} >/dev/null 2>&1"]).code == 0
