"""Which packet filter rules are steady, and not written anew by kube-proxy and network plug-ins; pure text."""

from __future__ import annotations

import re
from collections.abc import Iterator

OWNED = (
    "KUBE-",
    "CNI-",
    "KIND-",
    "FLANNEL-",
    "cali-",
    "CILIUM_",
    "OLD_CILIUM_",
    "WEAVE",
    "ANTREA-",
    "DOCKER",
    "NETAVARK",
)
"""How the chains begin that Kubernetes, network plug-ins and container engines write, each at any time."""

PASSING_LINKS = ("veth", "cni", "cali", "lxc", "cilium", "flannel", "weave", "docker", "br-", "kube-", "nodelocaldns")
"""How the network links begin that come and go with pods."""

_OWNED_TABLES = re.compile(r"table \S+ (kube|kindnet|cilium|cali|flannel|antrea|netavark|docker|libvirt)")
_STANDARD_TABLES = ("filter", "nat", "mangle", "raw", "security")
_STANDARD_CHAINS = ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING")
_MARK = "healproof"
"""A rule that carries it is kept wherever it is."""


def tables_rules(lines: list[str]) -> Iterator[str]:
    """The steady part of what iptables-save or ip6tables-save printed, each line with its table."""
    table = ""
    for line in lines:
        if line.startswith("*"):
            table = line[1:]
        elif line.startswith(":"):
            chain, policy = line[1:].split()[:2]
            if policy != "ACCEPT" and not chain.startswith(OWNED):
                yield f"{table} chain {chain}" if policy == "-" else f"{table} {chain} policy {policy}"
        elif line.startswith("-A "):
            words = line.split()
            target = next((words[i + 1] for i, word in enumerate(words[:-1]) if word in ("-j", "-g")), "")
            if _MARK in line or not (words[1].startswith(OWNED) or target.startswith(OWNED)):
                yield f"{table} {line}"
        elif not line.startswith("#") and line != "COMMIT":
            yield line  # what node.sh says where the program is missing


def nft_rules(lines: list[str]) -> Iterator[str]:
    """The steady part of `nft list ruleset`, each line with its table and chain (or set, map …)."""
    table, block = "", ""
    for raw in lines:
        line = raw.strip()
        if raw.startswith("table "):
            table, block = line.removesuffix("{").strip(), ""
        elif not raw.startswith(("\t", " ")):
            if line and not raw.startswith(("}", "#")):
                yield line
        elif not block and line.endswith("{"):
            block = line.removesuffix("{").strip()
            if not _is_owned(table, block, line):
                yield f"{table} {block}"
        elif line == "}" and raw.startswith(("\t}", "    }")) and not raw.startswith("\t\t"):
            block = ""
        elif line and not _is_owned(table, block, line):
            yield f"{table} {block}: {line}"


def _is_owned(table: str, block: str, line: str) -> bool:
    if _MARK in line:
        return False
    target = re.search(r"\b(?:jump|goto) (\S+)", line)
    chain = block.removeprefix("chain ")
    if _OWNED_TABLES.match(table) or chain.startswith(OWNED) or (target is not None and target[1].startswith(OWNED)):
        return True
    # made by iptables-nft on first use, even when somebody only looked
    looked_at = table.rpartition(" ")[2] in _STANDARD_TABLES and chain in _STANDARD_CHAINS
    return looked_at and line.endswith(("{", "policy accept;"))
