"""The remedy of `provisioner-down`: the provisioner back; claims are then served by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.diagnose.causes.provisioner_down import pod_names
from harness.model.advice import Advice, Patch, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.workloads import Workload
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("provisioner-down")
class ProvisionerDown(Remedy):
    """Scaled up where it was scaled to nothing, else looked at."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Its workload, as far as names tell which it is."""
        provisioner = cause.facts.get("provisioner", "")
        name = re.compile("|".join(map(re.escape, pod_names(provisioner))), re.IGNORECASE)
        found = [
            (resource.removesuffix("s"), each)
            for resource in ("deployments", "statefulsets")
            for each in scene.around.get(resource, [])
            if isinstance(each, Workload) and name.search(each.metadata.name)
        ]
        off = [(kind, each) for kind, each in found if each.spec.replicas == 0]
        yield Advice(
            text=f"Bring the provisioner {provisioner} back"
            + (": it is scaled to nothing." if off else ".")
            + " The claims that wait are then served by themselves, and so are their pods.",
            severity=Severity.CRITICAL,
            patches=[
                Patch(
                    object=f"{kind}/{each.metadata.name}",
                    namespace=each.metadata.namespace,
                    body={"spec": {"replicas": 1}},
                )
                for kind, each in off
            ],
            commands=[
                kubectl(each.metadata.namespace, word, f"{kind}/{each.metadata.name}")
                for kind, each in found[:1]
                for word in ("describe", "logs")
            ]
            or [kubectl("", "get", "pods", "--all-namespaces")],
            lost="nothing: the claim has no volume yet",
            safe="every volume that is there; only new ones, larger ones and snapshots wait",
        )
