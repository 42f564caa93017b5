"""A kubelet whose client certificate has expired."""

from __future__ import annotations

import shlex
from typing import ClassVar

from harness.damage import nodes
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.site import Site
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Anchor, Evidence
from harness.registry import FAULTS

FOLDER = "/var/lib/kubelet/pki"
CURRENT, EXPIRED, KEPT = (f"{FOLDER}/{name}" for name in ("kubelet-client-current.pem", "expired.pem", "kept.pem"))
EXPIRED_FROM, EXPIRED_TO = "20200101000000Z", "20200102000000Z"
COMPLAINT_SECONDS = 30.0

# The worker's own key asks, so that no key leaves its node.
_REQUEST = f'openssl req -new -key {CURRENT} -subj "/O=system:nodes/CN=system:node:$1"'
# $1 from, $2 to; the request comes on stdin. Nothing of it stays on the control-plane node.
_SIGN = """
cd "$(mktemp -d)"; trap 'rm -r "$PWD"' EXIT; cat >request; : >index; echo 01 >serial
printf '%s\\n' '[ca]' 'default_ca=x' '[x]' 'database=index' 'serial=serial' 'new_certs_dir=.' 'default_md=sha256' \
  'policy=p' 'preserve=yes' '[p]' 'organizationName=supplied' 'commonName=supplied' '[e]' \
  'extendedKeyUsage=clientAuth' >config
openssl ca -batch -notext -config config -extensions e -startdate "$1" -enddate "$2" -in request -out signed \
  -cert /etc/kubernetes/pki/ca.crt -keyfile /etc/kubernetes/pki/ca.key 2>said || { cat said >&2; exit 1; }
cat signed
"""
_SWAP = f"""
umask 077; openssl pkey -in {CURRENT} >{EXPIRED}.half; printf '%s\\n' "$certificate" >>{EXPIRED}.half
[ -e {KEPT} ] || cp -a {CURRENT} {KEPT}.half; [ -e {KEPT} ] || mv -T {KEPT}.half {KEPT}
mv -T {EXPIRED}.half {EXPIRED}; ln -s {EXPIRED} {CURRENT}.half; mv -T {CURRENT}.half {CURRENT}
systemctl restart kubelet
"""
_BACK = f"""
if [ -e {KEPT} ]; then mv -T {KEPT} {CURRENT}; systemctl restart kubelet; fi
rm -f {EXPIRED} {EXPIRED}.half {KEPT}.half {CURRENT}.half
"""


@FAULTS.enter("kubelet-certificate-expired")
class KubeletCertificateExpired(nodes.OneNode, Stepwise, frozen=True, kw_only=True):
    """Gives the kubelet of a worker (`node`, `hosting`, else the first) a client certificate that expired in 2020.

    The cluster's own CA signs it on the control-plane node, over the kubelet's own key; then the kubelet is restarted.
    It can neither report nor ask for a new certificate, so the node is lost, while its pods go on running unattended.
    Controllers replace them elsewhere. Needs kubeadm's files and openssl on the nodes. Evidence: the kubelet's own log
    says that the certificate has expired, and the watch shows the node not ready. Undo: the certificate as it was, and
    another restart.
    """

    reach = Reach.NODES
    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC})
    heals: ClassVar[str] = "controllers replace the pods elsewhere; nobody renews the certificate"
    example: ClassVar[Example] = Example({"hosting": "app=web"}, Effect.HEALS)

    def plan(self, site: Site) -> Plan:
        """Have the certificate issued; nothing is changed by that."""
        node = nodes.choose(site, self)
        authority = site.record.nodes[0]
        if node == authority:
            raise InjectionFailed(f"node {node} runs the control plane; only a worker's certificate can expire here")
        request = _run(site, node, ["sh", "-ec", _REQUEST, "healproof", node])
        certificate = _run(
            site, authority, ["sh", "-ec", _SIGN, "healproof", EXPIRED_FROM, EXPIRED_TO], stdin=request.encode()
        )
        step = OnNode(
            deed="let the kubelet's certificate expire",
            node=node,
            script=f"certificate={shlex.quote(certificate.strip())}\n{_SWAP}",
            back=_BACK,
        )
        since = _run(site, node, ["date", "+%s"]).strip()
        return Plan(namespace=site.namespace, steps=[step], facts={"node": node, "since": since})

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The node controller misses its lease."""
        return [Anchor("node-not-ready", "nodes", plan.facts["node"])]

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Read the kubelet's log."""
        node, since = plan.facts["node"], plan.facts["since"]
        argv = ["journalctl", "-u", "kubelet", "--no-pager", "-o", "cat", f"--since=@{since}", "--grep=expired"]

        def look() -> tuple[bool, str]:
            said = site.node_exec(node, argv).text.strip().splitlines()
            return bool(said), said[-1][:300] if said else "nothing about an expired certificate"

        return seen(site, index, f"log of the kubelet on {node}", look, within_seconds=COMPLAINT_SECONDS)


def _run(site: Site, node: str, argv: list[str], stdin: bytes | None = None) -> str:
    done = site.node_exec(node, argv, stdin=stdin)
    if done.code != 0:
        said = done.stderr.decode(errors="replace").strip()[-300:]
        raise InjectionFailed(f"node {node}: the certificate cannot be issued: {said}")
    return done.text
