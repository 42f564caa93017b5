"""The remedy of `scheduler-down`: the scheduler that the pods wait for."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import advise_template
from harness.diagnose.telling import owner_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_NAMESPACE = "kube-system"


@REMEDIES.enter("scheduler-down")
class SchedulerDown(Remedy):
    """The cluster's own, or one that the pods name."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Pods that name another scheduler may name the usual one instead."""
        name = cause.facts.get("component", "kube-scheduler")
        if cause.object.startswith("scheduler/"):
            for owner in sorted({owner_of(scene, each) for each in cause.explains if each.startswith("pod/")}):
                yield advise_template(
                    scene,
                    owner,
                    {"schedulerName": "default-scheduler"},
                    text=f"Start scheduler {name}, which the pods of {owner} name and which says nothing "
                    "of them; or let "
                    "them take the usual one.",
                    severity=Severity.HIGH,
                )
            return
        yield Advice(
            text="Bring the scheduler back: new pods find no node. What runs goes on.",
            severity=Severity.CRITICAL,
            steps=[
                f"Look at it: {kubectl(_NAMESPACE, 'get', 'pods', '-l', 'component=kube-scheduler', '-o', 'wide')}",
                f"Read its log: {kubectl(_NAMESPACE, 'logs', '-l', 'component=kube-scheduler', '--tail=50')}",
                (
                    "On the control-plane node: is its manifest there and right (/etc/kubernetes/manifests/"
                    "kube-scheduler.yaml), what does crictl ps -a --name kube-scheduler say? A frozen one goes on with "
                    "pkill -CONT -x kube-scheduler."
                ),
                f"See that it renews its lease: {kubectl(_NAMESPACE, 'get', 'lease', 'kube-scheduler')}",
            ],
        )
