"""One list + watch: keeps a store equal to the server's and tells every change once, in order. Knows one resource."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple, cast

import msgspec

from harness.kube.client import Client, LineStream
from harness.kube.envelopes import Event, Page, Plain, decode_failure, decode_plain
from harness.kube.resources import Resource
from harness.machine.clock import Clock
from harness.model.errors import ApiError, ClusterBroken
from harness.model.objects import LEAN_TYPES, AnyObject, Lean, ObjectMeta

PAGE_OBJECTS = 500
WATCH_SECONDS = 300
BROKEN_AFTER_SECONDS = 5.0
REFUSED_AFTER_SECONDS = 1.0
"""A right that was just granted may take so long to reach the API server's authorizer; a refusal after it stays."""
_BACKOFF_SECONDS_MAX = 1.0
_RELIST_PAUSE_SECONDS = 0.02


class Missed(NamedTuple):
    """A watch cannot say what happened between `since` (monotonic) and the time of the observation."""

    since: float
    reason: str


class Trouble(NamedTuple):
    """A watch has delivered nothing that can be trusted for seconds; it goes on trying."""

    text: str


class Observed(NamedTuple):
    """One observation, `at` when its bytes arrived (monotonic).

    `op` is listed, added, modified or deleted with a Lean object, `gap` with Missed, `broken` with Trouble. After a
    gap come the differences between what was known and what the new list says.
    """

    at: float
    op: str
    resource: str
    object: Lean | Missed | Trouble


Sink = Callable[[Observed], None]


