from __future__ import annotations

import random

import pytest

from harness.damage import steps
from harness.damage.node_removal import node_removal
from harness.damage.site import Site
from harness.damage.ways import levers, reach
from harness.kube import actions
from harness.kube.client import Client
from harness.machine.clock import Monotonic, wait_until
from harness.model.cluster import ClusterRecord
from harness.model.picture import Picture

pytestmark = pytest.mark.kwok

NODE = "node-3"


@pytest.fixture
def site(cluster: ClusterRecord, client: Client, namespace: str) -> Site:
    return Site(
        client=client,
        record=cluster,
        namespace=namespace,
        picture=Picture(),
        node_exec=reach(cluster),
        levers=levers(cluster),
        clock=Monotonic(),
        random=random.Random(0),  # noqa: S311 - nothing is drawn here
        note=lambda text: None,
    )


def look(site: Site) -> dict[str, object]:
    """What of a Node must survive its removal."""
    node = actions.get(site.client, "nodes", NODE)
    return {
        "labels": node["metadata"]["labels"],
        "taints": node["spec"].get("taints"),
        "network": node["spec"].get("podCIDRs"),
        "capacity": node["status"]["capacity"],
        "ready": {"Ready": "True"} in [{each["type"]: each["status"]} for each in node["status"]["conditions"]],
    }


@pytest.mark.parametrize("registers", [False, True])
def test_a_deleted_node_is_as_it_was_after_the_undo(site: Site, registers: bool) -> None:
    """The Node has its labels, taints and capacity again and is Ready, also where it registered itself meanwhile."""
    before = look(site)
    token = steps.encode([node_removal(site, NODE)], site.namespace)
    for _ in range(2):
        steps.do(site, steps.decode(token))
    assert actions.find(site.client, "nodes", NODE) is None
    if registers:
        size = before["capacity"]
        bare = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}, "status": {"capacity": size}}
        actions.create(site.client, bare)
    for _ in range(2):
        steps.undo(site, steps.decode(token))
    assert wait_until(lambda: look(site) == before, timeout_seconds=30), (look(site), before)
