import json
import stat
from pathlib import Path

import pytest

from harness.machine.progress import Silent
from harness.model.cluster import Capability, ClusterRecord, Outage
from harness.model.errors import BadInput, ClusterBroken
from harness.providers.kubeconfig import KubeconfigProvider
from harness.providers.kubeconfig_file import contexts, extract, files_in_use


def config(name, server, **user):
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority": "ca.crt"}}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }


@pytest.fixture
def user_file(tmp_path, monkeypatch):
    """A user's kubeconfig with one context, `prod`, whose server does not answer."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "home" / "config"
    path.parent.mkdir()
    path.write_text(json.dumps(config("prod", "http://127.0.0.1:1", username="u")))
    (path.parent / "ca.crt").write_text("")
    return path


def test_nothing_happens_without_a_named_context(user_file):
    """The current context is never taken for granted; the error lists those that exist."""
    with pytest.raises(BadInput, match=r"no context(.|\n)*prod"):
        KubeconfigProvider(kubeconfig=user_file, namespaces=["a"]).up("mine", "prod", Silent())


def test_nothing_happens_without_an_allowed_namespace(user_file):
    """A context alone gives no right to any namespace."""
    with pytest.raises(BadInput, match="no namespace of context 'prod'"):
        KubeconfigProvider(kubeconfig=user_file, context="prod").up("mine", "prod", Silent())


def test_an_unknown_context_is_refused_with_the_known_ones(user_file):
    """A misspelt context gets the accepted values."""
    with pytest.raises(BadInput, match=r"'prud'(.|\n)*prod"):
        KubeconfigProvider(kubeconfig=user_file, context="prud", namespaces=["a"]).up("mine", "prod", Silent())


def test_a_cluster_that_does_not_answer_leaves_no_copied_credentials(user_file, tmp_path):
    """A failed attach removes its copy, and never touches the user's file."""
    before = user_file.read_bytes(), user_file.stat().st_mtime_ns
    provider = KubeconfigProvider(kubeconfig=user_file, context="prod", namespaces=["a"])
    with pytest.raises(ClusterBroken, match="not ready"):
        provider.up("mine", "prod", Silent())
    assert not list((tmp_path / "state").rglob("kubeconfig"))
    assert (user_file.read_bytes(), user_file.stat().st_mtime_ns) == before


def test_a_context_that_needs_a_missing_file_is_refused(user_file):
    """A certificate that is not there is named, before anything is copied or asked."""
    (user_file.parent / "ca.crt").unlink()
    with pytest.raises(BadInput, match=r"cluster 'prod' needs the file .*ca\.crt"):
        extract((user_file,), "prod")