class Reflector:
    """The watch of one resource in one namespace (None: all of them), shared by any number of sinks.

    Sinks run on its thread, or on the attaching thread for what is known already, one observation at a time, and
    must not block. A sink may detach itself.
    """

    def __init__(
        self,
        client: Client,
        clock: Clock,
        resource: Resource,
        namespace: str | None,
        *,
        broken_after_seconds: float = BROKEN_AFTER_SECONDS,
    ) -> None:
        self.synced = threading.Event()
        self.settled = threading.Event()  # it has listed, or may not
        self.last_error = ""
        self._client = client
        self._clock = clock
        self._resource = resource
        self._path = resource.path(namespace)
        self._broken_after_seconds = broken_after_seconds
        lean = LEAN_TYPES.get(resource.plural, Plain)
        self._decode_object: Callable[[msgspec.Raw], Lean] = msgspec.json.Decoder(lean).decode
        self._decode_page: Callable[[bytes], Page[Lean]] = msgspec.json.Decoder(Page[lean]).decode  # type: ignore[valid-type]
        self._decode_event: Callable[[bytes], Event] = msgspec.json.Decoder(Event).decode
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._store: dict[tuple[str, str], Lean] = {}
        self._sinks: dict[Sink, str | None] = {}
        self._stream: LineStream | None = None
        self._version = ""
        self._good_at = clock.now()
        self._failing_since: float | None = None
        self._failures = 0
        self._told_broken = False
        self._expired = ""
        self._thread = threading.Thread(target=self._run, name=f"watch {self._path}", daemon=True)

    def start(self) -> None:
        """Begin to list and watch."""
        self._thread.start()

    def close(self) -> None:
        """End the watch and its thread."""
        self._closing.set()
        with self._lock:
            if self._stream is not None:
                self._stream.close()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=5)

    def attach(self, sink: Sink, namespace: str | None) -> None:
        """Show `sink` what is known of `namespace` (None: everything) as listed, then every later change."""
        with self._lock:
            self._sinks[sink] = namespace
            if self.synced.is_set():
                at = self._clock.now()
                for thing in list(self._store.values()):
                    self._tell(Observed(at, "listed", self._resource.plural, thing), only=sink)

    def detach(self, sink: Sink) -> None:
        """Show `sink` nothing any more; once this returns, on another thread than the watch's, it is not running."""
        with self._lock:
            self._sinks.pop(sink, None)

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._list_and_watch()
        finally:
            if not self._closing.is_set():  # a defect here must not look like a quiet cluster
                self._tell(self._broken("the watch ended because of a defect of the harness"))

    def _list_and_watch(self) -> None:
        try:
            if not self._version:
                self._list()
            self._watch()
            self._closing.wait(self._pause_seconds())
        except ApiError as error:
            if error.status == 410 and self._version:  # the version is too old for the server: list again
                self._version = ""
                self._expired = error.message
                self._closing.wait(_RELIST_PAUSE_SECONDS)
            else:
                self._failed(str(error), refused=error.status in (401, 403))
        except ClusterBroken as error:
            self._failed(error.message)
        except msgspec.DecodeError as error:
            self._failed(f"GET {self._path}: the answer cannot be read: {error}")

    def _list(self) -> None:
        things: list[Lean] = []
        token = version = ""
        while True:
            query: dict[str, str | int | list[str]] = {"limit": PAGE_OBJECTS}
            if token:
                query["continue"] = token
            page = self._decode_page(self._client.request("GET", self._path, query=query, timeout_seconds=30))
            self._failing_since, self._told_broken, self._failures = None, False, 0
            things += page.items
            token, version = page.metadata.continue_, page.metadata.resource_version
            if not token:
                break
        self._replace(self._clock.now(), things)
        self._version = version

    def _watch(self) -> None:
        query: dict[str, str | int | list[str]] = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version,
            "timeoutSeconds": WATCH_SECONDS,
        }
        stream = self._client.stream(self._path, query)
        if self._told_broken:  # nothing may be lost, but all of it comes late
            missed = Missed(self._good_at, self.last_error)
            self._tell(Observed(self._clock.now(), "gap", self._resource.plural, missed))
        self._failing_since, self._told_broken = None, False
        with self._lock:
            self._stream = stream
            if self._closing.is_set():
                stream.close()
        with stream:  # closed at once: an exception may keep the generator alive
            for lines in stream.batches():
                at = self._clock.now()
                for line in lines:
                    self._take(at, line)
                self._good_at, self._failures = at, 0

    def _take(self, at: float, line: bytes) -> None:
        event = self._decode_event(line)
        if event.type == "ERROR":
            status = decode_failure(event.object)
            raise ApiError("GET", self._path, status.code, status.reason, status.message)
        if event.type == "BOOKMARK":
            self._version = decode_plain(event.object).metadata.resource_version
            return
        try:
            thing = self._decode_object(event.object)
        except msgspec.ValidationError as error:
            meta = decode_plain(event.object).metadata
            self._tell(self._broken(f"{self._resource.plural}/{meta.name}: cannot be read: {error}"))
            self._version = meta.resource_version
            return
        with self._lock:
            if event.type == "DELETED":
                self._store.pop(_key(thing), None)
            else:
                self._store[_key(thing)] = thing
            self._version = meta_of(thing).resource_version
            self._tell(Observed(at, event.type.lower(), self._resource.plural, thing))

    def _replace(self, at: float, things: list[Lean]) -> None:
        fresh = {_key(thing): thing for thing in things}
        with self._lock:
            changes = list(differences(self._store, fresh))
            self._store = fresh
            if self.synced.is_set():
                self._tell(Observed(at, "gap", self._resource.plural, Missed(self._good_at, self._expired)))
            for op, thing in changes:
                self._tell(Observed(at, op if self.synced.is_set() else "listed", self._resource.plural, thing))
            self._good_at = at
            self.synced.set()
            self.settled.set()

    def _tell(self, observed: Observed, only: Sink | None = None) -> None:
        with self._lock:
            thing = observed.object
            namespace = meta_of(thing).namespace if isinstance(thing, Lean) else ""
            for sink, wanted in [(only, self._sinks[only])] if only else list(self._sinks.items()):
                if not namespace or wanted is None or wanted == namespace:
                    sink(observed)

    def _failed(self, text: str, *, refused: bool = False) -> None:
        if self._closing.is_set():
            return
        self.last_error = text
        now = self._clock.now()
        if self._failing_since is None:
            self._failing_since = now
        patience = min(REFUSED_AFTER_SECONDS, self._broken_after_seconds) if refused else self._broken_after_seconds
        if now - self._failing_since >= patience and not self._told_broken:
            self._told_broken = True
            if refused:
                self.settled.set()
            self._tell(self._broken(f"the watch of {self._resource.plural} cannot be restored: {text}"))
        self._closing.wait(self._pause_seconds())

    def _broken(self, text: str) -> Observed:
        return Observed(self._clock.now(), "broken", self._resource.plural, Trouble(text))

    def _pause_seconds(self) -> float:
        self._failures += 1
        return 0.0 if self._failures == 1 else min(0.01 * 2 ** min(self._failures, 8), _BACKOFF_SECONDS_MAX)


def differences(known: dict[tuple[str, str], Lean], fresh: dict[tuple[str, str], Lean]) -> Iterable[tuple[str, Lean]]:
    """What turns `known` into `fresh`: first what vanished or was replaced, then what came or changed."""
    for key, old in known.items():
        new = fresh.get(key)
        if new is None or meta_of(new).uid != meta_of(old).uid:
            yield "deleted", old
    for key, new in fresh.items():
        before = known.get(key)
        if before is None or meta_of(before).uid != meta_of(new).uid:
            yield "added", new
        elif meta_of(before).resource_version != meta_of(new).resource_version:
            yield "modified", new


def meta_of(thing: Lean) -> ObjectMeta:
    """The metadata that every lean object has."""
    return cast(AnyObject, thing).metadata


def _key(thing: Lean) -> tuple[str, str]:
    meta = meta_of(thing)
    return meta.namespace, meta.name
