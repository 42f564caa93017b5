"""The remedy of `api-overloaded`: who asks so much."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("api-overloaded")
class ApiOverloaded(Remedy):
    """Found by its metrics, then slowed down."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The asker, then the server."""
        yield Advice(
            text="Find who asks the API server so much, and slow that down: requests are turned away, and every "
            "controller falls behind.",
            severity=Severity.HIGH,
            steps=[
                "See which flow is turned away: kubectl get --raw /metrics | grep apiserver_flowcontrol_rejected",
                (
                    "See who asks for what: kubectl get --raw /metrics | sort -t' ' -k2 -n -r | grep "
                    "^apiserver_request_total "
                    "| head, or the audit log."
                ),
                (
                    "Scale the culprit to zero for a while: mostly a controller that lists everything "
                    "again and again, or "
                    "one that writes on each event."
                ),
                (
                    "Give others a flow of their own (FlowSchema, PriorityLevelConfiguration), so that one "
                    "cannot shut them "
                    "out; give the API server more CPU if all of it is wanted."
                ),
            ],
        )
