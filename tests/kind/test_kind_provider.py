from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.machine.clock import wait_until
from harness.machine.progress import Silent
from harness.model.cluster import Capability, ClusterRecord
from harness.model.errors import ClusterBroken
from harness.providers import kind as kind_module
from harness.providers.base import Leftover
from harness.providers.engines import engine_named
from harness.providers.kind import KindProvider
from harness.providers.kind_outages import KUBECTL

pytestmark = [pytest.mark.kind, pytest.mark.slow]

PROVIDER = KindProvider()
NAME = f"healproof-tests-{os.getpid()}"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("state")
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def record(state: Path) -> Iterator[ClusterRecord]:
    """One cluster for all tests that leave it as they found it."""
    assert state.is_dir()
    record = PROVIDER.up(NAME, "one-node", Silent())
    yield record
    PROVIDER.down(record)


def kubectl(record: ClusterRecord, *words: str, stdin: object = None) -> str:
    raw = json.dumps(stdin).encode() if stdin is not None else None
    done = PROVIDER.node_exec(record, record.nodes[0], [*KUBECTL, *words], timeout_seconds=60, stdin=raw)
    return done.text + done.stderr.decode()


def own_leftovers(known: list[ClusterRecord]) -> list[Leftover]:
    return [leftover for leftover in PROVIDER.leftovers(known) if NAME in leftover.name]


def test_a_new_cluster_is_alive_and_says_what_it_can_carry(record: ClusterRecord) -> None:
    """`up` gives a cluster that answers, with the facts a fresh process needs to find it again."""
    assert PROVIDER.alive(record)
    assert Capability.BOUNDED_VOLUMES in record.capabilities
    assert record.kubernetes_version.startswith("v1.")
    assert record.nodes == (f"{NAME}-control-plane",)
    assert "Ready" in kubectl(record, "get", "nodes")


def test_credentials_stay_in_the_clusters_own_folder(record: ClusterRecord, state: Path) -> None:
    """The kubeconfig is the cluster's own, readable by its owner alone; the user's is never written."""
    path = Path(record.kubeconfig)
    assert path.is_relative_to(state)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    users = Path.home() / ".kube" / "config"
    assert not users.exists() or NAME not in users.read_text()


def test_the_audit_log_tells_who_changed_what_and_when(record: ClusterRecord) -> None:
    """Each write is in the log that the host reads, with both of its times in microseconds, and no read is."""
    kubectl(record, "create", "configmap", "seen-by-audit", "--namespace=default")

    def logged() -> dict[str, str] | None:
        entries = [json.loads(line) for line in Path(record.audit_log or "").read_text().splitlines()]
        assert not {entry["verb"] for entry in entries} & {"get", "list", "watch"}
        wanted = [entry for entry in entries if (entry.get("objectRef") or {}).get("name") == "seen-by-audit"]
        return wanted[0] if wanted else None

    entry = wait_until(logged, timeout_seconds=5)
    assert entry is not None
    assert (entry["verb"], entry["level"]) == ("create", "Metadata")
    for stamp in ("requestReceivedTimestamp", "stageTimestamp"):
        assert len(entry[stamp]) == len("2026-01-01T00:00:00.000000Z")


def test_a_volume_is_a_file_system_of_its_own(record: ClusterRecord) -> None:
    """Writing more than the claim gives ENOSPC, a read-only remount gives EROFS, and the node's disk feels neither."""
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "small", "namespace": "default"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "16Mi"}}},
    }
    container = {
        "name": "writer",
        "image": record.facts["agnhost"],
        "command": ["sh", "-c", "sleep 3600"],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "small"}}]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "writer", "namespace": "default"},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "serviceAccountName": "default",
            "containers": [container],
            "volumes": volumes,
        },
    }
    for document in (claim, pod):
        kubectl(record, "create", "-f", "-", stdin=document)
    kubectl(record, "wait", "--for=condition=Ready", "pod/writer", "--timeout=50s")
    inside = ("exec", "writer", "--")
    filled = kubectl(record, *inside, "dd", "if=/dev/zero", "of=/data/fill", "bs=1M", "count=32")
    assert "No space left on device" in filled
    kubectl(record, *inside, "rm", "/data/fill")
    folder = PROVIDER.node_exec(
        record, record.nodes[0], ["sh", "-c", "ls -d /var/local-path-provisioner/*_small"], timeout_seconds=20
    ).text
    PROVIDER.node_exec(record, record.nodes[0], ["mount", "-o", "remount,ro", folder], timeout_seconds=20)
    assert "Read-only file system" in kubectl(record, *inside, "touch", "/data/x")
    PROVIDER.node_exec(record, record.nodes[0], ["mount", "-o", "remount,rw", folder], timeout_seconds=20)
    assert kubectl(record, *inside, "touch", "/data/x") == ""
    kubectl(record, "delete", "pod/writer", "pvc/small", "--wait=true", "--timeout=40s")
    mounted = wait_until(
        lambda: PROVIDER.node_exec(record, record.nodes[0], ["mountpoint", folder], timeout_seconds=20).code != 0,
        timeout_seconds=30,
    )
    assert mounted


def test_a_failed_up_removes_what_it_made(record: ClusterRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of `up` leaves no container, network or file, and other clusters as they were."""

    def interrupted(_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(kind_module, "canary_manifest", interrupted)
    with pytest.raises(KeyboardInterrupt):
        PROVIDER.up(f"{NAME}-b", "one-node", Silent())
    assert own_leftovers([record]) == []
    assert not (Path(record.kubeconfig).parent.parent / f"{NAME}-b" / "kubeconfig").exists()
    assert PROVIDER.alive(record)


def test_a_dead_cluster_is_seen_and_removed_without_a_trace(record: ClusterRecord) -> None:
    """A cluster whose node died is not alive; without its record it is a leftover; `down` leaves nothing, twice."""
    engine = engine_named(record.facts["engine"])
    engine.run("kill", record.nodes[0])
    wait_until(lambda: not PROVIDER.alive(record), timeout_seconds=10)
    assert not PROVIDER.alive(record)
    with pytest.raises(ClusterBroken, match="does not run"):
        PROVIDER.node_exec(record, record.nodes[0], ["true"], timeout_seconds=10)
    assert own_leftovers([record]) == []
    assert own_leftovers([]) == [Leftover("container", record.nodes[0]), Leftover("network", NAME)]
    PROVIDER.down(record)
    PROVIDER.down(record)
    assert own_leftovers([]) == []
    assert not Path(record.kubeconfig).exists()
