"""Steps about a node that several remedies share: how it is emptied, and how it is given up.

Each is a sentence with its command in it. Names no cause.
"""

from __future__ import annotations

from harness.advise.kubectl import kubectl

OUT_OF_SERVICE = "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"


def declare_out_of_service(node: str) -> list[str]:
    """How pods and volumes are freed from a node that will not come back soon, with the danger of it."""
    taint = kubectl("", "taint", "node", node, OUT_OF_SERVICE)
    back = kubectl("", "taint", "node", node, f"{OUT_OF_SERVICE}-")
    return [
        (
            f"Make sure that node {node} is switched off: look at the machine itself or at your provider, "
            "not at Kubernetes. "
            "WARNING: on a node that still runs, the next step lets two pods write to one volume, which "
            "destroys its data."
        ),
        f"Only then declare it out of service, so that its pods are deleted and its volumes let go: {taint}",
        f"Once it is back and empty, take the taint off again: {back}",
    ]


def empty_node(node: str) -> str:
    """How its pods are moved away in good order."""
    drain = kubectl("", "drain", node, "--ignore-daemonsets", "--delete-emptydir-data")
    return f"Before maintenance, move its pods away (emptyDir volumes are lost with them): {drain}"
