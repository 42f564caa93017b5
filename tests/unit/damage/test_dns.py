"""What a DNS question from a node promises: the packet of the standard, and a reply that is never over-read."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.damage.dns import question, read_answer


def reply(number: int, name: str, *addresses: str, code: int = 0) -> bytes:
    """A server's reply: the question again, then each address behind a pointer to the name."""
    asked = question(number, name)[12:]
    packet = struct.pack("!6H", number, 0x8180 | code, 1, len(addresses), 0, 0) + asked
    for address in addresses:
        packet += struct.pack("!3HIH", 0xC00C, 1, 1, 30, 4) + bytes(int(part) for part in address.split("."))
    return packet


def test_a_question_is_the_packet_of_the_standard() -> None:
    """RFC 1035, section 4.1: header, name in labels, type A, class IN."""
    assert (
        question(258, "web.x.") == b"\x01\x02\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03web\x01x\x00\x00\x01\x00\x01"
    )


def test_addresses_are_read_from_behind_the_repeated_question() -> None:
    """All addresses of a name, in the order of the reply."""
    answer = read_answer(7, reply(7, "web.default.svc.cluster.local", "10.96.3.4", "10.96.3.5"))
    assert answer.heard
    assert str(answer) == "10.96.3.4, 10.96.3.5"


@pytest.mark.parametrize(("code", "words"), [(0, "no address"), (2, "SERVFAIL"), (3, "NXDOMAIN"), (9, "code 9")])
def test_a_refusal_is_an_answer_without_addresses(code: int, words: str) -> None:
    """A server that denies a name lives."""
    answer = read_answer(7, reply(7, "web.x", code=code))
    assert answer.heard
    assert str(answer) == words


def test_a_reply_to_another_question_is_silence() -> None:
    """A late packet proves nothing about this question."""
    assert not read_answer(8, reply(7, "web.x", "10.0.0.1")).heard


@given(packet=st.binary(max_size=200))
def test_no_packet_breaks_the_reader(packet: bytes) -> None:
    """Whatever arrives, it is an answer or silence."""
    read_answer(7, packet)


@given(cut=st.integers(0, 44))
def test_a_reply_that_is_cut_off_is_silence(cut: int) -> None:
    """Half a packet says nothing."""
    assert not read_answer(7, reply(7, "web.x", "10.0.0.1")[:cut][: len(reply(7, "web.x", "10.0.0.1")) - 1]).heard
