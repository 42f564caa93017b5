"""The remedy of `controller-manager-down`: the controller manager back."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_NAMESPACE = "kube-system"
_CHOSEN = ("-l", "component=kube-controller-manager")


@REMEDIES.enter("controller-manager-down")
class ControllerManagerDown(Remedy):
    """Until then nothing that is lost is made again."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Its pod, its log, its manifest."""
        yield Advice(
            text="Bring the controller manager back: nobody replaces pods, rolls changes out, updates endpoints or "
            "notices a dead node. Change and delete as little as you can meanwhile.",
            severity=Severity.CRITICAL,
            steps=[
                f"Look at it: {kubectl(_NAMESPACE, 'get', 'pods', *_CHOSEN, '-o', 'wide')}",
                f"Read its log: {kubectl(_NAMESPACE, 'logs', *_CHOSEN, '--tail=50')}",
                (
                    "On the control-plane node: is its manifest there and right (/etc/kubernetes/manifests/"
                    "kube-controller-manager.yaml), what does crictl ps -a --name kube-controller-manager "
                    "say? A frozen one "
                    "goes on with pkill -CONT -x kube-controller."
                ),
                f"See that it renews its lease: {kubectl(_NAMESPACE, 'get', 'lease', 'kube-controller-manager')}",
                "It catches up by itself; watch that the pods that lack come back.",
            ],
        )
