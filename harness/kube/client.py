"""Raw requests and line streams to one API server; it owns connections and credentials and knows no resource."""

from __future__ import annotations

import contextlib
import functools
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self
from urllib.parse import urlencode

import msgspec
import urllib3

from harness.model.errors import ApiError, BadInput, ClusterBroken

if TYPE_CHECKING:
    from kubernetes.client.configuration import Configuration

CONNECTIONS_KEPT = 32
CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 150.0
"""A stream that says nothing for so long is given up: an idle watch gets a bookmark about once a minute."""

_PIECE_BYTES = 1 << 16
_BROKEN_OFF = (urllib3.exceptions.HTTPError, OSError, ValueError, AttributeError)
_Query = Mapping[str, str | int | list[str]]


class Answer(NamedTuple):
    """What the server said to a GET; `date` is its own time, as HTTP writes it."""

    status: int
    body: bytes
    date: str


class Client:
    """One API server, one identity. Safe to share between threads.

    `requests` counts what was asked of the server by HTTP verb; streams count as `STREAM`, execs as `EXEC`.
    """

    def __init__(self, configuration: Configuration) -> None:
        # kubernetes.client is imported by from_kubeconfig already; here it costs nothing
        from kubernetes.client.api_client import ApiClient  # noqa: PLC0415

        configuration.connection_pool_maxsize = CONNECTIONS_KEPT
        configuration.keep_alive = True
        configuration.retries = False
        self._api = ApiClient(configuration=configuration)
        self._pool: urllib3.PoolManager = self._api.rest_client.pool_manager
        self._auth_lock = threading.Lock()
        self._count_lock = threading.Lock()
        self.configuration = configuration
        self.server: str = configuration.host
        self.requests: Counter[str] = Counter()

    @classmethod
    def from_kubeconfig(cls, path: str | Path, context: str) -> Self:
        """The client for one context of a kubeconfig file, which is only read.

        Raises BadInput where the file or the context cannot be used.
        """
        # 0.2 s and 50 MB that `--help` and rejudging need not pay
        from kubernetes import config  # noqa: PLC0415

        if not Path(path).is_file():
            raise BadInput(f"kubeconfig {path}: no such file", hint="name the kubeconfig of a running cluster")
        try:
            api = config.new_client_from_config(  # type: ignore[no-untyped-call]
                config_file=str(path), context=context, persist_config=False
            )
        except config.ConfigException as error:
            raise BadInput(
                f"kubeconfig {path}, context {context!r}: {error}",
                hint="`kubectl config get-contexts` lists what the file holds",
            ) from None
        return cls(api.configuration)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: _Query | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        timeout_seconds: float = 10.0,
    ) -> bytes:
        """Send one request and give the body of its answer, undecoded.

        `body` is bytes, or builtins that become JSON. A GET that met a connection the server had just closed is
        sent once more; nothing else is repeated. Raises ApiError for an error status, ClusterBroken where no
        answer came within `timeout_seconds`.
        """
        self.count(method)
        send = functools.partial(
            self._send,
            method,
            path,
            query=query,
            timeout_seconds=timeout_seconds,
            body=body,
            content_type=content_type,
            accept=accept,
        )
        with _explained(method, path):
            try:
                response = send()
                data = response.read(decode_content=True)
            except urllib3.exceptions.ProtocolError:
                if method != "GET":
                    raise
                response = send()
                data = response.read(decode_content=True)
        _require_success(method, path, response.status, data)
        return data

    def ask(self, path: str, query: _Query | None = None, *, timeout_seconds: float = 10.0) -> Answer:
        """A GET of which a refusal is an answer too, such as a health check; raises ClusterBroken where none came."""
        self.count("GET")
        with _explained("GET", path):
            response = self._send("GET", path, query=query, timeout_seconds=timeout_seconds)
            return Answer(response.status, response.read(decode_content=True), response.headers.get("date", ""))

    def stream(self, path: str, query: _Query | None = None, *, timeout_seconds: float = SILENCE_SECONDS) -> LineStream:
        """Open a stream of lines (a watch, a followed log); it ends when nothing comes for `timeout_seconds`.

        Raises ApiError, ClusterBroken.
        """
        self.count("STREAM")
        with _explained("GET", path):
            response = self._send("GET", path, query=query, timeout_seconds=timeout_seconds)
            refusal = response.read(decode_content=True) if response.status >= 400 else b""
        _require_success("GET", path, response.status, refusal)
        return LineStream(response, path)

    def headers(self, path: str = "", method: str = "GET") -> dict[str, str]:
        """The headers that authenticate a request; they hold the secret, so never log them."""
        headers: dict[str, str] = {}
        with self._auth_lock:  # an exec plugin that fetches a new token must run once, not once a thread
            self._api.update_params_for_auth(headers, [], ["BearerToken"], path, method, None)
        return headers

    def count(self, verb: str) -> None:
        """Count one request."""
        with self._count_lock:
            self.requests[verb] += 1

    def close(self) -> None:
        """Let go of idle connections; streams end by their own `close`."""
        self._pool.clear()

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: _Query | None,
        timeout_seconds: float,
        body: object = None,
        content_type: str = "",
        accept: str = "application/json",
    ) -> urllib3.BaseHTTPResponse:
        headers = {"accept": accept, "user-agent": "healproof", **self.headers(path, method)}
        payload = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        if payload is not None:
            headers["content-type"] = content_type
        return self._pool.request(
            method,
            self.server + path + ("?" + urlencode(query, doseq=True) if query else ""),
            body=payload,
            headers=headers,
            timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, timeout_seconds), read=timeout_seconds),
            retries=False,  # urllib3 would repeat DELETE and PUT too
            preload_content=False,
        )


