"""Plain requests to the API server with nothing but the standard library, so that truth owes nothing to the harness."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from ruamel.yaml import YAML

AGENT = "healproof-bench"
TIMEOUT_SECONDS = 60.0
IDLE_SECONDS_MAX = 20.0
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"


class Refused(RuntimeError):
    """The API server answered with an error status."""


class Wire:
    """One kept connection to the API server that a kubeconfig's current context names. For one thread."""

    def __init__(self, kubeconfig: str) -> None:
        document = YAML(typ="safe").load(Path(kubeconfig).read_text())
        context = _named(document["contexts"], document["current-context"])["context"]
        cluster = _named(document["clusters"], context["cluster"])["cluster"]
        user = _named(document["users"], context["user"])["user"]
        address = urlsplit(cluster["server"])
        self._used_at = 0.0
        self._headers = {"User-Agent": AGENT, "Accept": "application/json"}
        if "token" in user or "tokenFile" in user:
            token = user.get("token") or Path(user["tokenFile"]).read_text().strip()
            self._headers["Authorization"] = f"Bearer {token}"
        self._connection = http.client.HTTPSConnection(
            address.hostname or "", address.port, timeout=TIMEOUT_SECONDS, context=_trust(cluster, user)
        )

    def ask(self, method: str, path: str, body: object = None, content: str = "application/json") -> dict[str, Any]:
        """One request; gives the decoded answer. Raises Refused."""
        if time.monotonic() - self._used_at > IDLE_SECONDS_MAX:  # the server may have closed it meanwhile
            self._connection.close()
        payload = None if body is None else json.dumps(body)
        self._connection.request(method, path, payload, {**self._headers, "Content-Type": content})
        answer = self._connection.getresponse()
        data = answer.read()
        self._used_at = time.monotonic()
        if answer.status >= 400:
            raise Refused(f"{method} {path}: {answer.status} {data[:300].decode(errors='replace')}")
        decoded: dict[str, Any] = json.loads(data)
        return decoded

    def watch(self, path: str, version: str, seconds: int = 3600) -> Iterator[bytes]:
        """The lines of a watch from a resource version on, each as soon as it is there, until the server ends it."""
        query = {"watch": "1", "resourceVersion": version, "timeoutSeconds": seconds, "allowWatchBookmarks": "true"}
        self._connection.timeout = seconds + TIMEOUT_SECONDS
        self._connection.request("GET", f"{path}?{urlencode(query)}", None, self._headers)
        answer = self._connection.getresponse()
        if answer.status >= 400:
            raise Refused(f"watch {path}: {answer.status}")
        yield from answer

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(entry for entry in entries if entry["name"] == name)


def _trust(cluster: dict[str, Any], user: dict[str, Any]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=cluster.get("certificate-authority"))
    if "certificate-authority-data" in cluster:
        context.load_verify_locations(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    if "client-certificate" in user:
        context.load_cert_chain(user["client-certificate"], user["client-key"])
    elif "client-certificate-data" in user:
        with tempfile.NamedTemporaryFile() as file:  # ssl takes a certificate and its key from files alone
            file.write(base64.b64decode(user["client-certificate-data"]))
            file.write(b"\n" + base64.b64decode(user["client-key-data"]))
            file.flush()
            context.load_cert_chain(file.name)
    return context
