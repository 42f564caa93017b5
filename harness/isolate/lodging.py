"""The short-lived objects of isolation steps: each in the journal before it is made, all removed in the end."""

from __future__ import annotations

import datetime
import secrets
from types import TracebackType
from typing import Any, Self

from harness.damage import marks, steps
from harness.damage.addition import Addition
from harness.damage.on_node import OnNode
from harness.damage.site import Site
from harness.damage.step import Step
from harness.damage.undo import undo_all
from harness.isolate.step import Write
from harness.journal import Intent, Journal
from harness.kube import actions
from harness.kube.modest import Manifest
from harness.machine.clock import wait_until
from harness.model.errors import ApiError, ClusterBroken, UndoFailed
from harness.report.redact import redact_text

_WHAT = "isolation-step"
_EVERY_SECONDS = 0.3


class Lodging:
    """Use it as a context: what was made in it is gone afterwards, or in the journal for `healproof recover`.

    Only the thread that opened it makes things; any thread may look at them.
    """

    def __init__(self, site: Site, failed: list[str]) -> None:
        """`failed` is told what could not be removed."""
        self._site, self._failed = site, failed
        self._journal: Journal | None = None
        self._refused: dict[str, str] = {}

    def take_in(self, pod: Manifest) -> None:
        """Make a pod; a refusal of the server is told to whoever waits for it. Raises ClusterBroken."""
        name, namespace = pod["metadata"]["name"], self._site.namespace
        identity = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}}
        step = Addition(deed="make", manifest=identity, namespace=namespace)  # what is in it may be secret
        self._intend(step)
        meta = {**pod["metadata"], "labels": {marks.LABEL: step.id}}
        try:
            actions.create(self._site.client, {**pod, "metadata": meta}, namespace)
        except ApiError as error:
            self._refused[name] = redact_text(error.message.partition(": ")[2])

    def wait_ready(self, name: str, seconds: float) -> str:
        """Wait for a pod that was made; '' once it is ready, else how it stands when it has ended or time is over."""
        if name in self._refused:
            raise ClusterBroken(f"refused: {self._refused[name]}")
        last: dict[str, Any] = {}

        def look() -> bool:
            last.update(actions.get(self._site.client, "pods", name, self._site.namespace).get("status", {}))
            return _is_ready(last) or last.get("phase") in ("Failed", "Succeeded")

        wait_until(look, timeout_seconds=max(0.0, seconds), every_seconds=_EVERY_SECONDS, clock=self._site.clock)
        return "" if _is_ready(last) else _standing(last)

    def will_write(self, write: Write) -> None:
        """Note that a file is about to be written on a node, and how it is removed."""
        self._intend(OnNode(deed="write a file", node=write.node, script="true", back=write.back))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._journal is None:
            return

        def failed(intent: Intent, why: UndoFailed) -> None:
            self._failed.append(f"{intent.what}: {why.message}")

        undo_all(self._site, self._journal, failed)
        self._journal.discard()

    def _intend(self, step: Step) -> None:
        if self._journal is None:
            run = f"diagnose-{datetime.datetime.now(datetime.UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
            self._journal = Journal.begin(run=run, scenario="isolate", cluster=self._site.record)
        self._journal.intend(_WHAT, steps.encode([step], self._site.namespace))


def _is_ready(status: dict[str, Any]) -> bool:
    return any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions", ()))


def _standing(status: dict[str, Any]) -> str:
    """How a pod stands that is not ready, in the words of its containers, its conditions or the kubelet."""
    words = [_container(each) for each in (*_statuses(status), {})]
    conditions = [each.get("message", "") for each in status.get("conditions", ()) if each["status"] == "False"]
    told = next((each for each in (*words, status.get("message", ""), *conditions) if each), "")
    phase = status.get("reason") or status.get("phase") or "unknown to the API server"
    return redact_text(f"{phase}: {told}" if told else str(phase))


def _statuses(status: dict[str, Any]) -> list[dict[str, Any]]:
    return [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]


def _container(status: dict[str, Any]) -> str:
    state = status.get("state", {})
    if "waiting" in state and state["waiting"].get("reason") != "PodInitializing":
        waiting = state["waiting"]
        return f"{status['name']} waits: {' '.join(filter(None, (waiting.get('reason'), waiting.get('message'))))}"
    if "terminated" in state and state["terminated"].get("exitCode"):
        ended = state["terminated"]
        return f"{status['name']} ended with exit code {ended['exitCode']} ({ended.get('reason', '')})"
    return ""
