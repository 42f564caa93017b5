"""Running a command in a container over the API server's websocket; knows nothing of what the command is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol
from urllib.parse import urlencode

import msgspec

from harness.kube.client import Client, explain, read_status
from harness.kube.resources import resource
from harness.model.errors import ApiError, ClusterBroken


class Executed(NamedTuple):
    """How a command in a container ended."""

    stdout: bytes
    stderr: bytes
    exit_code: int


def exec_in_pod(
    client: Client,
    namespace: str,
    name: str,
    argv: Sequence[str],
    *,
    container: str = "",
    timeout_seconds: float = 10.0,
) -> Executed:
    """Run a command to its end; the exit code is the caller's to judge.

    Raises ApiError where the server refuses it, ClusterBroken when the command has not ended in `timeout_seconds`
    (it is not killed) or the connection is lost.
    """
    # websockets and a second YAML parser that only an exec pays for
    from kubernetes.client.exceptions import ApiException  # noqa: PLC0415
    from kubernetes.stream.ws_client import WSClient  # noqa: PLC0415
    from websocket import WebSocketBadStatusException, WebSocketException  # noqa: PLC0415

    path = resource("pods").path(namespace, name, "exec")
    query = [("command", word) for word in argv] + [("stdout", "true"), ("stderr", "true")]
    if container:
        query.append(("container", container))
    url = f"ws{client.server.removeprefix('http')}{path}?{urlencode(query)}"
    connect: Callable[..., _Session] = WSClient
    client.count("EXEC")
    try:
        session = connect(client.configuration, url, client.headers(path), capture_all=False, binary=True)
    except WebSocketBadStatusException as error:
        raise ApiError("GET", path, error.status_code, *read_status(error.resp_body or b"")) from None
    except (WebSocketException, OSError, ApiException) as error:
        raise ClusterBroken(f"exec in {namespace}/{name}: {explain(error)}") from None
    try:
        session.run_forever(timeout=timeout_seconds)
        if session.is_open():
            raise ClusterBroken(f"exec in {namespace}/{name}: {argv[0]} has not ended after {timeout_seconds:g} s")
        out, err, status = (session.read_channel(channel) for channel in (1, 2, 3))
    except (WebSocketException, OSError) as error:
        raise ClusterBroken(f"exec in {namespace}/{name}: {explain(error)}") from None
    finally:
        session.close()
        session.sock.shutdown()  # `close` leaves the socket open where the server closed first
    return Executed(out, err, _exit_code(status, f"{namespace}/{name}"))


def _exit_code(status: bytes, where: str) -> int:
    if not status:
        raise ClusterBroken(f"exec in {where}: the connection ended before the command did")
    ended = msgspec.json.decode(status, type=_Ended)
    if ended.status == "Success":
        return 0
    for cause in ended.details.causes:
        if cause.reason == "ExitCode":
            return int(cause.message)
    raise ClusterBroken(f"exec in {where}: {ended.message}")


class _Socket(Protocol):
    def shutdown(self) -> None: ...


class _Session(Protocol):
    """What is used of the client library's websocket session, which has no types."""

    sock: _Socket

    def run_forever(self, timeout: float) -> None: ...
    def is_open(self) -> bool: ...
    def read_channel(self, channel: int) -> bytes: ...
    def close(self) -> None: ...


class _Cause(msgspec.Struct, frozen=True):
    reason: str = ""
    message: str = ""


class _Details(msgspec.Struct, frozen=True):
    causes: list[_Cause] = []


class _Ended(msgspec.Struct, frozen=True):
    status: str = ""
    message: str = ""
    details: _Details = _Details()
