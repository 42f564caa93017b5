"""The hub: one watch a resource and scope, shared by all who want to see it. Knows no scenario and no timeline."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from harness.kube.client import Client
from harness.kube.reflector import BROKEN_AFTER_SECONDS, Missed, Observed, Reflector, Sink, Trouble
from harness.kube.resources import resource
from harness.machine.clock import Clock
from harness.model.errors import BadInput, ClusterBroken

__all__ = ["Hub", "Missed", "Observed", "Sink", "Subscription", "Trouble"]


class Hub:
    """Watches of one cluster. Safe to share between threads.

    `namespaces` None watches whole resources and picks each subscriber's namespace from them (own clusters); a
    tuple watches these namespaces alone, for an identity that may see no more. Cluster-scoped resources are
    always watched whole.
    """

    def __init__(
        self,
        client: Client,
        clock: Clock,
        namespaces: tuple[str, ...] | None = None,
        *,
        broken_after_seconds: float = BROKEN_AFTER_SECONDS,
    ) -> None:
        self._client = client
        self._clock = clock
        self._namespaces = namespaces
        self._broken_after_seconds = broken_after_seconds
        self._lock = threading.Lock()
        self._reflectors: dict[tuple[str, str | None], Reflector] = {}

    def subscribe(self, resources: Iterable[str], namespace: str, sink: Sink) -> Subscription:
        """Show `sink` the objects of `namespace` as listed, then each change once, in order for each resource.

        It runs on the watches' threads, one at a time for a resource but not across resources, and must neither
        block nor call the hub. Raises BadInput for an unknown resource or a namespace that is not allowed.
        """
        watches = [self._reflector(plural, namespace) for plural in resources]
        subscription = Subscription(watches, sink)
        for watch in watches:
            watch.attach(subscription.show, namespace)
        return subscription

    def wait_synced(self, resources: Iterable[str], timeout_seconds: float) -> None:
        """Wait until all subscribed watches of these resources have listed.

        Raises ClusterBroken at the deadline, and as soon as one is refused for good.
        """
        began = self._clock.now()
        deadline = began + timeout_seconds
        wanted = set(resources)
        with self._lock:
            watches = [(plural, watch) for (plural, _), watch in self._reflectors.items() if plural in wanted]
        for plural, watch in watches:
            watch.settled.wait(max(0.0, deadline - self._clock.now()))
            if not watch.synced.is_set():
                waited = self._clock.now() - began
                last = f"; last error: {watch.last_error}" if watch.last_error else ""
                raise ClusterBroken(
                    f"the watch of {plural} has not listed after {waited:.0f} s{last}",
                    hint="it needs the right to list and watch; `healproof list` shows whether the cluster runs",
                )

    def close(self) -> None:
        """End all watches and their threads."""
        with self._lock:
            watches = list(self._reflectors.values())
            self._reflectors.clear()
        for watch in watches:
            watch.close()

    def _reflector(self, plural: str, namespace: str) -> Reflector:
        kind = resource(plural)
        scope: str | None = None
        if kind.namespaced and self._namespaces is not None:
            if namespace not in self._namespaces:
                raise BadInput(
                    f"namespace {namespace!r} may not be watched; allowed are {', '.join(self._namespaces) or 'none'}"
                )
            scope = namespace
        with self._lock:
            watch = self._reflectors.get((plural, scope))
            if watch is None:
                watch = Reflector(
                    self._client, self._clock, kind, scope, broken_after_seconds=self._broken_after_seconds
                )
                self._reflectors[plural, scope] = watch
                watch.start()
            return watch


class Subscription:
    """One subscriber of some watches."""

    def __init__(self, watches: list[Reflector], sink: Sink) -> None:
        self._watches = watches
        self._sink = sink

    def show(self, observed: Observed) -> None:
        """Pass one observation on; bound to this subscription, so that the same sink may subscribe twice."""
        self._sink(observed)

    def close(self) -> None:
        """Show the sink nothing any more; the watches go on for others."""
        for watch in self._watches:
            watch.detach(self.show)
