"""The prober's log, however it reaches the harness, gives each request once and hides none that was lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kube.api_server import ApiServer

from harness.expect.available import Traffic as Need
from harness.kube.client import Client
from harness.machine.clock import Monotonic
from harness.model.errors import BadInput, ClusterBroken
from harness.model.timeline import AnyEntry, Broken, Note, Request
from harness.observe.timeline import Recorder
from harness.observe.traffic import Traffic

NEED = Need("web", 80, "/", 0.1)


@pytest.fixture
def server() -> Iterator[ApiServer]:
    server = ApiServer()
    server.raw["/api/v1/namespaces/a/services/web"] = b'{"metadata":{"name":"web"},"spec":{"clusterIP":"10.0.0.1"}}'
    yield server
    server.close()


@pytest.fixture
def entries() -> list[AnyEntry]:
    return []


@pytest.fixture
def traffic(server: ApiServer, entries: list[AnyEntry], tmp_path: Path) -> Iterator[Traffic]:
    client = Client.from_kubeconfig(server.kubeconfig(tmp_path), "tiny")
    with Recorder(tmp_path / "timeline.jsonl", Monotonic()) as recorder:
        recorder.sinks.append(entries.append)
        traffic = Traffic(client, recorder, "a", NEED, "busybox:1.35.0")
        server.raw[f"/api/v1/namespaces/a/pods/{traffic.pod_name}"] = b"{}"
        yield traffic
        traffic.stop()
    client.close()


def say(server: ApiServer, traffic: Traffic, log: bytes) -> None:
    server.raw[f"/api/v1/namespaces/a/pods/{traffic.pod_name}/log"] = log


def test_a_log_that_breaks_off_again_and_again_gives_each_request_once(
    server: ApiServer, traffic: Traffic, entries: list[AnyEntry]
) -> None:
    """The log is opened anew whenever it ends, and lines that were read before are skipped."""
    say(server, traffic, b"1 50.00 50.10 nc: refused\n2 50.10 50.20 200\n")
    traffic.prepare()
    traffic.start(5)
    say(server, traffic, b"2 50.10 50.20 200\n4 50.30 50.35 503\n3 50.20 51.20 200\n")
    traffic._recorder.wait(lambda: len(entries) == 4, traffic._recorder.now() + 5)
    traffic.stop()
    requests = [entry for entry in entries if isinstance(entry, Request)]
    assert [request.error for request in requests] == ["refused", "", "HTTP status 503", ""]
    assert [round(request.t - request.began, 2) for request in requests] == [0.1, 0.1, 0.05, 1.0]
    assert [entry for entry in entries if isinstance(entry, Broken | Note)] == []


def test_a_request_that_was_never_reported_breaks_the_timeline(
    server: ApiServer, traffic: Traffic, entries: list[AnyEntry]
) -> None:
    """No data is unknown: a number that is missing is neither a success nor a failure."""
    late = b"".join(b"%d 60.00 60.10 200\n" % number for number in range(3, 60))
    say(server, traffic, b"1 50.00 50.10 200\n" + late)
    traffic.prepare()
    traffic.start(5)
    assert traffic._recorder.wait(lambda: any(isinstance(e, Broken) for e in entries), traffic._recorder.now() + 5)
    broken = [entry.text for entry in entries if isinstance(entry, Broken)]
    assert broken == ["1 requests were never reported, the first is number 2: their outcome is unknown"]


def test_a_service_that_never_answers_is_told_with_its_last_error(server: ApiServer, traffic: Traffic) -> None:
    """Without one success nothing can be said of availability, and the error shows what the client saw."""
    say(server, traffic, b"1 50.00 50.10 nc: can't connect: Connection refused\n")
    traffic.prepare()
    with pytest.raises(ClusterBroken, match="Connection refused"):
        traffic.start(0.3)


def test_a_headless_service_is_refused_before_anything_runs(server: ApiServer, traffic: Traffic) -> None:
    """A Service without an address is the scenario's mistake."""
    server.raw["/api/v1/namespaces/a/services/web"] = b'{"metadata":{"name":"web"},"spec":{"clusterIP":"None"}}'
    with pytest.raises(BadInput, match="no cluster IP"):
        traffic.prepare()
    assert [method for method, *_ in server.seen] == ["GET"]
