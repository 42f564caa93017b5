"""What a case is, and the signs by which it is known that it struck. Signs are read from the API server as it stands.

They say only whether something is there to be diagnosed, never what; a case that shows no sign is left out and counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from harness.kube import actions
from tests.bench.blind.apps import App
from tests.bench.blind.stand import Stand, events

Deed = Callable[[Stand], None]
Sign = Callable[[Stand], bool]
BOTH = ("kwok", "kind")
KIND = ("kind",)


class Case(NamedTuple):
    """One way to bring one cause about.

    `cause` is what a diagnosis should name first, '' for a healthy control. `birth` says whether the workload is
    broken after it was whole (live), from its first moment (born), or as the draw has it. `held_out` ones are never
    run while the diagnosis is worked on.
    """

    cause: str
    way: str
    breaks: Deed
    shown: Sign
    app: Literal["web", "deployment", "strict", "store", "front", "front-by-name", "front-outside"] = "web"
    birth: Literal["either", "live", "born"] = "either"
    on: tuple[str, ...] = BOTH
    held_out: bool = False

    @property
    def name(self) -> str:
        """Cause and way."""
        return f"{self.cause or 'healthy'}/{self.way}"


def short(stand: Stand) -> bool:
    """The workload has fewer ready or fewer new pods than it wants."""
    return _short(stand, stand.app)


def event(*words: str, reason: str = "") -> Sign:
    """An Event with this reason and all these words is there."""

    def shown(stand: Stand) -> bool:
        return any(
            reason in ("", each["reason"]) and all(word in each.get("message", "") for word in words)
            for each in events(stand)
        )

    return shown


def waiting(*reasons: str) -> Sign:
    """A container of the application waits for one of these reasons."""

    def shown(stand: Stand) -> bool:
        return any(
            status.get("state", {}).get("waiting", {}).get("reason") in reasons
            for pod in stand.pods()
            for status in pod["status"].get("containerStatuses", [])
        )

    return shown


def restarted(times: int) -> Sign:
    """A container of the application was started again so often."""

    def shown(stand: Stand) -> bool:
        return any(
            status.get("restartCount", 0) >= times
            for pod in stand.pods()
            for status in pod["status"].get("containerStatuses", [])
        )

    return shown


def unready(stand: Stand) -> bool:
    """A pod of the application runs and is not ready."""
    return any(
        pod["status"].get("phase") == "Running"
        and any(each["type"] == "Ready" and each["status"] != "True" for each in pod["status"].get("conditions", []))
        for pod in stand.pods()
    )


def pending(stand: Stand) -> bool:
    """A pod of the application has no node."""
    return any(not pod["spec"].get("nodeName") for pod in stand.pods())


def unserved(stand: Stand) -> bool:
    """The application's Service has no ready address with a port."""
    found = actions.listed(
        stand.client, "endpointslices", stand.namespace, labels=f"kubernetes.io/service-name={stand.app.name}"
    )
    return not any(
        each.get("ports") and any(end.get("conditions", {}).get("ready") for end in each.get("endpoints") or [])
        for each in found
    )


def always(stand: Stand) -> bool:
    """There is nothing to wait for."""
    return True


def _short(stand: Stand, app: App) -> bool:
    found = actions.get(stand.client, app.plural, app.name, stand.namespace)
    status, wanted = found.get("status", {}), found["spec"]["replicas"]
    return bool(min(status.get("readyReplicas", 0), status.get("updatedReplicas", 0)) < wanted)
