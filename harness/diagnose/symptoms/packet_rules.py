"""Rules that drop or shape packets where no network plug-in puts such. Says nothing of why."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Look, Scene
from harness.registry import SYMPTOMS

_ORDINARY = re.compile(
    # chains of kube-proxy, the kubelet and network plug-ins; what conntrack finds invalid; local networks guarded
    r"\b(KUBE-|CNI-|KIND-|cali|CILIUM|FLANNEL|WEAVE|ANTREA|DOCKER|LIBVIRT|OVN|ts-)|ctstate INVALID|127\.0\.0\.0/8",
    re.IGNORECASE,
)
_DISCIPLINES = re.compile(r"\b(netem|tbf|htb|police|hfsc|cake)\b")
_AT_RANDOM = re.compile(r"--mode random|numgen random")
"""Rules that hit a part of the packets, as iptables and nft write them."""
_DEFAULTS = re.compile(r"^\s*(qdisc\s+)?(noqueue|fq_codel|pfifo_fast|pfifo|mq|fq|clsact|ingress)\b")


@SYMPTOMS.enter("packet-rules")
class PacketRules(SymptomReader):
    """Packets dropped or shaped at a pod's link or on a node, the usual rules of kube-proxy and network plug-ins left
    out.

    Facts: `effect` (drops; loses, where some go through; or shapes) and `rules`, up to five of them.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each pod or node and effect."""
        for look in scene.looked("packet-rules"):
            drops = [line for line in _lines(look, "drops") if not _ORDINARY.search(line)]
            shapes = [
                line for line in _lines(look, "shape") if _DISCIPLINES.search(line) and not _DEFAULTS.search(line)
            ]
            loses = [line for line in drops if _AT_RANDOM.search(line)]
            drops = [line for line in drops if line not in loses]
            for effect, rules in (("drops", drops), ("loses", loses), ("shapes", shapes)):
                if rules:
                    yield _told(look, effect, rules[:5])


def _lines(look: Look, fact: str) -> list[str]:
    return [line.strip() for line in re.split(r"[\n;]", look.facts.get(fact, "")) if line.strip()]


def _told(look: Look, effect: str, rules: list[str]) -> Symptom:
    return Symptom(
        kind="packet-rules",
        object=look.about,
        text=f"a rule at {look.about} {effect} packets: {rules[0]}",
        source=look.source or f"packet rules of {look.about}",
        facts={"effect": effect, "rules": "\n".join(rules)},
    )
