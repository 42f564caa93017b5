"""Promise: rules that drop or shape are told, those that every cluster has are not."""

from __future__ import annotations

import pytest

from diagnose.asked import symptoms
from diagnose.scenes import scene
from harness.model.scene import Look, Scene


def rules(**facts: str) -> Scene:
    """What was found at a pod's link."""
    return scene(looks=[Look(kind="packet-rules", about="pod/web-1", facts=facts)])


def test_what_drops_and_what_shapes_is_told_apart() -> None:
    """Each with its rules."""
    found = symptoms(
        rules(drops="-s 10.0.0.9/32 -j DROP; -d 10.0.0.9/32 -j DROP", shape="netem delay 200ms"), "packet-rules"
    )
    assert [(each.facts["effect"], each.object) for each in found] == [("drops", "pod/web-1"), ("shapes", "pod/web-1")]
    assert found[0].facts["rules"].count("DROP") == 2


@pytest.mark.parametrize(
    "usual",
    [
        "-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -j DROP",
        "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP",
        "! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP",
        "-A cali-tw-x -j DROP",
        "",
    ],
)
def test_the_usual_ones_are_not(usual: str) -> None:
    """kube-proxy and network plug-ins write them."""
    assert symptoms(rules(drops=usual, shape="fq_codel limit 10240p"), "packet-rules") == []
