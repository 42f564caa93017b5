"""One question to the cluster's DNS, asked from a node, and what was answered. Changes nothing."""

from __future__ import annotations

import ipaddress
import random
import struct
from typing import NamedTuple

from harness.damage.site import Site
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.model.errors import InjectionFailed

NAMESPACE = "kube-system"
SERVICE = "kube-dns"
LABELS = "k8s-app=kube-dns"
"""What kubeadm, and nearly everybody else, calls the Service and the pods of the cluster's DNS."""

REPLY_BYTES_MAX = 4096
SILENCE_SECONDS = 2
_A, _IN, _RECURSION_DESIRED, _RECORD_BYTES = 1, 1, 0x0100, 10
_CODES = {0: "no address", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}

# $1 address, $2 seconds; the question comes on stdin. bash is what every kind node has, a DNS client is not.
_ASK = 'exec 3<>"/dev/udp/$1/53" && cat >&3 && timeout "$2" dd bs=4096 count=1 status=none <&3'


class Answer(NamedTuple):
    """What was said of a name: its addresses, and in words why there are none. `heard` is False for silence."""

    heard: bool
    addresses: tuple[str, ...] = ()
    why: str = ""

    def __str__(self) -> str:
        return ", ".join(self.addresses) or self.why


def server_address(site: Site) -> str:
    """The address of the cluster's DNS Service; raises InjectionFailed where there is none."""
    service = actions.find(site.client, "services", SERVICE, NAMESPACE)
    if service is None:
        raise InjectionFailed(
            f"no Service {SERVICE} in namespace {NAMESPACE}: the cluster has no DNS that is known here"
        )
    return str(service["spec"]["clusterIP"])


def address_rights() -> list[Right]:
    """What it takes to find the cluster's DNS."""
    return may("get", "services", SERVICE, namespace=NAMESPACE)


def ask(site: Site, node: str, server: str, name: str) -> Answer:
    """Ask `server` from `node` for the IPv4 addresses of a name."""
    number = random.SystemRandom().randrange(1 << 16)
    argv = ["bash", "-c", _ASK, "healproof", server, str(SILENCE_SECONDS)]
    done = site.node_exec(node, argv, timeout_seconds=SILENCE_SECONDS + 10, stdin=question(number, name))
    if not done.stdout:
        return Answer(False, why=f"no answer within {SILENCE_SECONDS} s")
    return read_answer(number, done.stdout)


def question(number: int, name: str) -> bytes:
    """The packet that asks for the IPv4 addresses of a name (RFC 1035, section 4)."""
    labels = [label.encode("idna") for label in name.rstrip(".").split(".")]
    header = struct.pack("!6H", number, _RECURSION_DESIRED, 1, 0, 0, 0)
    return header + b"".join(bytes([len(label)]) + label for label in labels) + struct.pack("!B2H", 0, _A, _IN)


def read_answer(number: int, packet: bytes) -> Answer:
    """Read a reply; one to another question, or one that is cut off, is silence."""
    try:
        replied, flags, questions, answers, *_ = struct.unpack_from("!6H", packet)
        at = 12
        for _ in range(questions):
            at = _after_name(packet, at) + 4
        found = []
        for _ in range(answers):
            at = _after_name(packet, at)
            kind, _, _, length = struct.unpack_from("!2HIH", packet, at)
            at += _RECORD_BYTES
            if kind == _A:
                found.append(str(ipaddress.IPv4Address(packet[at : at + length])))
            at += length
    except (struct.error, IndexError, ValueError):
        return Answer(False, why="a reply that cannot be read")
    if replied != number:
        return Answer(False, why="a reply to another question")
    return Answer(True, tuple(found), _CODES.get(flags & 15, f"code {flags & 15}"))


def _after_name(packet: bytes, at: int) -> int:
    while (length := packet[at]) != 0:
        if length >= 0xC0:  # a pointer to a name that came before
            return at + 2
        at += length + 1
    return at + 1
