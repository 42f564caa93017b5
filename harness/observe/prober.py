"""The pod that makes availability traffic, as a manifest; it knows what the pod runs and not what is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.kube.modest import modest_container, modest_spec
from harness.model.errors import BadInput


def prober_pod(name: str, image: str, target: tuple[str, str, str], interval_seconds: float) -> dict[str, Any]:
    """The manifest of the prober; `target` is address, port and path."""
    script = Path(__file__).with_name("prober.sh").read_text()
    pause_seconds = f"{interval_seconds * 0.9:.3f}"  # starting a request takes a share of the interval
    command = ["sh", "-c", script, "prober", *target, pause_seconds]
    container = modest_container("prober", image, command, cpu="20m")
    control_plane = "node-role.kubernetes.io/control-plane"
    prefers = {"weight": 1, "preference": {"matchExpressions": [{"key": control_plane, "operator": "Exists"}]}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"healproof.dev/part": "prober"}},
        "spec": {
            **modest_spec(container),
            "activeDeadlineSeconds": 6 * 3600,  # it ends even if nobody is left to remove it
            "restartPolicy": "Never",  # a prober that began to count anew would hide what was lost
            "terminationGracePeriodSeconds": 0,
            "tolerations": [{"key": control_plane, "operator": "Exists", "effect": "NoSchedule"}],
            "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [prefers]}},
        },
    }


def service_address(service: dict[str, Any]) -> str:
    """A Service's cluster address; raises BadInput where it has none."""
    address = service.get("spec", {}).get("clusterIP", "")
    if address in ("", "None"):
        raise BadInput(
            f"service/{service['metadata']['name']} has no cluster IP",
            hint="availability is measured through a Service with a cluster IP; a headless one has none",
        )
    return str(address)
