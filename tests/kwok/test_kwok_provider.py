import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest

from harness.kube.client import Client
from harness.machine.clock import wait_until
from harness.machine.process import pipe
from harness.machine.progress import Silent
from harness.model.errors import BadInput, ClusterBroken
from harness.providers import catalogue, kwok_parts
from harness.providers.cluster_files import cluster_dir
from harness.providers.kubeconfig import KubeconfigProvider
from harness.providers.kwok import KwokProvider
from harness.providers.kwok_shape import PROGRAMS
from harness.providers.processes import Identity, end, identify, running, with_argument_below

pytestmark = pytest.mark.kwok


@pytest.fixture
def own_state(tmp_path, monkeypatch):
    """A state folder of the test's own; whatever still works in it afterwards is ended."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    # kind's containers are the machine's: in an empty state folder somebody else's would look like leftovers
    monkeypatch.setattr(catalogue, "_providers", lambda: {"kwok": KwokProvider})
    yield tmp_path
    end(with_argument_below(tmp_path))


def up(name, shape="default"):
    return catalogue.up("kwok", shape, name=name, progress=Silent())


def client_of(record):
    return Client.from_kubeconfig(record.kubeconfig, record.context)


def processes_of(record):
    return {program: Identity.parse(record.facts[program]) for program in PROGRAMS}


def test_a_cluster_is_up_in_seconds_and_reused_at_once(own_state, capsys):
    """A cluster comes up ready, is given back from its record, and down leaves neither process nor file."""
    begun = time.monotonic()
    record = up("one")
    made = time.monotonic()
    assert up("one") == record
    reused = time.monotonic()
    with capsys.disabled():
        sys.stdout.write(f"\nkwok up {made - begun:.2f} s, reused {(reused - made) * 1000:.0f} ms\n")
    assert [row.alive for row in catalogue.list_clusters()] == [True]
    assert catalogue.leftovers() == []
    assert Path(record.kubeconfig).stat().st_mode & 0o777 == 0o600
    catalogue.down("one")
    assert not any(map(running, processes_of(record).values()))
    assert with_argument_below(own_state) == {}
    assert not cluster_dir("one").exists()


def test_two_clusters_side_by_side_share_nothing(own_state):
    """A namespace made in one cluster is not in the other, whose end leaves the first alive."""
    one, two = up("one"), up("two")
    assert one.facts["port"] != two.facts["port"]
    assert set(processes_of(one).values()).isdisjoint(processes_of(two).values())
    client = client_of(one)
    client.request("POST", "/api/v1/namespaces", body={"metadata": {"name": "only-here"}})
    other = client_of(two)
    assert b"only-here" not in other.request("GET", "/api/v1/namespaces")
    other.close()
    catalogue.down("two")
    assert b"only-here" in client.request("GET", "/api/v1/namespaces")
    assert b'"only-here"' in Path(one.audit_log).read_bytes()
    client.close()


@pytest.mark.parametrize("program", ["kube-scheduler", "kube-apiserver"])
def test_a_cluster_that_lost_a_process_is_replaced(own_state, program):
    """With one of its processes killed a cluster is dead, and asking for it gives a whole new one."""
    first = up("one")
    os.kill(processes_of(first)[program].pid, signal.SIGKILL)
    assert wait_until(lambda: not KwokProvider().alive(first), timeout_seconds=5)
    second = up("one")
    assert KwokProvider().alive(second)
    assert set(processes_of(first).values()).isdisjoint(processes_of(second).values())
    assert not any(map(running, processes_of(first).values()))


def test_a_cluster_outlives_the_harness_that_made_it(own_state):
    """After kill -9 of the process that made it, the next process reuses the cluster."""
    code = (
        "import time; from harness.providers import catalogue; from harness.machine.progress import Silent\n"
        "record = catalogue.up('kwok', 'default', name='one', progress=Silent())\n"
        "print(record.facts['etcd'], flush=True); time.sleep(60)\n"
    )
    with pipe([sys.executable, "-c", code]) as maker:
        etcd = maker.stdout.readline().decode().strip()
        assert re.fullmatch(r"\d+:\d+", etcd), etcd
        maker.kill()
    assert up("one").facts["etcd"] == etcd


def test_what_a_killed_up_left_behind_is_found_and_removed(own_state):
    """After kill -9 in the middle of `up` its processes and folder are leftovers, and nothing of them remains."""
    code = (
        "from harness.providers import catalogue; from harness.machine.progress import Silent\n"
        "catalogue.up('kwok', 'default', name='one', progress=Silent())\n"
    )
    with pipe([sys.executable, "-c", code]) as maker:
        assert wait_until(lambda: len(with_argument_below(own_state)) >= 2, timeout_seconds=20, every_seconds=0.01)
        assert catalogue.leftovers() == [], "a cluster that is being made is nobody's leftover"
        maker.kill()
    found = {leftover.kind for _, leftover in catalogue.leftovers()}
    assert found == {"process", "folder"}
    catalogue.remove_leftovers()
    assert catalogue.leftovers() == []
    assert with_argument_below(own_state) == {}
    assert not (cluster_dir("one") / "kwok").exists()


def test_an_up_that_fails_removes_what_it_made_and_shows_the_log(own_state, monkeypatch):
    """A control plane that cannot start is an error with its own words, and no process stays."""
    wrong = {**kwok_parts._DEFAULTS, "kube-apiserver": lambda *_: {"no-such-flag": "1"}}
    monkeypatch.setattr(kwok_parts, "_DEFAULTS", wrong)
    with pytest.raises(ClusterBroken, match="no-such-flag"):
        up("one")
    assert with_argument_below(own_state) == {}
    assert catalogue.list_clusters() == []
    assert not (cluster_dir("one") / "kwok").exists()


def test_a_node_without_its_simulated_kubelet_becomes_not_ready_and_comes_back(own_state):
    """Taking the label away stops a node's heartbeat: the compressed timers notice it within seconds."""
    record = up("one", "compressed")
    client = client_of(record)

    def label(value):
        patch = {"metadata": {"labels": {"healproof.dev/simulated": value}}}
        client.request("PATCH", "/api/v1/nodes/node-1", body=patch, content_type="application/merge-patch+json")

    def ready(status):
        node = client.request("GET", "/api/v1/nodes/node-1").replace(b" ", b"")
        return re.search(rb'"type":"Ready","status":"(\w+)"', node)[1].decode() == status

    label(None)
    assert wait_until(lambda: ready("Unknown"), timeout_seconds=30)
    label("true")
    assert wait_until(lambda: ready("True"), timeout_seconds=30)
    client.close()


