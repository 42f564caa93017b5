import stat
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from harness.machine.clock import wait_until
from harness.machine.process import spawn
from harness.model.cluster import Capability, ClusterRecord
from harness.model.errors import BadInput, ClusterBroken
from harness.providers import kwok, kwok_shape
from harness.providers.kwok import KwokProvider
from harness.providers.kwok_parts import Files, command_line, write_kubeconfig, write_tokens
from harness.providers.kwok_shape import PROGRAMS, load_shape, shapes, stages_file
from harness.providers.processes import end, identify, running


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "healproof" / "clusters" / "c" / "kwok"
    (folder / "pki").mkdir(parents=True)
    return Files(folder)


def flags(program, files, shape="default", port=20001):
    argv = command_line(program, "/bin/x", files, load_shape(shape), port)
    return dict(word.removeprefix("--").split("=", 1) for word in argv[1:])


@pytest.mark.parametrize("name", shapes())
def test_every_shipped_shape_can_be_used(name):
    """Each shape loads, and names as many nodes as it promises."""
    shape = load_shape(name)
    assert len(set(shape.node_names())) == shape.nodes


def test_the_shapes_that_scenarios_name_are_there():
    """The small, the compressed and the large shape are shipped."""
    assert {"default", "compressed", "large"} <= set(shapes())


def test_an_unknown_shape_is_refused_with_the_known_ones():
    """A misspelt shape gets the accepted values; files that are not shapes are none."""
    for name in ("defualt", "stages", "../pins"):
        with pytest.raises(BadInput, match=r"(.|\n)*default"):
            load_shape(name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nodes: 0", "nodes: 0"),
        ("nodes: many", "many|int"),
        ("nodes: 3\nnodez: 2", "nodez"),
        ("nodes: 3\nflags: {kubelet: {v: '2'}}", "kubelet"),
        ("nodes: [", "bad.yaml"),
    ],
)
def test_a_malformed_shape_is_refused(tmp_path, monkeypatch, text, message):
    """A shape file with a wrong key, value or program is bad input with its path."""
    monkeypatch.setattr(kwok_shape, "_folder", lambda: tmp_path)
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(BadInput, match=message):
        load_shape("bad")


def test_a_shape_sets_the_timers_of_the_control_plane(files):
    """Flags in a shape replace and extend the defaults, and only those of their program."""
    compressed = flags("kube-controller-manager", files, "compressed")
    assert compressed["node-monitor-grace-period"] == "8s"
    assert compressed["secure-port"] == "0"
    assert "node-monitor-grace-period" not in flags("kube-controller-manager", files)
    assert flags("kwok", files, "compressed")["node-lease-duration-seconds"] == "8"


def test_nothing_listens_beyond_the_loopback_address(files):
    """The API server binds to 127.0.0.1 with a token; etcd has sockets in an owner-only folder; the rest no port."""
    apiserver = flags("kube-apiserver", files)
    assert apiserver["bind-address"] == "127.0.0.1"
    assert apiserver["anonymous-auth"] == "false"
    etcd = flags("etcd", files)
    assert all(etcd[name].startswith("unix://") for name in etcd if name.endswith("-urls"))
    assert {flags(program, files)["secure-port"] for program in ("kube-scheduler", "kube-controller-manager")} == {"0"}


def test_every_process_can_be_found_by_its_clusters_folder(files):
    """Each command line names a path below the cluster's own folder, which is how orphans are found."""
    for program in PROGRAMS:
        assert any(f"{files.folder}/" in value for value in flags(program, files).values()), program
        assert kwok._owner(command_line(program, "/bin/x", files, load_shape("default"), 1)) == "c"


def test_credentials_are_for_the_owner_alone(files):
    """The kubeconfig and the token are mode 600, the token is a new one for each cluster."""
    files.authority.write_text("PEM")
    tokens = set()
    for _ in range(2):
        files.tokens.unlink(missing_ok=True)
        write_tokens(files)
        tokens.add(files.token())
        write_kubeconfig(files, "c", 20001)
    assert len(tokens) == 2
    for path in (files.tokens, files.kubeconfig):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = YAML(typ="safe", pure=True).load(files.kubeconfig.read_text())
    assert content["current-context"] == "c"
    assert content["users"][0]["user"]["token"] == files.token()


def test_two_clusters_never_choose_the_same_port(files):
    """A port that another cluster has taken is not given out, even before anybody listens on it."""
    ports = set()
    for number in range(50):
        folder = files.folder.parent.parent / f"c{number}" / "kwok"
        folder.mkdir(parents=True)
        ports.add(kwok._free_port(Files(folder)))
    assert len(ports) == 50


def test_nodes_are_spread_over_zones_with_addresses_of_their_own():
    """Node objects have what topology spread and Services need."""
    shape = load_shape("large")
    manifests = [shape.manifest(number, "v1.36.3") for number in range(1, shape.nodes + 1)]
    assert {manifest["metadata"]["labels"]["topology.kubernetes.io/zone"] for manifest in manifests} == {
        "zone-1",
        "zone-2",
        "zone-3",
    }
    assert len({manifest["status"]["addresses"][0]["address"] for manifest in manifests}) == shape.nodes


def test_stages_cover_the_life_of_nodes_and_pods():
    """The simulated kubelet makes nodes ready, keeps them so, and starts, restarts, completes and deletes pods."""
    stages = YAML(typ="safe", pure=True).load_all(stages_file().read_text())
    assert {stage["metadata"]["name"] for stage in stages} >= {
        "node-ready",
        "node-heartbeat",
        "pod-ready",
        "pod-restart",
        "job-pod-completes",
        "pod-delete",
    }


def test_a_command_on_a_simulated_node_is_refused():
    """There is nothing to run a command on, and the record never claims it."""
    record = ClusterRecord(name="c", provider="kwok", shape="default", kubeconfig="", context="c")
    with pytest.raises(ClusterBroken, match="node-1 is simulated"):
        KwokProvider().node_exec(record, "node-1", ["true"], timeout_seconds=1)
    assert Capability.NODE_EXEC not in record.capabilities


def test_who_merely_reads_a_clusters_files_outlives_it(files):
    """`down` ends the cluster's own programs, never a `tail` of its log or a client that uses its kubeconfig."""
    (files.folder / "etcd.log").touch()
    reader = identify(spawn(["tail", "-f", str(files.log("etcd"))], log=files.folder.parent / "log"))
    opened = Path(f"/proc/{reader.pid}/fd")
    assert wait_until(lambda: files.log("etcd") in map(Path.readlink, opened.iterdir()), timeout_seconds=10)
    record = ClusterRecord(name="c", provider="kwok", shape="default", kubeconfig="", context="c")
    KwokProvider().down(record)
    assert not files.folder.exists()
    assert running(reader)
    end([reader])


def test_a_record_without_its_processes_is_dead(files):
    """A record whose processes are gone, or that names none, is not alive."""
    bare = ClusterRecord(name="c", provider="kwok", shape="default", kubeconfig="", context="c")
    gone = ClusterRecord(
        name="c",
        provider="kwok",
        shape="default",
        kubeconfig="",
        context="c",
        facts={**dict.fromkeys(PROGRAMS, "999999999:1"), "folder": str(files.folder), "port": "1"},
    )
    assert not KwokProvider().alive(bare)
    assert not KwokProvider().alive(gone)
