from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.kube.client import Client

from .api_server import ApiServer

TOKEN = "s3cr3t-token"  # noqa: S105 - no secret, but it must never be seen


@pytest.fixture
def server() -> Iterator[ApiServer]:
    server = ApiServer()
    yield server
    server.close()


@pytest.fixture
def client(server: ApiServer, tmp_path: Path) -> Iterator[Client]:
    client = Client.from_kubeconfig(server.kubeconfig(tmp_path, token=TOKEN), "tiny")
    yield client
    client.close()