def test_an_identity_is_of_this_boot(own_state):
    """The identity that a record holds is the one the running process has."""
    record = up("one")
    for identity in processes_of(record).values():
        assert identify(identity.pid) == identity


def test_a_cluster_of_ones_own_is_attached_to_by_name_and_forgotten(own_state, monkeypatch):
    """The kubeconfig provider copies one context, allows the named namespaces only, and leaves the cluster as it is."""
    record = up("one")

    def provider(*namespaces):
        return KubeconfigProvider(kubeconfig=Path(record.kubeconfig), context="one", namespaces=namespaces)

    def attach(*namespaces):
        return catalogue.up("kubeconfig", "one", name="own", progress=Silent(), using=provider(*namespaces))

    monkeypatch.setattr(catalogue, "_providers", lambda: {"kwok": KwokProvider, "kubeconfig": KubeconfigProvider})
    with pytest.raises(BadInput, match="'nowhere' does not exist"):
        attach("nowhere")
    attached = attach("default")
    assert attached.namespaces == ("default",)
    assert attached.nodes == record.nodes
    assert attached.kubernetes_version == record.kubernetes_version
    assert Path(attached.kubeconfig).stat().st_mode & 0o777 == 0o600
    assert attach("default") == attached
    assert attach("kube-system").namespaces == ("kube-system",)
    catalogue.down("own")
    assert not Path(attached.kubeconfig).exists()
    assert KwokProvider().alive(record)
