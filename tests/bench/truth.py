"""What really happened to pods, from one raw watch in a process of its own: arrival times on the monotonic clock.

As a program (`python -m tests.bench.truth KUBECONFIG`) it is that process and writes one JSON line for each event.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, Self

import msgspec

from tests.bench.ground import ROOT
from tests.bench.wire import Wire

PODS = "/api/v1/pods"
_SYNC_SECONDS = 30.0


class Seen(msgspec.Struct, frozen=True):
    """One event: `at` when its line had arrived, `op` as the API has it, or SYNCED once the list is told, or GAP."""

    at: float
    op: str
    namespace: str = ""
    name: str = ""
    uid: str = ""
    app: str = ""
    ready: bool = False
    going: bool = False


class Recovery(NamedTuple):
    """A pod was killed at `killed` and so many pods were ready again at `whole` (None: never), both monotonic."""

    victim: str
    killed: float
    whole: float | None
    newest: str


class Mark(NamedTuple):
    """A moment: how much of the history there was, and the pods by uid as they stood."""

    length: int
    pods: dict[str, Seen]


class Truth:
    """The raw watch at work; `history` grows while it runs."""

    def __init__(self, kubeconfig: str) -> None:
        self.history: list[Seen] = []
        self._pods: dict[str, Seen] = {}
        self._changed = threading.Condition()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.truth", kubeconfig], cwd=ROOT, stdout=subprocess.PIPE
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self.wait(lambda: any(seen.op == "SYNCED" for seen in self.history), _SYNC_SECONDS):
            raise TimeoutError("the raw watch of pods has not listed")

    def wait(self, predicate: Callable[[], bool], seconds: float) -> bool:
        """Wait until it holds, asked after each event; gives what it was at the end."""
        with self._changed:
            return self._changed.wait_for(predicate, seconds)

    def mark(self) -> Mark:
        """Now."""
        with self._changed:
            return Mark(len(self.history), dict(self._pods))

    def since(self, mark: Mark) -> list[Seen]:
        """What was seen since then."""
        return self.history[mark.length :]

    def standing(self, namespace: str, app: str = "web") -> tuple[int, int]:
        """How many pods are ready and not terminating, and how many there are at all."""
        pods = _of(self._pods, namespace, app)
        return _ready(pods), len(pods)

    def any_ready(self, namespace: str, app: str = "web") -> str:
        """The name of a pod that is ready and not terminating."""
        with self._changed:
            return next(p.name for p in _of(self._pods, namespace, app).values() if p.ready and not p.going)

    def newest_namespace(self, prefix: str) -> str:
        """The namespace so named in which a pod was seen last, '' where there is none."""
        named = (seen.namespace for seen in reversed(self.history) if seen.namespace.startswith(prefix))
        return next(named, "")

    def recovery(self, namespace: str, since: Mark, wanted: int, app: str = "web") -> Recovery | None:
        """The first kill after the mark, and when so many pods were ready after it."""
        pods = _of(since.pods, namespace, app)
        killed: Seen | None = None
        for seen in self.since(since):
            if seen.namespace != namespace or seen.app != app:
                continue
            _take(pods, seen)
            if killed is None and (seen.going or seen.op == "DELETED"):
                killed = seen
            if killed is not None and _ready(pods) >= wanted:
                return Recovery(killed.name, killed.at, seen.at, seen.name)
        return None if killed is None else Recovery(killed.name, killed.at, None, "")

    def gap_since(self, mark: Mark) -> bool:
        """Whether the raw watch itself may have missed something."""
        return any(seen.op == "GAP" for seen in self.since(mark))

    def close(self) -> None:
        """End the process."""
        self._child.kill()
        self._child.wait()
        self._reader.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            seen = msgspec.json.decode(line, type=Seen)
            with self._changed:
                self.history.append(seen)
                if seen.uid:
                    _take(self._pods, seen)
                self._changed.notify_all()


def _of(pods: dict[str, Seen], namespace: str, app: str) -> dict[str, Seen]:
    return {uid: pod for uid, pod in pods.items() if (pod.namespace, pod.app) == (namespace, app)}


def _ready(pods: dict[str, Seen]) -> int:
    return sum(pod.ready and not pod.going for pod in pods.values())


def _take(pods: dict[str, Seen], seen: Seen) -> None:
    if seen.op == "DELETED":
        pods.pop(seen.uid, None)
    else:
        pods[seen.uid] = seen


def main(kubeconfig: str) -> None:
    """List, then watch for as long as the process lives."""
    version = ""
    while True:
        wire = Wire(kubeconfig)
        if not version:
            answer = wire.ask("GET", PODS)
            for pod in answer["items"]:
                _tell(time.monotonic(), "LISTED", pod)
            version = answer["metadata"]["resourceVersion"]
            _say({"at": time.monotonic(), "op": "SYNCED"})
        version = _follow(wire, version)
        wire.close()


def _follow(wire: Wire, version: str) -> str:
    """Tell what one watch shows; gives the version to go on from, '' where the server has forgotten it."""
    for at, line in _arrivals(wire.watch(PODS, version)):
        event = json.loads(line)
        if event["type"] == "ERROR":
            _say({"at": at, "op": "GAP"})
            return ""
        version = event["object"]["metadata"]["resourceVersion"]
        if event["type"] != "BOOKMARK":
            _tell(at, event["type"], event["object"])
    return version


def _arrivals(lines: Iterator[bytes]) -> Iterator[tuple[float, bytes]]:
    for line in lines:
        yield time.monotonic(), line


def _tell(at: float, op: str, pod: dict[str, dict[str, object]]) -> None:
    meta, conditions = pod["metadata"], pod.get("status", {}).get("conditions") or []
    assert isinstance(conditions, list)
    _say(
        {
            "at": at,
            "op": op,
            "namespace": meta["namespace"],
            "name": meta["name"],
            "uid": meta["uid"],
            "app": (meta.get("labels") or {}).get("app", ""),  # type: ignore[attr-defined]
            "ready": any(each["type"] == "Ready" and each["status"] == "True" for each in conditions),
            "going": "deletionTimestamp" in meta,
        }
    )


def _say(entry: dict[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(entry)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
