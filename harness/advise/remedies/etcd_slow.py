"""The remedy of `etcd-slow`: its disk, its members, its size."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_ETCDCTL = (
    "etcdctl --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt "
    "--key /etc/kubernetes/pki/etcd/server.key"
)


@REMEDIES.enter("etcd-slow")
class EtcdSlow(Remedy):
    """A copy first: everything that Kubernetes knows is in it."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """In the order in which nothing is lost."""
        yield Advice(
            text="Mend etcd: the API server can read and write nothing without it.",
            severity=Severity.CRITICAL,
            steps=[
                (
                    f"On a control-plane node, see how it is: {_ETCDCTL} endpoint status --cluster -w "
                    f"table; {_ETCDCTL} alarm "
                    "list"
                ),
                f"Save it before you change anything: {_ETCDCTL} snapshot save /var/backups/etcd.db",
                (
                    "No leader: bring back members until more than half are there; never remove one as "
                    "long as that can be "
                    "avoided."
                ),
                (
                    "A slow disk (its log says `apply request took too long`): find who else writes to it; "
                    "etcd wants a fast "
                    "disk of its own."
                ),
                (
                    f"Full (alarm NOSPACE): {_ETCDCTL} compact REVISION, then defrag one member after the "
                    "other, then alarm "
                    "disarm."
                ),
                "A frozen process: let it go on (pkill -CONT -x etcd), or restart it.",
            ],
            lost="nothing, as long as more than half of the members keep their data",
            safe="all programs that run; what was acknowledged before",
        )
