import hashlib
import http.server
import threading

import pytest

from harness.machine.progress import Silent
from harness.model.errors import BadInput, CommandFailed, HealproofError, MissingProgram
from harness.providers import go_build, programs
from harness.providers.download import fetch
from harness.providers.pins import Program, load_pins


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A machine with empty caches and nothing on PATH but what the test puts there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path


def put_program(folder, name, says, code=0):
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ("Client Version: v1.36.3", True),
        ("Client Version: v1.36.0-alpha.1+k3s1", True),
        ("Client Version: v1.35.3", False),
        ("kind v1.36.9 go1.26.8 linux/amd64", True),
        ("no version here", False),
        ("", False),
    ],
)
def test_a_program_on_path_serves_only_in_the_pinned_minor_version(answer, fits):
    """A program that answers with another minor version, or with none, is not used."""
    assert programs._fits(answer, "v1.36.3") is fits


def test_the_program_on_path_is_used_before_anything_is_made(alone):
    """Where PATH has the pinned version, nothing is downloaded or built."""
    version = load_pins().programs["kwok"].version
    place = put_program(alone / "bin", "kwok", f"kwok version {version}")
    assert programs.ensure("kwok", Silent()) == place


def test_a_program_for_an_image_never_comes_from_path(alone):
    """Programs that go into an image are made from their pins, whatever PATH holds."""
    put_program(alone / "bin", "kwok", f"kwok version {load_pins().programs['kwok'].version}")
    with pytest.raises(MissingProgram):
        programs.ensure_many(["kwok"], Silent(), from_path=False)


def test_without_path_release_and_go_the_user_is_told_what_to_install(alone):
    """A machine that has no way to a program gets an error with the way out."""
    with pytest.raises(MissingProgram, match="install Go"):
        programs.ensure("etcd", Silent())
    assert programs.located("etcd") is None


def test_an_unpinned_name_is_refused_with_the_names_that_exist(alone):
    """A misspelt program is bad input, not a missing one."""
    with pytest.raises(BadInput, match=r"kubectll.*\n.*kubectl"):
        programs.ensure("kubectll", Silent())


def put_go(folder, script):
    """A stand-in for the go command: it runs `script` with the output folder in $out."""
    go = folder / "go"
    go.write_text(
        f'#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done\nPATH=/usr/bin:/bin\n{script}\n'
    )
    go.chmod(0o755)


def test_what_was_built_is_cached_under_its_own_name_and_not_built_again(alone):
    """Go names etcd's program `server`; healproof keeps it as `etcd`, and asks Go only once."""
    put_go(alone / "bin", f'echo once >>{alone}/calls; echo built >"$out/server"')
    first = programs.ensure("etcd", Silent())
    assert first.name == "etcd"
    assert first.read_text() == "built\n"
    assert programs.ensure("etcd", Silent()) == first
    assert (alone / "calls").read_text() == "once\n"


def test_a_full_disk_is_named_and_leaves_no_program_behind(alone):
    """A build that ran out of space says so, and no half program is ever found in the cache."""
    put_go(alone / "bin", 'echo half >"$out/server"; echo "write x: no space left on device" >&2; exit 1')
    with pytest.raises(HealproofError, match=r"no space left.*\n.*free about 6 GB"):
        programs.ensure("etcd", Silent())
    assert not list((alone / "cache").rglob("etcd"))
    assert not list((alone / "cache").rglob("server"))


def test_a_build_without_network_points_at_the_module_proxy(alone):
    """An unreachable proxy is told apart from a build error."""
    put_go(alone / "bin", 'echo "dial tcp: lookup proxy.golang.org: no such host" >&2; exit 1')
    with pytest.raises(CommandFailed, match="GOPROXY"):
        programs.ensure("etcd", Silent())


@pytest.mark.parametrize(
    ("package", "name"),
    [("go.etcd.io/etcd/server/v3", "server"), ("sigs.k8s.io/kind", "kind"), ("a.b/c/v2/cmd/ctr", "ctr")],
)
def test_the_name_go_gives_a_program_is_known(package, name):
    """The output file of `go build` is the last path element that is not a major version."""
    assert go_build._output(package) == name


def test_programs_with_other_flags_are_linked_apart():
    """A version stamp meant for Kubernetes never ends up in kwok."""
    pinned = load_pins().programs
    groups = programs._alike({name: pinned[name] for name in ("kubectl", "kube-apiserver", "kwok")})
    assert sorted(sorted(group) for group in groups) == [["kube-apiserver", "kubectl"], ["kwok"]]


def test_another_pin_is_another_cache_entry():
    """Raising a version never serves the program of the version before."""
    old = Program(version="v3.6.15", module="etcd", package="p", go_module="m")
    new = Program(version="v3.6.16", module="etcd", package="p", go_module="m")
    assert programs._inputs_hash("etcd", old) != programs._inputs_hash("etcd", new)
    assert programs._inputs_hash("etcd", old) == programs._inputs_hash("etcd", old)


@pytest.fixture
def released(tmp_path):
    """A server with one released file."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            content = b"the program" if self.path == "/program" else b""
            self.send_response(200 if content else 404)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words):
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_download_counts_only_with_the_pinned_checksum(released, tmp_path):
    """A released file is kept when its sha256 is the pinned one, and thrown away otherwise."""
    target = tmp_path / "program"
    right = hashlib.sha256(b"the program").hexdigest()
    assert fetch(f"{released}/program", right, target, Silent())
    assert target.read_bytes() == b"the program"
    assert not fetch(f"{released}/program", "0" * 64, target, Silent())
    assert not target.exists()


def test_a_release_that_does_not_answer_is_no_error(released, tmp_path):
    """Without the release the program is built instead, so a failed download only says no."""
    assert not fetch(f"{released}/gone", "0" * 64, tmp_path / "program", Silent())
    assert not fetch("http://127.0.0.1:1/program", "0" * 64, tmp_path / "program", Silent())
