from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.kube.client import Client

from .api import Api


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    yield api
    api.close()


@pytest.fixture
def client(api: Api, tmp_path: Path) -> Iterator[Client]:
    client = Client.from_kubeconfig(api.kubeconfig(tmp_path), "tiny")
    yield client
    client.close()
