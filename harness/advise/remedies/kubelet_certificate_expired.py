"""The remedy of `kubelet-certificate-expired`: a new certificate for the kubelet."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("kubelet-certificate-expired")
class KubeletCertificateExpired(Remedy):
    """It cannot ask for a new one any more: a person must bring it."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """As on clusters made by kubeadm."""
        node = cause.facts.get("node", "")
        yield Advice(
            text=f"Give the kubelet of node {node} a new client certificate: the API server refuses all that it says. "
            "Its pods run on unattended.",
            severity=Severity.CRITICAL,
            steps=[
                (
                    f"On node {node}, see until when it was good, and that the node's clock is right: "
                    "openssl x509 -enddate "
                    "-noout -in /var/lib/kubelet/pki/kubelet-client-current.pem; date"
                ),
                (
                    "On a control-plane node make a new one: kubeadm kubeconfig user --org system:nodes --client-name "
                    f"system:node:{node}"
                ),
                (
                    "Put that in place of the kubelet's kubeconfig (/etc/kubernetes/kubelet.conf), remove "
                    "/var/lib/kubelet/pki/kubelet-client*, and restart the kubelet: systemctl restart kubelet"
                ),
                (
                    "Or let the node join anew: kubeadm token create --print-join-command; then "
                    f"{kubectl('', 'get', 'csr')}"
                ),
                "See that it renews its certificate by itself from now on (rotateCertificates: true).",
            ],
        )
