"""Which packet filter rules drop, and which queueing disciplines shape; what Kubernetes writes itself is left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from harness.residue.packet_filter import OWNED

_SHAPERS = ("netem", "tbf", "htb", "hfsc", "cake", "drr", "prio", "choke", "red", "sfb")
_NFT_OWNED = re.compile(r"table \S+ (kube|kindnet|cilium|cali|flannel|antrea|netavark|docker|libvirt)")
_OF_IPTABLES = ("filter", "nat", "mangle", "raw", "security")
"""The tables of nft that iptables shows as well."""
_COMMENT = re.compile(r' -m comment --comment ("[^"]*"|\S+)')
_VERDICT = re.compile(r"\b(drop|reject)\b")


def drops_of(lines: Iterable[str]) -> list[str]:
    """The rules that drop or reject, of what iptables-save and nft printed, without the names of their chains.

    A rule is told by what it matches alone: how somebody called its chain says nothing about what it does.
    """
    found: dict[str, None] = {}
    owned = False
    for line in lines:
        text = line.strip()
        if line.startswith("table "):
            owned = bool(_NFT_OWNED.match(line)) or line.split()[2] in _OF_IPTABLES
        elif line.startswith("-A "):
            _, chain, rule = f"{text} ".split(" ", 2)
            if re.search(r"-j (DROP|REJECT)\b", rule) and not chain.startswith(OWNED):
                found[_COMMENT.sub("", f" {rule}").strip()] = None
        elif line.startswith(("\t", " ")) and not owned and _VERDICT.search(re.sub(r'"[^"]*"', "", text)):
            found[text] = None
    return list(found)


def shapes_of(
    lines: Iterable[str], *, only: Collection[str] | None = None, apart_from: Collection[str] = ()
) -> list[str]:
    """The disciplines that delay, lose or limit, of what tc printed, on these links or on all but those."""
    found = []
    for line in lines:
        words = line.split()
        if len(words) < 5 or words[0] != "qdisc" or words[1] not in _SHAPERS:
            continue
        link = words[4]
        if link in apart_from or (only is not None and link not in only):
            continue
        kept = [word for word in words if not re.fullmatch(r"[0-9a-f]+:", word)]
        found.append(re.sub(r" refcnt \d+", "", " ".join(kept[1:])))
    return found