def test_only_the_chosen_context_is_copied_with_paths_that_hold_anywhere(tmp_path):
    """Other contexts' credentials stay out, and relative paths are read from the file's own folder."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "one.key").touch()
    (tmp_path / "ca.crt").touch()
    one = config("one", "https://one", **{"client-key": "keys/one.key"})
    one["users"][0]["user"]["exec"] = {"command": "./plugin"}
    (tmp_path / "a").write_text(json.dumps(one))
    (tmp_path / "b").write_text(json.dumps(config("two", "https://two", username="secret of two")))
    taken = extract((tmp_path / "a", tmp_path / "b"), "one")
    assert "secret of two" not in json.dumps(taken)
    user = taken["users"][0]["user"]
    assert user["client-key"] == str(tmp_path / "keys" / "one.key")
    assert user["exec"]["command"] == str(tmp_path / "plugin")
    assert taken["clusters"][0]["cluster"]["certificate-authority"] == str(tmp_path / "ca.crt")


def test_the_first_file_counts_where_files_disagree(tmp_path):
    """KUBECONFIG with several files is merged the way kubectl merges it."""
    (tmp_path / "ca.crt").touch()
    (tmp_path / "a").write_text(json.dumps(config("one", "https://first")))
    (tmp_path / "b").write_text(json.dumps(config("one", "https://second")))
    taken = extract((tmp_path / "a", tmp_path / "missing", tmp_path / "b"), "one")
    assert taken["clusters"][0]["cluster"]["server"] == "https://first"


def test_the_files_are_those_that_kubectl_would_use(monkeypatch, tmp_path):
    """A named file comes before KUBECONFIG, and that before the home folder."""
    monkeypatch.setenv("KUBECONFIG", "/one:/two")
    assert files_in_use(tmp_path / "x") == (tmp_path / "x",)
    assert files_in_use(None) == (Path("/one"), Path("/two"))
    monkeypatch.delenv("KUBECONFIG")
    assert files_in_use(None) == (Path.home() / ".kube" / "config",)


@pytest.mark.parametrize("text", ["[1, 2", "just text"])
def test_a_file_that_is_no_kubeconfig_is_named(tmp_path, text):
    """A malformed file is bad input with its path, for attach and for doctor."""
    (tmp_path / "bad").write_text(text)
    with pytest.raises(BadInput, match="bad"):
        contexts((tmp_path / "bad",))
    assert not KubeconfigProvider(kubeconfig=tmp_path / "bad").examine()[0].ok


def test_a_dangling_context_is_refused(tmp_path):
    """A context whose user does not exist cannot be attached to."""
    (tmp_path / "ca.crt").touch()
    content = config("one", "https://one")
    content["users"] = []
    (tmp_path / "a").write_text(json.dumps(content))
    with pytest.raises(BadInput, match="the user 'one'"):
        extract((tmp_path / "a",), "one")


def test_commands_on_nodes_need_to_have_been_allowed():
    """Without node access asked for explicitly no privileged pod is ever made."""
    record = ClusterRecord(
        name="mine", provider="kubeconfig", shape="prod", kubeconfig="/none", context="prod", namespaces=("a",)
    )
    with pytest.raises(ClusterBroken, match="not allowed"):
        KubeconfigProvider().node_exec(record, "n", ["true"], timeout_seconds=1)


def test_a_record_with_other_rights_than_asked_for_is_not_reused():
    """Asking for fewer namespaces, or without node access, never gives back the wider attachment."""
    record = ClusterRecord(
        name="mine",
        provider="kubeconfig",
        shape="prod",
        kubeconfig="/none",
        context="prod",
        namespaces=("a", "b"),
        capabilities=(Capability.NODE_EXEC,),
    )
    assert not KubeconfigProvider(context="prod", namespaces=["a"], node_access=True).alive(record)
    assert not KubeconfigProvider(context="prod", namespaces=["a", "b"]).alive(record)


def test_down_forgets_the_credentials(tmp_path):
    """After down the copied kubeconfig is gone; a second down is no error."""
    copied = tmp_path / "kubeconfig"
    copied.write_text("{}")
    copied.chmod(0o600)
    assert stat.S_IMODE(copied.stat().st_mode) == 0o600
    record = ClusterRecord(name="mine", provider="kubeconfig", shape="s", kubeconfig=str(copied), context="c")
    for _ in range(2):
        KubeconfigProvider().down(record)
    assert not copied.exists()


def test_the_machines_of_somebodys_own_cluster_are_never_taken_down():
    """Nodes and control plane of a cluster that healproof did not make are out of reach, and nothing of it is down."""
    record = ClusterRecord(name="mine", provider="kubeconfig", shape="prod", kubeconfig="/none", context="prod")
    provider = KubeconfigProvider()
    with pytest.raises(ClusterBroken, match="did not make"):
        provider.halt_node(record, "node-1", Outage.PAUSED)
    with pytest.raises(ClusterBroken, match="did not make"):
        provider.halt_part(record, "etcd", Outage.KILLED, limit_seconds=1)
    with pytest.raises(ClusterBroken, match="did not make"):
        provider.restore_node(record, "node-1")
    with pytest.raises(ClusterBroken, match="did not make"):
        provider.restore_part(record, "etcd")
    assert provider.down_now(record) == []
