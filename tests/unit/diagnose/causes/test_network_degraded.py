"""Promise: a discipline that delays, loses or limits packets is named; those that every link has are not."""

from __future__ import annotations

import pytest

from diagnose.asked import first, named
from diagnose.scenes import deployment, endpoints, node, pod, scene, service
from harness.model.scene import Look, Scene

SHAPES = {
    "netem dev eth0 root limit 1000 delay 200ms": "delay",
    "netem dev eth0 root limit 1000 loss 30%": "loss",
    "tbf dev eth0 root rate 64Kbit burst 1600b lat 50ms": "bandwidth",
}


def shaped(words: str) -> Scene:
    """A healthy namespace, one pod's link being so."""
    web = pod("web-1")
    look = Look(kind="packet-rules", about="pod/web-1", facts={"shape": words})
    return scene(node(), deployment(web), service(), endpoints("web", web), looks=[look])


@pytest.mark.parametrize("words", SHAPES)
def test_the_kernels_own_words_name_it(words: str) -> None:
    """Nothing has failed for it yet."""
    found = first(shaped(words))
    assert (found.cause, found.layer, found.object) == ("network-degraded", "network", "pod/web-1")


def test_a_rule_that_drops_at_random_loses_and_does_not_part() -> None:
    """Some of the packets go through: it is no partition, and the advice names the packet filter."""
    web = pod("web-1")
    rule = "-p udp -m statistic --mode random --probability 0.6 -j DROP"
    look = Look(kind="packet-rules", about="pod/web-1", facts={"drops": rule})
    found = first(scene(node(), deployment(web), service(), endpoints("web", web), looks=[look]))
    assert (found.cause, found.facts["how"]) == ("network-degraded", "loss")


@pytest.mark.parametrize("words", ["noqueue 0: dev eth0 root", "fq_codel 0: dev eth0 root limit 10240p", ""])
def test_usual_disciplines_are_not(words: str) -> None:
    """Every link has one."""
    assert named(shaped(words)) == []


def test_a_bandwidth_that_the_pod_asks_for_and_a_node_that_shares_out_its_link_are_meant() -> None:
    """Until pods there are not well."""
    asks = pod("web-1")
    asks["metadata"]["annotations"] = {"kubernetes.io/egress-bandwidth": "1M"}
    limited = Look(kind="packet-rules", about="pod/web-1", facts={"shape": "tbf dev eth0 root rate 1Mbit"})
    shared = Look(kind="packet-rules", about="node/worker", facts={"shape": "htb dev eth0 root"})
    assert named(scene(node(), deployment(asks), looks=[limited, shared])) == []
