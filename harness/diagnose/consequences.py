"""What a lost node, a lost network or a lost control plane brings about, by the names of causes. Decides nothing."""

from __future__ import annotations

UNWELL = frozenset(
    {
        "application-crash",
        "application-hang",
        "application-not-ready",
        "dependency-down",
    }
)
"""What a service looks like from outside when something beneath it is broken."""
ADRIFT = UNWELL | {
    "liveness-probe-wrong",
    "readiness-probe-wrong",
    "startup-probe-wrong",
    "startup-too-slow",
    "rollout-stuck",
    "finalizer-stuck",
    "insufficient-resources",
    "too-many-pods",
    "node-selector-unmatched",
    "volume-node-conflict",
    "volume-stuck",
    "disruption-budget-blocks",
}
"""What the pods of a node that is away, and those that wait for it, look like."""
UNREACHED = UNWELL | {"readiness-probe-wrong", "liveness-probe-wrong", "startup-probe-wrong", "startup-too-slow"}
"""What pods look like whose connections or names fail."""
NODE_LOST = frozenset({"node-not-ready", "node-tainted"}) | ADRIFT
"""What a node shows when the reason of its loss is known."""
CLIENTS = ("control-plane/kube-scheduler", "control-plane/kube-controller-manager")
"""Who ends by itself when the API server does not answer: they cannot renew their leases."""
