"""A few plain HTTPS requests to one API server with a token, before any client library is worth loading."""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.model.errors import ApiError

_UNREACHABLE = (OSError, http.client.HTTPException)


class Answer(NamedTuple):
    """A status code, 0 where the server did not answer, and the body."""

    status: int
    body: bytes


class BareApi:
    """One API server on the loopback address, one token; keeps one connection. Not for use by several threads."""

    def __init__(self, port: int, authority: Path, token: str) -> None:
        """`authority`: PEM file of the certificates to trust. Raises OSError where it cannot be read."""
        self._port = port
        self._tls = ssl.create_default_context(cafile=str(authority))
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection: http.client.HTTPSConnection | None = None

    def ask(self, method: str, path: str, body: object = None, *, timeout_seconds: float = 5.0) -> Answer:
        """One request, a PATCH being a JSON merge patch; never raises for a server that is away or says no."""
        connection = self._connection or http.client.HTTPSConnection("127.0.0.1", self._port, context=self._tls)
        connection.timeout = timeout_seconds
        if connection.sock is not None:
            connection.sock.settimeout(timeout_seconds)
        headers = self._headers | ({"Content-Type": "application/merge-patch+json"} if method == "PATCH" else {})
        try:
            connection.request(method, path, None if body is None else msgspec.json.encode(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        except _UNREACHABLE:
            self.close()
            return Answer(0, b"")
        self._connection = connection
        return Answer(answer.status, content)

    def close(self) -> None:
        """Drop the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def create(self, path: str, body: object) -> None:
        """POST an object; one that is there already is no error. Raises ApiError for any other refusal."""
        answer = self.ask("POST", path, body)
        if answer.status not in (201, 409):
            raise ApiError("POST", path, answer.status, "", answer.body.decode(errors="replace")[:500])
