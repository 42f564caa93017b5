from __future__ import annotations

import pytest

from harness.damage.packets import DEVICE, Link, dropping, shaping, steps
from harness.faults.network_bandwidth import NetworkBandwidth
from harness.faults.network_partition import _rules
from harness.model.units import Rate, Selector

LINK = Link("web-1", "worker", "/run/netns/cni-1", "veth1", ("10.0.0.1", "fd00::1"))


def test_a_partition_names_both_directions_and_both_families() -> None:
    """Each address is met as sender and as receiver, by the table of its own family."""
    assert _rules(["10.0.0.2", "fd00::2"], sends=True, gets=True) == [
        "4 -d 10.0.0.2",
        "4 -s 10.0.0.2",
        "6 -d fd00::2",
        "6 -s fd00::2",
    ]
    assert _rules(["10.0.0.2"], sends=True, gets=False) == ["4 -d 10.0.0.2"]
    assert _rules(["10.0.0.2"], sends=False, gets=True) == ["4 -s 10.0.0.2"]


def test_links_of_one_node_are_changed_in_one_step() -> None:
    """A node is entered once however many of its pods are hit."""
    others = [LINK._replace(pod="web-2", netns="/run/netns/cni-2"), LINK._replace(pod="web-3", node="worker2")]
    made = steps("cut", [LINK, *others], lambda link: dropping(link, "HEALPROOF-1", ["4 -s 10.0.0.9"]))
    assert [(step.node, step.deed) for step in made] == [("worker", "cut web-1, web-2"), ("worker2", "cut web-3")]
    assert "cni-1" in made[0].back
    assert "cni-2" in made[0].back


def test_a_discipline_is_undone_by_its_own_handle_only() -> None:
    """What somebody else put on the link is neither replaced nor removed."""
    change = shaping(LINK, ["tbf", "rate", "1000bit"], both_ways=False)
    handle = change.back.split("\n", 1)[0].split()[-1]
    assert int(handle, 16) > 0
    assert f" {handle} tbf rate 1000bit" in change.do
    assert 'grep -q " $handle: root "' in change.back
    assert f"clear {DEVICE}" in change.back


@pytest.mark.parametrize(("rate", "burst"), [("8kbit", 3200), ("100mbit", 250_000)])
def test_a_token_bucket_always_lets_a_full_frame_pass(rate: str, burst: int) -> None:
    """A bucket that is smaller than a frame would stop the link altogether."""
    fault = NetworkBandwidth(select=Selector("app=web"), rate=Rate.parse(rate))
    assert fault._discipline()[:6] == ["tbf", "rate", f"{Rate.parse(rate):.0f}bit", "burst", f"{burst}b", "latency"]


@pytest.mark.parametrize(("written", "bits"), [("512kbit", 512_000), ("1.5mbit", 1_500_000), ("8bit", 8)])
def test_a_rate_is_read_and_written_alike(written: str, bits: float) -> None:
    """Rates are in bits a second, with tc's units."""
    assert Rate.parse(written) == bits
    assert str(Rate.parse(written)) == written


@pytest.mark.parametrize("written", ["512", "512kb", "0kbit", "-1mbit", 512, "1 mbit", "mbit"])
def test_a_rate_without_a_unit_or_of_nothing_is_refused(written: object) -> None:
    """The error names the value and what is accepted."""
    with pytest.raises(ValueError, match="512kbit"):
        Rate.parse(written)
