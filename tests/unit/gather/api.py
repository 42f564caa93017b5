"""A real HTTP server that answers GETs by their path, and keeps what it was asked; it knows nothing of the harness."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

EMPTY = {"items": []}


class Api:
    """`answers` are bodies by path (bytes or JSON), `statuses` what is refused; all else is an empty list."""

    def __init__(self, answers: Mapping[str, Any] | None = None, statuses: Mapping[str, int] | None = None) -> None:
        self.answers = dict(answers or {})
        self.statuses = dict(statuses or {})
        self.asked: list[tuple[str, str, str]] = []
        self.silent: set[str] = set()
        self.released = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.api = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def kubeconfig(self, folder: Path) -> Path:
        """A kubeconfig for it, context `tiny`."""
        path = folder / "kubeconfig"
        server = f"http://127.0.0.1:{self._http.server_address[1]}"
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "tiny",
            "clusters": [{"name": "tiny", "cluster": {"server": server}}],
            "users": [{"name": "tiny", "user": {}}],
            "contexts": [{"name": "tiny", "context": {"cluster": "tiny", "user": "tiny", "namespace": "shop"}}],
        }
        path.write_text(json.dumps(config))
        return path

    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [path for _, path, _ in self.asked]

    def close(self) -> None:
        """End it, and whoever it kept waiting."""
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    api: Api
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        api, path = self.server.api, urlsplit(self.path).path
        api.asked.append((self.command, path, self.headers.get("accept", "")))
        if {path, self.path, "*"} & api.silent:
            api.released.wait()
        answer = api.answers.get(path, EMPTY)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        status = api.statuses.get(path, 200)
        if status >= 400 and path not in api.answers:
            body = json.dumps({"kind": "Status", "reason": "Refused", "message": "no"}).encode()
        with contextlib.suppress(ConnectionError):  # whoever asked has not waited
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - that they are asked is what a test finds

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
        """Nothing."""
