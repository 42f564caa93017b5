from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.machine.progress import Silent
from harness.model.errors import BadInput, MissingProgram
from harness.providers import engines
from harness.providers.host_facts import HostFacts, read_host_facts

ORDINARY = HostFacts()
DOCKER = {"ServerVersion": "28.1", "CgroupVersion": "2", "SecurityOptions": ["name=seccomp"]}
PODMAN = {"host": {"cgroupVersion": "v2", "security": {"rootless": False}}, "version": {"Version": "5.4.0"}}


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on PATH but what the test puts there, and empty caches."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for variable in ("HEALPROOF_ENGINE", "HEALPROOF_INSTALL", "CONTAINERS_CONF"):
        monkeypatch.delenv(variable, raising=False)
    return folder


def put_engine(folder: Path, name: str, says: object, code: int = 0, complains: str = "") -> None:
    answer, complaint = folder / f"{name}.answer", folder / f"{name}.complaint"
    answer.write_text(json.dumps(says))
    complaint.write_text(complains)
    program = folder / name
    program.write_text(f"#!/bin/sh\n/bin/cat {answer}\n/bin/cat {complaint} >&2\nexit {code}\n")
    program.chmod(0o755)


def test_docker_is_taken_before_podman_where_both_answer(bare: Path) -> None:
    """The order is docker, podman, nerdctl, so that the engine most people have is the one that is used."""
    put_engine(bare, "docker", DOCKER)
    put_engine(bare, "podman", PODMAN)
    engine = engines.find_engine(ORDINARY)
    assert engine is not None
    assert (engine.name, engine.version, engine.cgroup_version) == ("docker", "28.1", 2)


def test_a_client_without_its_daemon_is_no_engine(bare: Path) -> None:
    """docker's client prints a description of itself even where no daemon runs; the next engine is taken then."""
    put_engine(bare, "docker", {"ClientInfo": {}}, complains="Cannot connect to the Docker daemon")
    put_engine(bare, "podman", PODMAN)
    engine = engines.find_engine(ORDINARY)
    assert engine is not None
    assert engine.name == "podman"


def test_a_named_engine_is_the_only_one_asked(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HEALPROOF_ENGINE overrides the order."""
    put_engine(bare, "docker", DOCKER)
    put_engine(bare, "podman", PODMAN)
    monkeypatch.setenv("HEALPROOF_ENGINE", "podman")
    engine = engines.find_engine(ORDINARY)
    assert engine is not None
    assert engine.name == "podman"


def test_an_unknown_named_engine_is_bad_input(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong name is refused with the names that are accepted, not ignored."""
    monkeypatch.setenv("HEALPROOF_ENGINE", "lxc")
    with pytest.raises(BadInput, match="lxc") as refused:
        engines.find_engine(ORDINARY)
    assert "docker, podman, nerdctl" in refused.value.hint


def test_an_engine_without_rights_is_named_with_its_remedy(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who may not use the daemon is told to join its group."""
    monkeypatch.setenv("HEALPROOF_INSTALL", "no")
    put_engine(bare, "docker", {}, code=1, complains="permission denied while trying to connect to the docker API")
    with pytest.raises(MissingProgram, match="no permission") as refused:
        engines.require_engine(Silent())
    assert "usermod -aG docker" in refused.value.hint


def test_no_engine_says_what_was_tried(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an engine, and where none may be installed, the error lists each engine with what was seen."""
    monkeypatch.setenv("HEALPROOF_INSTALL", "no")
    with pytest.raises(MissingProgram, match="docker: not installed; podman: not installed; nerdctl: not installed"):
        engines.require_engine(Silent())


def test_rootless_on_cgroup_v1_is_no_engine(bare: Path) -> None:
    """A rootless engine cannot run kind's nodes on cgroup v1, so it is refused before kind fails obscurely."""
    told = {"host": {"cgroupVersion": "v1", "security": {"rootless": True}}, "version": {"Version": "4.3.1"}}
    put_engine(bare, "podman", told)
    answer = engines.ask("podman", ORDINARY)
    assert answer.engine is None
    assert "cgroup v2" in answer.remedy


def test_an_ordinary_host_gets_no_settings_of_ours() -> None:
    """On cgroup v2 with the right to raise limits podman runs as its user configured it."""
    assert engines.podman_settings(ORDINARY) == {}


def test_limits_are_lowered_only_without_the_right_to_raise_them() -> None:
    """Without CAP_SYS_RESOURCE containers ask for no higher limits than this process may give."""
    settings = engines.podman_settings(HostFacts(may_raise_limits=False, nofile_hard=4096, nproc_hard=500))
    assert settings == {"containers": {"default_ulimits": ["nofile=4096:4096", "nproc=500:500"]}}


def test_the_users_own_podman_settings_win(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the user named a containers.conf, ours is not written and not passed."""
    put_engine(bare, "podman", PODMAN)
    monkeypatch.setenv("CONTAINERS_CONF", "/somewhere/containers.conf")
    answer = engines.ask("podman", HostFacts(may_raise_limits=False))
    assert answer.engine is not None
    assert answer.engine.environment == {}


def test_kind_is_told_the_engine_and_a_network_of_its_own(bare: Path) -> None:
    """Two clusters share no network: each is named after its cluster."""
    engine = engines.Engine(name="podman", version="5", environment={"CONTAINERS_CONF": "x"})
    assert engines.kind_environment(engine, "healproof-a") == {
        "CONTAINERS_CONF": "x",
        "KIND_EXPERIMENTAL_PROVIDER": "podman",
        "KIND_EXPERIMENTAL_PODMAN_NETWORK": "healproof-a",
    }


def test_a_digest_is_asked_for_without_its_tag() -> None:
    """podman refuses a tag beside a digest; a registry's port is no tag."""
    assert engines.without_tag("docker.io/kindest/node:v1@sha256:ab") == "docker.io/kindest/node@sha256:ab"
    assert engines.without_tag("host:5000/node@sha256:ab") == "host:5000/node@sha256:ab"
    assert engines.without_tag("localhost/node:v1") == "localhost/node:v1"


def test_host_facts_are_read_from_the_kernels_own_files(tmp_path: Path) -> None:
    """cgroup v1, a missing CAP_SYS_RESOURCE and a missing /lib/modules are detected, each from its own file."""
    for folder in ("sys/fs/cgroup", "proc/self", "etc"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "proc/self/status").write_text("Name:\tx\nCapBnd:\t000001fffeffffff\n")
    (tmp_path / "etc/os-release").write_text('ID=ubuntu\nID_LIKE="debian"\n')
    facts = read_host_facts(tmp_path)
    assert (facts.cgroup_version, facts.may_raise_limits, facts.has_modules_folder) == (1, False, False)
    assert facts.debian_family
    (tmp_path / "sys/fs/cgroup/cgroup.controllers").touch()
    (tmp_path / "proc/self/status").write_text("CapBnd:\t000001ffffffffff\n")
    facts = read_host_facts(tmp_path)
    assert (facts.cgroup_version, facts.may_raise_limits) == (2, True)
