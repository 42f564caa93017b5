"""Availability traffic: requests to a Service from a pod in the cluster, on the timeline's clock. Decides nothing.

The pod stamps requests with its own clock, /proc/uptime in hundredths of a second. Its offset from the harness's
clock is taken as the smallest difference seen between the arrival of a line and the time it carries, so mapped
times are late by the quickest delivery of a line (milliseconds) and early by at most 10 ms.
"""

from __future__ import annotations

import math
import threading
import zlib
from typing import NamedTuple

from harness.expect.available import Available
from harness.expect.available import Traffic as Need
from harness.kube import actions
from harness.kube.client import Client, LineStream
from harness.kube.resources import resource
from harness.kube.rights import Right, may
from harness.model.errors import ApiError, ClusterBroken, HealproofError
from harness.model.scenario import Scenario
from harness.model.timeline import Broken, Note, Request
from harness.observe.prober import prober_pod, service_address
from harness.observe.timeline import Recorder

REQUEST_SECONDS_MAX = 2.0
"""A second to connect and a second for the answer, the limits in prober.sh."""

SILENCE_SECONDS = 3.0
BROKEN_AFTER_SECONDS = 5.0
_RETRY_SECONDS = 0.1


def traffic_needed(scenario: Scenario) -> list[Need]:
    """The traffic that a scenario's promises need, each once."""
    needs = [promise.traffic for promise in scenario.expect if isinstance(promise, Available)]
    return list(dict.fromkeys(needs))


def pod_name_of(need: Need) -> str:
    """What the pod is called that sends the traffic."""
    return f"healproof-prober-{need.service[:32].rstrip('-')}-{zlib.crc32(repr(need).encode()):08x}"


def rights(need: Need) -> list[Right]:
    """What sending and hearing of this traffic takes."""
    name = pod_name_of(need)
    found = may("get", "services", need.service) + may("create patch delete", "pods", name)
    return found + may("get", "pods", name, subresource="log")


class Traffic:
    """Requests to one Service, one each `need.every_seconds` however long each takes.

    `image` is one with busybox. The pod prefers a control-plane node, which faults hit last. The Service's address
    is asked for once, so DNS is no part of what is measured.
    """

    def __init__(self, client: Client, recorder: Recorder, namespace: str, need: Need, image: str) -> None:
        self.pod_name = pod_name_of(need)
        self._client = client
        self._clock = recorder.clock
        self._recorder = recorder
        self._namespace = namespace
        self._need = need
        self._image = image
        self._offset = Offset()
        self._numbers = Numbers()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._successes = 0
        self._last_error = ""
        self._heard_at = self._clock.now()
        self._told_broken = False
        self._told_silent = False
        self._stream: LineStream | None = None
        self._thread = threading.Thread(target=self._follow, name=f"traffic {need.service}", daemon=True)

    def prepare(self) -> None:
        """Start the pod, so that it comes up while the workload does; what it asks before `start` is recorded too.

        Raises BadInput where the Service has no address, ApiError where it or the pod is refused.
        """
        address = service_address(actions.get(self._client, "services", self._need.service, self._namespace))
        target = (address, str(self._need.port), self._need.path)
        pod = prober_pod(self.pod_name, self._image, target, self._need.every_seconds)
        actions.apply(self._client, pod, self._namespace)
        self._thread.start()

    def start(self, timeout_seconds: float = 60.0) -> None:
        """Wait for the first request that succeeds; raises ClusterBroken where none does in time."""
        with self._changed:
            succeeded = self._changed.wait_for(lambda: self._successes > 0, timeout_seconds)
        if not succeeded:
            last = f"; last: {self._last_error}" if self._last_error else ""
            raise ClusterBroken(
                f"service/{self._need.service}: no request succeeded within {timeout_seconds:g} s{last}",
                hint="the Service must answer HTTP on its port before availability can be measured",
            )

    def stop(self) -> None:
        """Wait for the requests under way, then remove the pod; what was never reported is written as Broken.

        A cluster that does not answer is noted and stops nobody from cleaning up.
        """
        if self._thread.ident is None:  # it was never prepared
            return
        with self._changed:
            newest = self._numbers.newest
            self._changed.wait_for(lambda: self._numbers.first_missing > newest, REQUEST_SECONDS_MAX + 1)
            self._changed.wait_for(self._heard_lately, BROKEN_AFTER_SECONDS)  # an API that is just back is slow to tell
            missing = self._numbers.missing(newest)
            silent_seconds = self._clock.now() - self._heard_at
        if missing:
            self._broken(_unreported(missing))
        elif self._successes and silent_seconds > SILENCE_SECONDS:
            self._broken(f"nothing was heard of the requests for {silent_seconds:.1f} s before the end")
        self._stopping.set()
        with self._changed:
            if self._stream is not None:
                self._stream.close()
        self._thread.join(timeout=5)
        try:
            actions.delete(self._client, "pods", self.pod_name, self._namespace, grace_seconds=0)
        except (ApiError, ClusterBroken) as error:
            text = f"pod {self.pod_name} was not removed: {error.message}"
            self._recorder.write(Note(t=self._recorder.now(), source="traffic", text=text))

    def _follow(self) -> None:
        while not self._stopping.is_set():
            try:
                self._read_log()
                trouble = "the log of the traffic ended"
            except HealproofError as error:
                trouble = error.message
            silent_seconds = self._clock.now() - self._heard_at
            if self._successes and silent_seconds > BROKEN_AFTER_SECONDS and not self._stopping.is_set():
                self._silent(f"nothing was heard of the requests for {silent_seconds:.1f} s: {trouble}")
            elif not self._successes:
                self._last_error = self._last_error or trouble
            self._stopping.wait(_RETRY_SECONDS)

    def _read_log(self) -> None:
        """Follow the log until it ends; a new connection reads the last seconds again, and numbers seen are skipped."""
        overlap_seconds = math.ceil(self._clock.now() - self._heard_at + REQUEST_SECONDS_MAX) + 1
        path = resource("pods").path(self._namespace, self.pod_name, "log")
        query: dict[str, str | int | list[str]] = {"follow": "true", "sinceSeconds": overlap_seconds}
        stream = self._client.stream(path, query, timeout_seconds=SILENCE_SECONDS)
        with self._changed:
            self._stream = stream
            if self._stopping.is_set():
                stream.close()
        with stream:
            for lines in stream.batches():
                at = self._clock.now()
                for line in lines:
                    self._take(at, line)

    def _take(self, at: float, line: bytes) -> None:
        report = parse_report(line)
        if report is None:
            self._last_error = line[:200].decode(errors="replace")
            return
        self._offset.learn(at, report.ended)
        with self._changed:
            self._heard_at, self._told_silent = at, False
            if not self._numbers.take(report.number):
                return
            self._successes += not report.error
            self._last_error = report.error or self._last_error
            lost = self._numbers.give_up(report.number - math.ceil(2 * REQUEST_SECONDS_MAX / self._need.every_seconds))
            self._changed.notify_all()
        self._recorder.write(
            Request(
                t=self._recorder.at(self._offset.local(report.ended)),
                service=self._need.service,
                began=self._recorder.at(self._offset.local(report.began)),
                error=report.error,
            )
        )
        if lost:
            self._broken(_unreported(lost))

    def _heard_lately(self) -> bool:
        return not self._successes or self._clock.now() - self._heard_at <= SILENCE_SECONDS

    def _silent(self, text: str) -> None:
        """What is not heard now may be read later: the pod goes on, and its log is kept."""
        if not self._told_silent:
            self._told_silent = True
            self._write(text, passing=True)

    def _broken(self, text: str) -> None:
        if not self._told_broken:
            self._told_broken = True
            self._write(text, passing=False)

    def _write(self, text: str, *, passing: bool) -> None:
        source = f"traffic to service/{self._need.service}"
        self._recorder.write(Broken(t=self._recorder.now(), source=source, text=text, passing=passing))


