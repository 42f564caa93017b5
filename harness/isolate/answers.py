"""What the scripts of isolation steps print, read: requests, look-ups of names, writes. Asks nobody."""

from __future__ import annotations

import re
from typing import NamedTuple

from harness.damage import dns
from harness.diagnose.tried import NO_ANSWER, SILENT
from harness.model.errors import ClusterBroken

_ANSWER_SECONDS = 1.9
"""Who waited for so long in vain met silence; sooner, the connection was closed."""
_REFUSED = (
    ("refused", "connection refused"),
    ("no route to host", "no route to host"),
    ("unreachable", "network is unreachable"),
)
_QUESTION = 0x1234
"""The number that the scripts give each of their questions."""


class Answer(NamedTuple):
    """How a request went: `error` is empty where it was answered. Seconds are None where it did not come so far.

    `connected` is how long the connection took, which the kernel on the other side makes by itself; `answered` how
    long all of it. Of a name that was looked up: the `server` asked, its `addresses`, or its `refusal`.
    """

    error: str = ""
    connected: float | None = None
    answered: float | None = None
    status: str = ""
    server: str = ""
    looked_up: float | None = None
    addresses: tuple[str, ...] = ()
    refusal: str = ""


def read_answers(text: str, count: int, *, asks_only: frozenset[int] = frozenset()) -> list[Answer]:
    """The answers to `count` targets in their order; those of `asks_only` were not connected to.

    Raises ClusterBroken where the script was not heard to its end.
    """
    lines = text.splitlines()
    if "end" not in lines:
        raise ClusterBroken("the script was cut off")
    rows = {int(parts[0]): parts[1:] for line in lines if len(parts := line.split("\t", 2)) == 3}
    if rows.keys() != set(range(count)):
        raise ClusterBroken(f"{len(rows)} of {count} requests were told")
    return [_answer(*rows[number], asks_only=number in asks_only) for number in range(count)]


def read_addresses(answer: str) -> tuple[tuple[str, ...], str]:
    """The IPv4 addresses in a DNS answer of hex digits, and in a word why there are none; `no answer` for silence."""
    if not re.fullmatch(r"(?:[0-9a-f]{2})+", answer):
        return (), "no answer"
    read = dns.read_answer(_QUESTION, bytes.fromhex(answer))
    return read.addresses, "" if read.addresses else read.why


def read_writes(text: str) -> dict[str, str]:
    """What the write script said: `as-pod`, `beside` (seconds) or `error`, the first of each."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        if key in ("as-pod", "beside", "error"):
            found.setdefault(key, value.strip())
    return found


def _answer(told: str, words: str, *, asks_only: bool) -> Answer:
    facts = dict(word.split("=", 1) for word in told.split() if "=" in word)
    addresses, refusal = _resolved(facts, words)
    looked_up = _between(facts, "asked", "resolved")
    known = Answer(server=facts.get("server", ""), looked_up=looked_up, addresses=addresses, refusal=refusal)
    if refusal or asks_only:
        return known._replace(error=f"the name does not resolve: {refusal}" if refusal else "")
    connected = _between(facts, "began", "connect")
    known = known._replace(connected=connected, status=facts.get("status", ""))
    if connected is None:
        lower = words.lower()
        return known._replace(error=next((said for word, said in _REFUSED if word in lower), SILENT))
    waited = _between(facts, "connect", "ended")
    if waited is not None and not known.status:
        silent = waited >= _ANSWER_SECONDS
        return known._replace(
            error=f"{NO_ANSWER} within {waited:.0f} s" if silent else "connected, and closed without an answer"
        )
    return known._replace(answered=_between(facts, "began", "ended"))


def _resolved(facts: dict[str, str], words: str) -> tuple[tuple[str, ...], str]:
    answer = facts.get("dns", "")
    if answer != "text":
        return read_addresses(answer) if answer else ((), "")
    found = tuple(re.findall(r"Name:\s+\S+\s+Address:\s+([0-9.]+)", words))
    denied = re.search(r"can't find [^:]*: (\w+)", words)
    return found, "" if found else denied[1] if denied else "no answer"


def _between(facts: dict[str, str], begin: str, end: str) -> float | None:
    if begin not in facts or end not in facts:
        return None
    return max(0.0, float(facts[end]) - float(facts[begin]))
