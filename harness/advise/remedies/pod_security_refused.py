"""The remedy of `pod-security-refused`: a security context that the namespace's standard accepts."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import Fields, advise_template, template_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_USER = 65532
"""An account without rights, which many base images have; any other than 0 will do."""
_CONTAINER: dict[str, Fields] = {
    "allowPrivilegeEscalation": {"allowPrivilegeEscalation": False},
    "unrestricted capabilities": {"capabilities": {"drop": ["ALL"]}},
    "privileged": {"privileged": False},
    "runAsNonRoot": {"runAsNonRoot": True},
    "runAsUser": {"runAsUser": _USER},
    "seccompProfile": {"seccompProfile": {"type": "RuntimeDefault"}},
}
_POD: dict[str, Fields] = {
    "host namespaces": {"hostNetwork": None, "hostPID": None, "hostIPC": None},
}
_BY_HAND = {
    "hostPath": "Keep what the pods need of the node's files in a ConfigMap or a claim instead of a hostPath volume.",
    "host namespaces": "Without the node's network the program needs a Service to be reached from outside.",
    "hostPort": "Reach the pods through a Service instead of a port of the node.",
    "restricted volume types": "Use only configMap, secret, emptyDir, projected and claims as volumes.",
}


@REMEDIES.enter("pod-security-refused")
class PodSecurityRefused(Remedy):
    """Each field that the refusal names, set as the standard wants it."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The security context; what must be changed by hand; the namespace's own level last."""
        said = cause.facts.get("what", "")
        names = [each.name for each in template_of(scene, cause.object).spec.containers]
        context: Fields = {}
        for word, fields in _CONTAINER.items():
            context |= fields if word in said else {}
        if not said:  # the kubelet would not run an image that starts as root
            context = {"runAsUser": _USER}
        pod = {key: value for word, fields in _POD.items() if word in said for key, value in fields.items()}
        by_hand = [text for word, text in _BY_HAND.items() if word in said]
        change = {
            **pod,
            **({"containers": [{"name": n, "securityContext": context} for n in names]} if context else {}),
        }
        if change and names:
            yield advise_template(
                scene,
                cause.object,
                change,
                text=f"Let the containers keep the namespace's Pod Security Standard ({cause.facts.get('who', '')}): "
                f"{said or 'they must not run as root'}. Try whether the program works so: one that writes to its own "
                "image or listens below port 1024 may not.",
                severity=Severity.HIGH,
                steps=by_hand,
            )
        label = kubectl("", "label", "namespace", scene.namespace, "pod-security.kubernetes.io/enforce=LEVEL")
        yield Advice(
            text="If the pods cannot do without these rights, run them in a namespace whose level allows them; whoever "
            "answers for the cluster's security decides that.",
            severity=Severity.MEDIUM if change and names else Severity.HIGH,
            steps=[*([] if change and names else by_hand), f"Only with their consent: {label} --overwrite"],
        )
