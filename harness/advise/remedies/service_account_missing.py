"""The remedy of `service-account-missing`: an account that is there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from harness.advise.declared import manifest
from harness.advise.kubectl import kubectl
from harness.advise.template import advise_template
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.workloads import Named as Present
from harness.model.scene import Scene
from harness.registry import REMEDIES

_NEAR = 0.7


@REMEDIES.enter("service-account-missing")
class ServiceAccountMissing(Remedy):
    """The name corrected to one that is like it; else the account created."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The nearest account first."""
        name = cause.facts.get("who", "").strip("\"'")
        there = [each.metadata.name for each in scene.all("serviceaccounts", Present) if each.metadata.name != name]
        near = difflib.get_close_matches(name, there, n=1, cutoff=_NEAR)
        if not name:
            yield Advice(
                text="Let the pods name a ServiceAccount that is there, or create the one that they name.",
                severity=Severity.HIGH,
                commands=[
                    kubectl(scene.namespace, "get", "serviceaccounts"),
                    kubectl(scene.namespace, "edit", cause.object),
                ],
            )
            return
        if near:
            yield advise_template(
                scene,
                cause.object,
                {"serviceAccountName": near[0]},
                text=f"Let the pods name account {near[0]}, which is there; {name} is not.",
                severity=Severity.HIGH,
            )
        yield Advice(
            text=f"Create account {name}, with its RoleBindings from where they are declared: an account alone may "
            "read nothing.",
            severity=Severity.MEDIUM if near else Severity.HIGH,
            patches=[manifest(scene, "serviceaccount", name)],
        )
