"""What pods of healproof's own have in common: no rights, no token, nobody's user, little of the node. Knows no pod."""

from __future__ import annotations

from typing import Any

Manifest = dict[str, Any]


def modest_container(name: str, image: str, command: list[str], *, cpu: str) -> Manifest:
    """A container that may change nothing, not even its own files; `cpu` is what it asks for."""
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": command,
        "resources": {
            "requests": {"cpu": cpu, "memory": "16Mi"},
            "limits": {"cpu": "500m", "memory": "64Mi"},  # both, so that any ResourceQuota admits it
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def modest_spec(container: Manifest, *, security: Manifest | None = None) -> Manifest:
    """The spec of a pod of this container; `security` is who it runs as where that must not be nobody."""
    nobody = {"runAsNonRoot": True, "runAsUser": 65534, "runAsGroup": 65534}
    return {
        "containers": [container],
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {**nobody, **(security or {}), "seccompProfile": {"type": "RuntimeDefault"}},
    }
