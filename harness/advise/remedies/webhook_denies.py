"""The remedy of `webhook-denies`: pods that keep the policy, or another policy."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import rollback
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("webhook-denies")
class WebhookDenies(Remedy):
    """The policy's own words say what to change."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """What it says, and whose it is."""
        rule = cause.facts.get("rule", "")
        yield Advice(
            text="Make the pod template keep the policy"
            + (f": {rule}" if rule else "")
            + ". Pods that run are left alone, so it also strikes those that ran before the policy came: none of them "
            "can be replaced.",
            severity=Severity.HIGH,
            steps=[
                f"Change the template as the policy says: {kubectl(scene.namespace, 'edit', cause.object)}",
                *[f"If it began with a release, go back: {each}" for each in rollback(scene, cause.object)[1:2]],
                f"If the policy is wrong, whoever keeps webhook {cause.facts.get('webhook', '')} must change it: "
                + kubectl("", "get", "validatingwebhookconfigurations,mutatingwebhookconfigurations"),
            ],
        )