def _unreported(numbers: list[int]) -> str:
    return f"{len(numbers)} requests were never reported, the first is number {numbers[0]}: their outcome is unknown"


class Report(NamedTuple):
    """One finished request in the prober's words; times are seconds on the prober's clock."""

    number: int
    began: float
    ended: float
    error: str


def parse_report(line: bytes) -> Report | None:
    """Read one line of the prober, or None for anything else that a container may print."""
    words = line.decode(errors="replace").split(" ", 3)
    try:
        number, began, ended, result = int(words[0]), float(words[1]), float(words[2]), words[3].strip()
    except (ValueError, IndexError):
        return None
    if result.isdigit():
        return Report(number, began, ended, "" if 200 <= int(result) < 400 else f"HTTP status {result}")
    return Report(number, began, ended, result.removeprefix("nc: "))


class Offset:
    """How far another clock is behind this one: the smallest difference seen, for delivery only ever adds to it."""

    def __init__(self) -> None:
        self._seconds = math.inf

    def learn(self, received: float, stamped: float) -> None:
        """A line stamped `stamped` by the other clock was received at `received` on this one."""
        self._seconds = min(self._seconds, received - stamped)

    def local(self, stamped: float) -> float:
        """A time of the other clock on this one."""
        return stamped + self._seconds


class Numbers:
    """Which requests, counted from 1, have been reported; they finish in any order."""

    def __init__(self) -> None:
        self.first_missing = 1
        self.newest = 0
        self._beyond: set[int] = set()

    def take(self, number: int) -> bool:
        """Note one; False where it was reported before."""
        if number < self.first_missing or number in self._beyond:
            return False
        self.newest = max(self.newest, number)
        self._beyond.add(number)
        self._advance()
        return True

    def missing(self, last: int) -> list[int]:
        """Those up to `last` that have not been reported."""
        return [number for number in range(self.first_missing, last + 1) if number not in self._beyond]

    def give_up(self, last: int) -> list[int]:
        """Expect those up to `last` no more; gives the ones that were never reported."""
        lost = self.missing(last)
        self._beyond.update(lost)
        self._advance()
        return lost

    def _advance(self) -> None:
        while self.first_missing in self._beyond:
            self._beyond.remove(self.first_missing)
            self.first_missing += 1
