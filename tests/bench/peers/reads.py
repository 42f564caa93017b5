"""Makes the API server of a kind cluster log what people and tools read as well; by itself it logs changes alone."""

from __future__ import annotations

import json
from pathlib import Path

from harness.damage.ways import reach
from harness.machine.clock import wait_until
from harness.model.cluster import ClusterRecord
from tests.bench.audit_log import AuditLog
from tests.bench.clocks import Relation
from tests.bench.wire import AGENT, Refused, Wire

POLICY = "/etc/kubernetes/audit-policy-with-reads.yaml"
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


def log_reads(record: ClusterRecord) -> None:
    """Give the API server another audit policy, unless it has it; it restarts for that."""
    reads = ["get", "list", "watch"]
    policy = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [*({**rule, "verbs": reads} for rule in _SYSTEM), *_BURIES, {"level": "Metadata"}],
    }
    node_exec = reach(record)
    node = next(node for node in record.nodes if "control-plane" in node)
    script = (
        f"cat >{POLICY} && grep -q 'path: {POLICY}' {MANIFEST} || "
        f"{{ sed 's#^\\( *\\)path: /etc/kubernetes/audit-policy.yaml$#\\1path: {POLICY}#' {MANIFEST} >/tmp/manifest "
        f"&& cp /tmp/manifest {MANIFEST}; }}"
    )
    node_exec(node, ["sh", "-c", script], timeout_seconds=60, stdin=json.dumps(policy).encode())
    if not wait_until(lambda: _logs_reads(record), timeout_seconds=RESTART_SECONDS_MAX, every_seconds=1.0):
        raise TimeoutError(f"{record.name}: the API server does not log what is read")


def _logs_reads(record: ClusterRecord) -> bool:
    """Whether a read of our own is in the log."""
    assert record.audit_log is not None
    log, wire = AuditLog(Path(record.audit_log)), Wire(record.kubeconfig)
    try:
        wire.ask("GET", "/api/v1/namespaces/default")
        return any(each.agent == AGENT and each.verb == "get" for each in log.news(Relation.now()))
    except (OSError, Refused):  # it is restarting
        return False
    finally:
        wire.close()
        log.close()
