"""The client gives bytes and honest errors, and never a secret."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
import urllib3

from harness.kube.client import Client, explain
from harness.model.errors import ApiError, BadInput, ClusterBroken

from .api_server import ApiServer


def test_a_request_sends_json_with_the_credentials_and_gives_the_bytes(client: Client, server: ApiServer) -> None:
    """A body of builtins arrives as JSON of the named type, with the token, and the answer is not decoded."""
    server.raw["/api/v1/x"] = b'{"raw": 1}'
    assert (
        client.request("PATCH", "/api/v1/x", body={"a": 1}, content_type="application/merge-patch+json")
        == b'{"raw": 1}'
    )
    method, _, headers, body = server.seen[-1]
    sent = {key.lower(): value for key, value in headers.items()}
    assert (method, json.loads(body)) == ("PATCH", {"a": 1})
    assert sent["content-type"] == "application/merge-patch+json"
    assert sent["authorization"] == "Bearer s3cr3t-token"


def test_an_error_status_becomes_an_api_error_with_the_servers_words(client: Client, server: ApiServer) -> None:
    """Status, reason and message come from the Status body."""
    server.refuse = (429, {"reason": "TooManyRequests", "message": "the disruption budget says no"})
    with pytest.raises(ApiError, match="disruption budget says no") as caught:
        client.request("POST", "/api/v1/x", body={})
    assert (caught.value.status, caught.value.reason) == (429, "TooManyRequests")


def test_an_error_about_a_secret_does_not_quote_it(client: Client, server: ApiServer) -> None:
    """A validation error of a Secret can hold its data, so its message is withheld."""
    server.refuse = (422, {"reason": "Invalid", "message": "data.password: Invalid value: hunter2"})
    with pytest.raises(ApiError) as caught:
        client.request("PATCH", "/api/v1/namespaces/a/secrets/db", body={})
    assert "hunter2" not in str(caught.value)
    assert "422 Invalid" in str(caught.value)


def test_no_answer_is_a_broken_cluster_without_the_token(tmp_path: Path) -> None:
    """A refused connection names what was asked and why it failed, and nothing that authenticates."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        config = {
            "clusters": [{"name": "x", "cluster": {"server": f"http://127.0.0.1:{closed.getsockname()[1]}"}}],
            "users": [{"name": "x", "user": {"token": "s3cr3t-token"}}],
            "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
            "current-context": "x",
        }
        path = tmp_path / "kubeconfig"
        path.write_text(json.dumps(config))
        with pytest.raises(ClusterBroken, match=r"GET /readyz: .*connection refused") as caught:
            Client.from_kubeconfig(path, "x").request("GET", "/readyz")
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            urllib3.exceptions.ProxyError("http://user:hunter2@proxy", OSError(111, "Connection refused")),
            "connection refused",
        ),
        (urllib3.exceptions.ProtocolError("Bearer hunter2", ConnectionResetError()), "ConnectionResetError"),
        (urllib3.exceptions.ReadTimeoutError(None, "hunter2", "hunter2"), "timed out"),  # type: ignore[arg-type]
        (ValueError("Bearer hunter2"), "ValueError"),
    ],
    ids=["proxy", "reset", "timeout", "unknown"],
)
def test_transport_errors_are_explained_without_their_text(error: BaseException, words: str) -> None:
    """Whatever a transport error carries, only its kind and the system's words are shown."""
    assert explain(error) == words


def test_a_certificate_that_is_not_accepted_says_why() -> None:
    """A TLS failure names the check that failed."""
    cause = ssl.SSLCertVerificationError(1, "failed")
    cause.verify_message = "self-signed certificate"
    assert "self-signed certificate" in explain(urllib3.exceptions.SSLError(cause))


def test_a_context_that_is_missing_is_bad_input(server: ApiServer, tmp_path: Path) -> None:
    """A wrong context or file is the user's to mend, and the message names it."""
    with pytest.raises(BadInput, match="'other'"):
        Client.from_kubeconfig(server.kubeconfig(tmp_path), "other")
    with pytest.raises(BadInput, match="no such file"):
        Client.from_kubeconfig(tmp_path / "nowhere", "tiny")


def test_requests_are_counted_by_verb_and_streams_apart(client: Client, server: ApiServer) -> None:
    """The cost in requests can be reported."""
    server.raw["/x"] = b"{}"
    client.request("GET", "/x")
    client.request("DELETE", "/x")
    list(client.stream("/x"))
    assert client.requests == {"GET": 1, "DELETE": 1, "STREAM": 1}


def test_closing_a_stream_from_another_thread_ends_it_promptly(client: Client, server: ApiServer) -> None:
    """A thread that is blocked in an idle stream ends within a moment of `close`."""
    stream = client.stream("/api/v1/pods", {"watch": "true", "resourceVersion": "100"})
    lines: list[bytes] = []
    reader = threading.Thread(target=lambda: lines.extend(stream))
    reader.start()
    server.put("web")
    with server.changed:
        server.changed.wait_for(lambda: bool(lines), 0.05)
    begun = time.monotonic()
    stream.close()
    reader.join(2)
    assert not reader.is_alive()
    assert time.monotonic() - begun < 0.5


def test_lines_are_whole_however_the_bytes_are_cut(client: Client, server: ApiServer) -> None:
    """Lines are split at newlines only, the last one may lack its newline."""
    server.raw["/log"] = b"one\ntwo two\n\n" + b"x" * 200_000 + b"\nlast"
    assert list(client.stream("/log")) == [b"one", b"two two", b"", b"x" * 200_000, b"last"]


def test_a_silent_stream_is_given_up(client: Client, server: ApiServer) -> None:
    """A stream on which nothing comes for its limit is a broken cluster, not an endless wait."""
    stream = client.stream("/api/v1/pods", {"watch": "true", "resourceVersion": "100"}, timeout_seconds=0.1)
    with pytest.raises(ClusterBroken, match="timed out"):
        list(stream)
