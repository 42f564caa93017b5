"""A real HTTP server that speaks the list and watch protocol for pods; it knows nothing of the harness."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Pod = dict[str, Any]


class ApiServer:
    """Pods, the history of their changes, and the ways in which a watch can go wrong."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.pods: dict[tuple[str, str], Pod] = {}
        self.history: list[tuple[int, str, Pod]] = []
        self.version = 100
        self.oldest = 0
        self.generation = 0  # watches of an older generation are cut
        self.refuse: tuple[int, dict[str, Any]] | None = None
        self.expired_in_stream = False
        self.lists = 0
        self.raw: dict[str, bytes] = {}
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.api = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def kubeconfig(self, folder: Path, token: str = "") -> Path:
        path = folder / "kubeconfig"
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "tiny",
            "clusters": [{"name": "tiny", "cluster": {"server": self.url}}],
            "users": [{"name": "tiny", "user": {"token": token} if token else {}}],
            "contexts": [{"name": "tiny", "context": {"cluster": "tiny", "user": "tiny"}}],
        }
        path.write_text(json.dumps(config))
        return path

    def put(self, name: str, namespace: str = "a", uid: str = "") -> None:
        with self.changed:
            old = self.pods.get((namespace, name))
            uid = uid or (old["metadata"]["uid"] if old else f"uid-{self.version}")
            self._record("MODIFIED" if old else "ADDED", namespace, name, uid)

    def delete(self, name: str, namespace: str = "a") -> None:
        with self.changed:
            old = self.pods.get((namespace, name))
            if old is not None:
                self._record("DELETED", namespace, name, old["metadata"]["uid"])

    def replace(self, name: str, namespace: str = "a") -> None:
        """Delete it and make another one under its name."""
        self.delete(name, namespace)
        self.put(name, namespace)

    def bookmark(self) -> None:
        with self.changed:
            self.version += 1
            marked = {"metadata": {"resourceVersion": str(self.version)}}
            self.history.append((self.version, "BOOKMARK", marked))
            self.changed.notify_all()

    def cut(self) -> None:
        """Break all watches off."""
        with self.changed:
            self.generation += 1
            self.changed.notify_all()

    def compact(self) -> None:
        """Break all watches off and forget the history, so that they must list again."""
        with self.changed:
            self.version += 1
            self.oldest = self.version
            self.cut()

    def close(self) -> None:
        self.cut()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _record(self, op: str, namespace: str, name: str, uid: str) -> None:
        self.version += 1
        meta = {"name": name, "namespace": namespace, "uid": uid, "resourceVersion": str(self.version)}
        pod = {"metadata": meta, "spec": {"nodeName": "n", "unknown": [1, {"x": None}]}, "status": {"phase": "Running"}}
        if op == "DELETED":
            del self.pods[namespace, name]
        else:
            self.pods[namespace, name] = pod
        self.history.append((self.version, op, pod))
        self.changed.notify_all()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    api: ApiServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.api.seen.append((self.command, url.path, dict(self.headers), body))
        if self.api.refuse is not None:
            status, data = self.api.refuse
            self._answer(status, json.dumps(data).encode())
        elif url.path in self.api.raw:
            self._answer(200, self.api.raw[url.path])
        elif "watch" in query:
            self._watch(int(query["resourceVersion"]))
        else:
            self._list(int(query["limit"]), query.get("continue", ""))

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the names that http.server calls

    def _list(self, limit: int, token: str) -> None:
        with self.api.changed:
            self.api.lists += 1
            start = int(token or 0)
            items = list(self.api.pods.values())[start : start + limit]
            more = str(start + limit) if start + limit < len(self.api.pods) else ""
            page = {"metadata": {"resourceVersion": str(self.api.version), "continue": more}, "items": items}
        self._answer(200, json.dumps(page).encode())

    def _watch(self, version: int) -> None:
        expired = {"kind": "Status", "code": 410, "reason": "Expired", "message": f"too old: {version}"}
        with self.api.changed:
            generation, too_old = self.api.generation, version < self.api.oldest
        if too_old and not self.api.expired_in_stream:
            self._answer(410, json.dumps(expired).encode())
            return
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        if too_old:
            self._send_event("ERROR", expired)
        else:
            self._send_history(version, generation)
        self.close_connection = True

    def _send_history(self, version: int, generation: int) -> None:
        while True:
            with self.api.changed:
                self.api.changed.wait_for(lambda seen=version: self._is_news(seen, generation), 20)
                if self.api.generation != generation:
                    return
                news = [entry for entry in self.api.history if entry[0] > version]
                version = self.api.version
            for _, op, thing in news:
                self._send_event(op, thing)

    def _send_event(self, op: str, thing: dict[str, Any]) -> None:
        line = json.dumps({"type": op, "object": thing}).encode() + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        self.wfile.flush()

    def _answer(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        return

    def _is_news(self, version: int, generation: int) -> bool:
        return self.api.generation != generation or self.api.version > version

    @property
    def api(self) -> ApiServer:
        return self.server.api
