"""A command on a node through a privileged pod that lives as long as the command. Knows no provider."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from typing import Any

from harness.kube import actions
from harness.kube.client import Client
from harness.kube.exec import exec_in_pod
from harness.kube.rights import Right, may
from harness.machine.clock import wait_until
from harness.machine.process import Completed
from harness.model.errors import ApiError, ClusterBroken
from harness.providers.pins import load_pins

START_SECONDS = 60.0
_ENTER = ("busybox", "nsenter", "-t", "1", "-m", "-u", "-i", "-n", "-p", "--")
_FEED = 'echo "$0" | busybox base64 -d | "$@"'


def run_on_node(
    client: Client, namespace: str, node: str, argv: Sequence[str], *, timeout_seconds: float, stdin: bytes | None
) -> Completed:
    """Run `argv` in the node's own namespaces as root; the pod is removed whatever happens.

    Raises ClusterBroken where the pod is refused or does not start, and as `exec_in_pod`.
    """
    name = f"healproof-node-{secrets.token_hex(4)}"
    try:
        uid = str(actions.apply(client, _manifest(name, node), namespace)["metadata"]["uid"])
    except ApiError as error:
        raise ClusterBroken(
            f"no privileged pod in namespace {namespace}: {error.message}",
            hint="allow privileged pods there (label pod-security.kubernetes.io/enforce=privileged), or go without",
        ) from None
    try:
        _wait_running(client, namespace, name, node)
        words = [*_ENTER, *argv]
        if stdin is not None:
            words = ["sh", "-c", _FEED, base64.b64encode(stdin).decode(), *words]
        done = exec_in_pod(client, namespace, name, words, timeout_seconds=timeout_seconds)
    finally:
        actions.delete_pod(client, namespace, name, uid, grace_seconds=0)
    return Completed(done.exit_code, done.stdout, done.stderr)


def rights() -> list[Right]:
    """What a command on a node takes; newer API servers ask for `create` where older ones ask for `get` of an exec."""
    return may("create patch get delete", "pods") + may("get create", "pods", subresource="exec")


def _wait_running(client: Client, namespace: str, name: str, node: str) -> None:
    last: dict[str, Any] = {}

    def look() -> bool:
        status = actions.get(client, "pods", name, namespace).get("status", {})
        last.update(status)
        return bool(status.get("phase") == "Running")

    if wait_until(look, timeout_seconds=START_SECONDS) is None:
        states = [each.get("state") for each in last.get("containerStatuses", [])]
        raise ClusterBroken(f"pod {namespace}/{name} does not run on {node}: {last.get('phase')} {states}")


def _manifest(name: str, node: str) -> dict[str, Any]:
    container = {
        "name": "node",
        "image": load_pins().images["busybox"],
        "command": ["busybox", "sleep", "3600"],
        "securityContext": {"privileged": True},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"healproof.dev/part": "node-access"}},
        "spec": {
            "nodeName": node,
            "hostPID": True,
            "restartPolicy": "Never",
            "activeDeadlineSeconds": 3600,  # should the harness die, the cluster ends the pod
            "automountServiceAccountToken": False,
            "tolerations": [{"operator": "Exists"}],
            "containers": [container],
        },
    }
