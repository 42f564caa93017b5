"""What a pod sends and gets: dropped, slowed and measured on the pod's own link, from its node. Knows no fault.

The rules live in the pod's network namespace, where every packet passes whatever network plug-in there is, also
between two pods of one node. They end with the pod: one that is replaced has a link of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import NamedTuple

from harness.damage.containers import main_processes
from harness.damage.on_node import OnNode
from harness.damage.shell import script
from harness.damage.site import Site, Touch
from harness.model.errors import InjectionFailed
from harness.model.objects import Pod

DEVICE = "eth0"
"""What container runtimes call a pod's link."""


class Link(NamedTuple):
    """A pod's link: its network namespace on the node, its addresses, and the node's end of it (may be empty)."""

    pod: str
    node: str
    netns: str
    peer: str
    addresses: tuple[str, ...]


class Change(NamedTuple):
    """What is done to one link, and how it is put back: shell for its node."""

    do: str
    back: str


# $1… main processes of pods. A line each: network namespace, the node's end or -, addresses
_FIND = rf"""
own=$(stat -Lc %i /proc/self/ns/net) names=$(stat -Lc "%i %n" /run/netns/*) ends=$(ip -o link show)
for pid; do
  inode=$(stat -Lc %i "/proc/$pid/ns/net")
  [ "$inode" != "$own" ] || {{ echo "host"; continue; }}
  netns=$(echo "$names" | sed -n "s/^$inode //p")
  [ -n "$netns" ] || {{ echo "unnamed"; continue; }}
  shown=$(nsenter --net="$netns" ip -o addr show dev {DEVICE} scope global)
  index=$(nsenter --net="$netns" ip -o link show {DEVICE} | sed -n 's/.*@if\([0-9]*\):.*/\1/p')
  peer=$(echo "$ends" | sed -n "s/^${{index:-none}}: \([^:@]*\).*/\1/p")
  echo "$netns" "${{peer:--}}" $(echo "$shown" | awk '{{print $4}}' | cut -d/ -f1)
done
"""
_FIND_SECONDS = 60.0


def links(site: Site, pods: Sequence[Pod]) -> list[Link]:
    """The links of pods; each node is asked once.

    Raises InjectionFailed for a pod that has none of its own.
    """
    processes = main_processes(site, pods)
    found: list[Link] = []
    for node in sorted({process.node for process in processes}):
        here = [process for process in processes if process.node == node]
        words = script(_FIND, *(process.pid for process in here))
        answer = site.node_exec(node, ["sh", "-c", words], timeout_seconds=_FIND_SECONDS)
        lines = [line.split() for line in answer.text.splitlines()]
        if answer.code != 0 or len(lines) != len(here):
            raise InjectionFailed(f"node {node}: {answer.stderr.decode(errors='replace').strip()[-300:]}")
        for process, (netns, *rest) in zip(here, lines, strict=True):
            if len(rest) < 2:
                raise InjectionFailed(
                    f"pod {process.pod} has no link of its own: its network namespace is {netns}",
                    hint="pods with hostNetwork share the node's; break the node's network instead",
                )
            found.append(Link(process.pod, node, netns, rest[0].removeprefix("-"), tuple(rest[1:])))
    return found


def steps(deed: str, found: Sequence[Link], change: Callable[[Link], Change]) -> list[OnNode]:
    """One step a node that changes all the links there."""
    made = []
    for node in sorted({link.node for link in found}):
        here = [link for link in found if link.node == node]
        changes = [change(link) for link in here]
        names = ", ".join(link.pod for link in here)
        do, back = ("\n".join(f"(\n{part}\n)" for part in parts) for parts in zip(*changes, strict=True))
        made.append(OnNode(deed=f"{deed} {names}", node=node, script=do, back=back))
    return made


def victims(site: Site, found: Sequence[Link]) -> list[Touch]:
    """The pods that are hit, for the guard and for reports."""
    return [Touch("pods", site.namespace, link.pod, "change its link") for link in found]


# $1 network namespace, $2 chain; what follows is a rule each: `4`, `6` or `46`, then iptables' words
_DROP = f"""
netns=$1 chain=$2; shift 2
here() {{ nsenter --net="$netns" "$@"; }}
for family in 4 6; do
  tables=iptables
  if [ $family = 6 ]; then
    [ -n "$(here ip -6 -o addr show dev {DEVICE} scope global)" ] || continue
    tables=ip6tables
  fi
  here $tables -w 5 -N "$chain" 2>/dev/null || here $tables -w 5 -F "$chain"
  for rule; do
    case ${{rule%% *}} in *$family*) ;; *) continue ;; esac
    said=$(here $tables -w 5 -A "$chain" ${{rule#* }} -j DROP 2>&1) ||
      {{ echo "$tables ${{rule#* }}: $said" >&2; exit 1; }}
  done
  for hook in "INPUT ! -i lo" "OUTPUT ! -o lo"; do
    here $tables -w 5 -C $hook -j "$chain" 2>/dev/null || here $tables -w 5 -I $hook -j "$chain"
  done
done
"""
_DROP_BACK = """
netns=$1 chain=$2
[ -e "$netns" ] || exit 0
here() { nsenter --net="$netns" "$@"; }
for tables in iptables ip6tables; do
  here $tables -w 5 -S "$chain" >/dev/null 2>&1 || continue
  for hook in "INPUT ! -i lo" "OUTPUT ! -o lo"; do
    while here $tables -w 5 -D $hook -j "$chain" 2>/dev/null; do :; done
  done
  here $tables -w 5 -F "$chain"; here $tables -w 5 -X "$chain"
done
"""


def chain() -> str:
    """A name for a fault's own chain of rules."""
    return f"HEALPROOF-{secrets.token_hex(4)}"


def dropping(link: Link, name: str, rules: Sequence[str]) -> Change:
    """Packets that meet one of the rules are dropped, both ways, the pod's own loopback apart."""
    return Change(script(_DROP, link.netns, name, *rules), script(_DROP_BACK, link.netns, name))


# $1 network namespace, $2 the node's end, $3 handle, then the queueing discipline
_SHAPE = f"""
netns=$1 peer=$2 handle=$3; shift 3
shape() {{ # $1 device, $2 how to enter; the discipline of somebody else is not replaced
  ! $2 tc qdisc show dev "$1" | grep -q " $handle: root " || return 0
  said=$($2 tc qdisc add dev "$1" root handle "$handle:" $words 2>&1) || {{ echo "tc $words: $said" >&2; exit 1; }}
}}
words="$*"
shape {DEVICE} "nsenter --net=$netns"
[ -z "$peer" ] || shape "$peer" ""
"""
_SHAPE_BACK = f"""
netns=$1 peer=$2 handle=$3
clear() {{ # $1 device, $2 how to enter
  ! $2 tc qdisc show dev "$1" 2>/dev/null | grep -q " $handle: root " || $2 tc qdisc del dev "$1" root
}}
[ ! -e "$netns" ] || clear {DEVICE} "nsenter --net=$netns"
[ -z "$peer" ] || clear "$peer" ""
"""


def shaping(link: Link, discipline: Sequence[str], *, both_ways: bool) -> Change:
    """What the pod sends, and with `both_ways` what it gets, goes through one of the kernel's queueing disciplines."""
    handle = f"{secrets.randbelow(0x7FFE) + 1:x}"
    words = (link.netns, link.peer if both_ways else "", handle)
    return Change(script(_SHAPE, *words, *discipline), script(_SHAPE_BACK, *words))
