"""How lines of logs are read."""

from __future__ import annotations

import pytest

from diagnose.asked import symptoms
from diagnose.scenes import log, pod, scene
from harness.diagnose.symptoms.log_error import class_of, hosts_in, unresolved_in


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("dial tcp 10.96.0.9:5432: connect: connection refused", "refused"),
        ("Error: connect ECONNREFUSED 10.96.0.9:5432", "refused"),
        ("java.net.SocketTimeoutException: connect timed out", "timeout"),
        ("dial tcp: lookup db on 10.96.0.10:53: no such host", "no-such-host"),
        ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "no-such-host"),
        ("OSError: [Errno 28] No space left on device", "no-space"),
        ("open /data/x: read-only file system", "read-only"),
        ("java.lang.OutOfMemoryError: Java heap space", "out-of-memory"),
        ("panic: runtime error: index out of range", "panic"),
        ("Traceback (most recent call last):", "panic"),
        ("x509: certificate has expired", "tls"),
        ("open /etc/key: permission denied", "denied"),
        ("open /data/x: no such file or directory", "not-found"),
        ("ERROR something else", "error"),
        ("GET /errors.html 200", ""),
        ("listening on 8080", ""),
    ],
)
def test_a_line_is_of_one_class(line: str, kind: str) -> None:
    """In the words of several languages; a line without an error is of none."""
    assert class_of(line) == kind


@pytest.mark.parametrize(
    ("line", "host"),
    [
        ("dial tcp: lookup db on 10.96.0.10:53: no such host", "db"),
        ("getaddrinfo ENOTFOUND cart.shop.svc", "cart.shop.svc"),
        ("curl: (6) Could not resolve host: db", "db"),
        ('could not translate host name "db" to address: Name or service not known', "db"),
        ("Failed to resolve 'db' ([Errno -2] Name or service not known)", "db"),
        ("java.net.UnknownHostException: db", "db"),
        ("wget: bad address 'db'", "db"),
        ("connection refused", ""),
    ],
)
def test_the_name_that_was_looked_up_in_vain_is_found(line: str, host: str) -> None:
    """And not the server that was asked."""
    assert unresolved_in(line) == host


@pytest.mark.parametrize(
    "line",
    [
        "dial tcp: lookup db: no such host",
        "redis://user:secret@db:6379 connection refused",
        "Error connecting to http://db/items: timeout",
        "connect ECONNREFUSED db:5432",
        'connection to server at "db", port 5432: host db refused',
    ],
)
def test_whom_a_line_speaks_of_is_found(line: str) -> None:
    """As URL, with a port, or after the words that go before a host; never a password."""
    assert "db" in hosts_in(line)
    assert not any("secret" in host for host in hosts_in(line))


def test_lines_that_differ_in_numbers_are_one() -> None:
    """The template is counted, the last line is quoted."""
    lines = [f"2026-03-05T12:00:{second:02}Z error: request {second} failed" for second in range(30)]
    (found,) = symptoms(scene(pod("web-1"), logs=[log("web-1", "started", *lines)]), "log-error")
    assert (found.facts["count"], found.facts["line"]) == ("30", lines[-1])
