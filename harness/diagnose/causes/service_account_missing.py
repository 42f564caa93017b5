"""The cause `service-account-missing`: pods that run as an account that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.refusals import refused
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("service-account-missing")
class ServiceAccountMissing(Cause):
    """The pods name a ServiceAccount that the namespace does not have, so none is created.

    Create the account, or correct its name in the pod template.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Workloads whose pods are refused for the account."""
        yield from refused(symptoms, "service-account")
