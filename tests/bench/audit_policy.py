"""Makes the API server of a kind cluster log more: what tools read, and what the kubelet says of pods."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from harness.damage.ways import reach
from harness.machine.clock import wait_until
from harness.model.cluster import ClusterRecord
from tests.bench.audit_log import AuditLog
from tests.bench.clocks import Relation
from tests.bench.wire import AGENT, Refused, Wire

FOLDER = "/etc/kubernetes"
MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"
RESTART_SECONDS_MAX = 180.0
_SYSTEM = [
    {"level": "None", "userGroups": ["system:nodes", "system:serviceaccounts", "system:unauthenticated"]},
    {"level": "None", "users": ["system:kube-scheduler", "system:kube-controller-manager", "system:apiserver"]},
]
_BURIES = [
    {"level": "None", "resources": [{"group": "coordination.k8s.io"}, {"group": "", "resources": ["events"]}]},
    {"level": "None", "resources": [{"group": "events.k8s.io"}, {"group": "authorization.k8s.io"}]},
]


def log_more(record: ClusterRecord) -> None:
    """Give the API server another audit policy, unless it has it; it restarts for that."""
    reads = ["get", "list", "watch"]
    kubelets = {"level": "Request", "verbs": ["patch"], "resources": [{"group": "", "resources": ["pods/status"]}]}
    policy = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [*({**rule, "verbs": reads} for rule in _SYSTEM), *_BURIES, kubelets, {"level": "Metadata"}],
    }
    text = json.dumps(policy).encode()
    path = f"{FOLDER}/audit-policy-{hashlib.sha256(text).hexdigest()[:8]}.yaml"
    script = (
        f"cat >{path} && grep -q 'path: {path}' {MANIFEST} || "
        f"{{ sed 's#^\\( *\\)path: {FOLDER}/audit-policy.*yaml$#\\1path: {path}#' {MANIFEST} >/tmp/manifest "
        f"&& cp /tmp/manifest {MANIFEST}; }}"
    )
    node = next(node for node in record.nodes if "control-plane" in node)
    reach(record)(node, ["sh", "-c", script], timeout_seconds=60, stdin=text)
    if not wait_until(lambda: _logs(record, path), timeout_seconds=RESTART_SECONDS_MAX, every_seconds=1.0):
        raise TimeoutError(f"{record.name}: the API server does not log what it should")


def _logs(record: ClusterRecord, path: str) -> bool:
    """Whether the API server that runs has this policy, and a read of our own is in the log."""
    assert record.audit_log is not None
    node = next(node for node in record.nodes if "control-plane" in node)
    # the kubelet has taken the manifest over when the container's mounts name the file
    look = f"grep -l ' {path} ' /proc/$(pidof kube-apiserver)/mountinfo"
    if reach(record)(node, ["sh", "-c", look], timeout_seconds=20).code != 0:
        return False
    log, wire = AuditLog(Path(record.audit_log)), Wire(record.kubeconfig)
    try:
        wire.ask("GET", "/api/v1/namespaces/default")
        return any(each.agent == AGENT and each.verb == "get" for each in log.news(Relation.now()))
    except (OSError, Refused):  # it is restarting
        return False
    finally:
        wire.close()
        log.close()