class LineStream:
    """Lines as they arrive. One thread iterates; any thread may `close`, which ends the iteration at once."""

    def __init__(self, response: urllib3.BaseHTTPResponse, path: str) -> None:
        self._response = response
        self._path = path
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        for lines in self.batches():
            yield from lines

    def batches(self) -> Iterator[list[bytes]]:
        """The complete lines of each piece that arrived, so that a caller can read the clock once, before decoding.

        Raises ClusterBroken where the connection was lost; a line that was cut off is not given.
        """
        cut: list[bytes] = []
        try:
            for piece in self._response.stream(_PIECE_BYTES, decode_content=False):
                first, *others = piece.split(b"\n")
                cut.append(first)
                if others:
                    lines = [b"".join(cut), *others[:-1]]
                    cut = [others[-1]]
                    yield lines
        except _BROKEN_OFF as error:  # the last two come of a socket that `close` shut down under the reader
            if self._closed:
                return
            raise ClusterBroken(f"GET {self._path}: the stream broke off: {explain(error)}") from None
        finally:
            self._response.close()
        if not self._closed and any(cut):
            yield [b"".join(cut)]

    def close(self) -> None:
        """End the iteration. Only the socket is shut down here: closing would wait for the thread that reads."""
        self._closed = True
        with contextlib.suppress(ValueError, RuntimeError, OSError):
            self._response.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self._response.close()


class _Status(msgspec.Struct):
    reason: str = ""
    message: str = ""


# made before any thread decodes: two threads that meet a type for the first time crash msgspec 0.22
_decode_status = msgspec.json.Decoder(_Status).decode


@contextlib.contextmanager
def _explained(method: str, path: str) -> Iterator[None]:
    """Transport errors leave as ClusterBroken; their own text is dropped, for it may carry credentials."""
    try:
        yield
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise ClusterBroken(
            f"{method} {path}: no answer from the API server: {explain(error)}",
            hint="`healproof list` shows whether the cluster still runs",
        ) from None


def _require_success(method: str, path: str, status: int, data: bytes) -> None:
    if status >= 400:
        reason, message = read_status(data)
        raise ApiError(method, path, status, reason, withhold(path, message))


def read_status(data: bytes) -> tuple[str, str]:
    """Reason and message of the Status that an error came with, or the start of what came instead."""
    try:
        status = _decode_status(data)
    except msgspec.DecodeError:  # a proxy's page, or the plain text of the authentication layer
        return "", data[:300].decode(errors="replace").strip()
    return status.reason, status.message


def withhold(path: str, message: str) -> str:
    """The server's message as far as it may be shown: validation errors of a Secret can quote its data."""
    return "message withheld, it may quote a secret" if "/secrets" in path else message


def explain(error: BaseException) -> str:
    """A transport error in a few words, without URL, header or body: those may carry credentials."""
    chain = list(_causes(error))
    for cause in reversed(chain):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted: {cause.verify_message}"
        if isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError):
            return "timed out"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
    return type(chain[-1]).__name__


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):  # outermost first; a cycle must not hang the report of an error
        if error is None:
            return
        yield error
        inner = [value for value in (getattr(error, "reason", None), *error.args) if isinstance(value, BaseException)]
        error = inner[0] if inner else error.__cause__ or error.__context__
