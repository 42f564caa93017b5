from __future__ import annotations

import pytest

from harness.damage.nodes import CONTROL_PLANE, OneNode, choose
from harness.damage.site import Site
from harness.model.cluster import ClusterRecord
from harness.model.errors import InjectionFailed
from harness.model.objects import Node, ObjectMeta, Pod, PodSpec
from harness.model.picture import Picture
from harness.model.timeline import Change
from harness.model.units import Selector

NODES = ("master", "worker-1", "worker-2")
WEB = Selector("app=web")


def site(nodes: tuple[str, ...] = NODES, hosts: tuple[str, ...] = ()) -> Site:
    """A cluster whose first node runs the control plane, with one pod of `app=web` on each of `hosts`."""
    picture = Picture()
    for name in nodes:
        meta = ObjectMeta(name=name, labels={CONTROL_PLANE: ""} if name == "master" else {})
        picture.see(Change(t=0, op="listed", resource="nodes", object=Node(metadata=meta)))
    for number, host in enumerate(hosts):
        meta = ObjectMeta(name=f"web-{number}", labels={"app": "web"})
        pod = Pod(metadata=meta, spec=PodSpec(node_name=host))
        picture.see(Change(t=0, op="listed", resource="pods", object=pod))
    record = ClusterRecord(name="c", provider="kind", shape="s", kubeconfig="", context="", nodes=nodes)
    return Site(None, record, "ns", picture, None, None, None, None, None)  # type: ignore[arg-type]


def test_without_a_word_a_worker_is_hit() -> None:
    """The control plane, on which everything depends, is never hit by default."""
    assert choose(site(), OneNode()) == "worker-1"


def test_the_worker_that_hosts_most_pods_is_hit() -> None:
    """`hosting` finds the node where it hurts most, but not the control plane."""
    busy = site(hosts=("master", "master", "master", "worker-1", "worker-2", "worker-2"))
    assert choose(busy, OneNode(hosting=WEB)) == "worker-2"


def test_a_named_node_is_taken_at_its_word() -> None:
    """Whoever names the control plane means it."""
    assert choose(site(), OneNode(node="master")) == "master"


def test_what_fits_no_node_is_refused_with_the_value() -> None:
    """An unknown node, labels that no pod on a worker carries, and a cluster without workers are each said plainly."""
    with pytest.raises(InjectionFailed, match=r"'worker-9'.*worker-2"):
        choose(site(), OneNode(node="worker-9"))
    with pytest.raises(InjectionFailed, match="app=web matches no pod on a worker"):
        choose(site(hosts=("master",)), OneNode(hosting=WEB))
    with pytest.raises(InjectionFailed, match="no worker"):
        choose(site(nodes=("master",)), OneNode())
