"""Cause: the kubelet's client certificate has expired, so the API server lets it do nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.consequences import NODE_LOST
from harness.diagnose.nodes import hosted, named, refs
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES

_WORDS = re.compile(r"certificate (has )?expired|is expired|x509: certificate|Unauthorized", re.I)


@CAUSES.enter("kubelet-certificate-expired")
class KubeletCertificateExpired(Cause):
    """The certificate with which the kubelet proves who it is has expired.

    The API server refuses all it says, so the node counts as lost while its pods run on unattended. The kubelet cannot
    ask for a new one either: give it one (`kubeadm kubeconfig user`, or a new join) and restart it.
    """

    layer: ClassVar[Layer] = Layer.NODE
    outranks: ClassVar[frozenset[str]] = NODE_LOST | {"kubelet-stopped"}

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each node that is not heard of and whose kubelet's log says so, or whose kubelet runs and is not heard."""
        for symptom in symptoms.of("node-condition"):
            node = symptom.object.removeprefix("node/")
            pods = hosted(scene, node)
            words = _log_of(scene, symptom.object)
            if not pods or not _unheard(symptom):
                continue
            if words:
                yield Suspicion(
                    object=symptom.object,
                    confidence=0.98,
                    supports=[*words, *told(symptom), *named(pods)],
                    explains=refs(pods),
                    since=symptom.at,
                    facts={"node": node},
                )
            elif _runs(scene, symptom.object) and not symptoms.of("packet-rules", about=symptom.object):
                yield Suspicion(
                    object=symptom.object,
                    confidence=0.45,
                    supports=[*told(symptom), f"its kubelet runs all the same (processes of {symptom.object})"],
                    explains=refs(pods),
                    decides="read the kubelet's log, or its certificate: openssl x509 -enddate -noout -in "
                    "/var/lib/kubelet/pki/kubelet-client-current.pem",
                    facts={"node": node},
                )


def _unheard(symptom: Symptom) -> bool:
    return (symptom.facts["condition"], symptom.facts["status"]) == ("Ready", "Unknown")


def _log_of(scene: Scene, node: str) -> list[str]:
    """What the kubelet's own log says of certificates."""
    looks = scene.looked("node-log", node)
    lines = [(line, look) for look in looks for line in look.facts.get("kubelet", "").splitlines()]
    return [
        f"{line.strip()[:250]} ({look.source or f'log of the kubelet on {node}'})"
        for line, look in lines
        if _WORDS.search(line)
    ][-2:]


def _runs(scene: Scene, node: str) -> bool:
    looks = scene.looked("node-process", node)
    return any(look.facts.get("kubelet", "")[:1] in ("S", "R") for look in looks)
