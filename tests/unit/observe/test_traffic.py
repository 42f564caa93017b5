"""Requests of the prober end up on the harness's clock, each once, and a lost one is never a success."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import harness.observe.prober
from harness.model.errors import BadInput
from harness.observe.prober import prober_pod, service_address
from harness.observe.traffic import Numbers, Offset, Report, parse_report

SCRIPT = Path(harness.observe.prober.__file__).with_name("prober.sh")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"7 10.25 10.50 200", ""),
        (b"7 10.25 10.50 302", ""),
        (b"7 10.25 10.50 503", "HTTP status 503"),
        (b"7 10.25 10.50 no answer within 1 s", "no answer within 1 s"),
        (b"7 10.25 10.50 nc: can't connect: Connection refused", "can't connect: Connection refused"),
    ],
)
def test_a_line_of_the_prober_is_read(line: bytes, error: str) -> None:
    """Statuses below 400 are successes, everything else says what the client saw."""
    assert parse_report(line) == Report(7, 10.25, 10.5, error)


@pytest.mark.parametrize("line", [b"", b"sh: nc: not found", b"7 10.25", b"x 1 2 200", b"\xff\xfe"])
def test_another_line_is_no_report(line: bytes) -> None:
    """What a container prints besides is not taken for a request."""
    assert parse_report(line) is None


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 2)), min_size=1, max_size=30), st.floats(-1e5, 1e5))
def test_mapped_times_are_late_by_the_quickest_delivery(sent: list[tuple[float, float]], behind: float) -> None:
    """With any delivery delays, the offset errs by the smallest one, and never the other way."""
    offset = Offset()
    for stamped, delay in sent:
        offset.learn(stamped + behind + delay, stamped)
    quickest = min(delay for _, delay in sent)
    assert offset.local(50.0) - (50.0 + behind) == pytest.approx(quickest, abs=1e-6)


@given(st.permutations(range(1, 21)), st.lists(st.integers(1, 20), max_size=10))
def test_every_number_counts_once_in_any_order(order: list[int], again: list[int]) -> None:
    """Reports arrive in any order, and lines that a new connection repeats are skipped."""
    numbers = Numbers()
    for number in order[:15]:
        assert numbers.take(number)
    taken = set(order[:15])
    assert [numbers.take(number) for number in dict.fromkeys(again)] == [n not in taken for n in dict.fromkeys(again)]
    assert numbers.missing(20) == sorted(set(range(1, 21)) - taken - set(again))


def test_a_number_given_up_is_told_once() -> None:
    """A request that was never reported is unknown; it is told once and then expected no more."""
    numbers = Numbers()
    for number in (1, 2, 5, 6):
        numbers.take(number)
    assert numbers.give_up(4) == [3, 4]
    assert numbers.give_up(4) == []
    assert (numbers.first_missing, numbers.newest) == (7, 6)


def test_the_prober_has_no_rights_and_ends_by_itself() -> None:
    """The pod runs as nobody, with a read-only root, no token and no capability, and not for ever."""
    pod = prober_pod("p", "busybox:1.35.0", ("10.0.0.1", "80", "/"), 0.1)
    spec, container = pod["spec"], pod["spec"]["containers"][0]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    assert spec["activeDeadlineSeconds"] > 0
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["command"][-5:] == ["prober", "10.0.0.1", "80", "/", "0.090"]


@pytest.mark.parametrize("spec", [{}, {"clusterIP": "None"}, {"type": "ExternalName"}])
def test_a_service_without_an_address_is_refused(spec: dict[str, str]) -> None:
    """Nothing can be asked of a headless Service, and that is said before anything runs."""
    with pytest.raises(BadInput, match="service/web has no cluster IP"):
        service_address({"metadata": {"name": "web"}, "spec": spec})


@pytest.fixture
def applets(tmp_path: Path) -> str:
    """A folder of applets of a busybox on this machine, as a container of its image has them."""
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("no busybox on this machine")
    for name in ("sh", "nc", "sleep"):
        (tmp_path / name).symlink_to(busybox)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("server", "result"),
    [("answers", b"200"), ("hangs", b"no answer within 1 s"), ("is gone", b"Connection refused")],
)
def test_the_script_keeps_its_rhythm_whatever_the_server_does(applets: str, server: str, result: bytes) -> None:
    """A request goes out each interval also while others hang, and every one is reported."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        port = listening.getsockname()[1]
        if server == "answers":
            threading.Thread(target=_answer, args=(listening,), daemon=True).start()
        elif server == "is gone":
            listening.close()
        argv = ["sh", str(SCRIPT), "127.0.0.1", str(port), "/", "0.045"]
        child = subprocess.Popen(argv, stdout=subprocess.PIPE, env={"PATH": applets}, start_new_session=True)
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(15)]
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
    reports = [report for line in lines if (report := parse_report(line))]
    assert sorted(report.number for report in reports) == list(range(1, 16))
    assert all(result in line for line in lines)
    first, last = min(report.began for report in reports), max(report.began for report in reports)
    assert last - first < 14 * 0.2  # 50 ms each on an idle machine; one after the other, hanging ones take 14 s


def _answer(listening: socket.socket) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")
