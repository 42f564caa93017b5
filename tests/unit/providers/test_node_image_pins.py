from __future__ import annotations

import re

import pytest

from harness.machine.paths import data_dir
from harness.providers.host_facts import HostFacts
from harness.providers.node_image.build import PROGRAMS, image_key, image_name
from harness.providers.pins import load_pins

PINS = load_pins()


def locked_versions(module: str) -> dict[str, str]:
    text = (data_dir("clusters") / "modules" / module / "go.mod").read_text()
    found = re.findall(r"^\s*(?:require\s+)?([\w./-]+\.[\w./-]+) (v\S+)", text, re.MULTILINE)
    return dict(found)


@pytest.mark.parametrize("name", sorted(PINS.programs))
def test_each_pin_equals_what_its_lock_file_says(name: str) -> None:
    """The table of pins and go.mod never disagree: one of them alone names no version."""
    program = PINS.programs[name]
    assert locked_versions(program.module)[program.go_module] == program.version


def test_kubernetes_staging_modules_have_the_pinned_version() -> None:
    """Every module that Kubernetes keeps in its own tree is replaced by the pinned one."""
    text = (data_dir("clusters") / "modules" / "kubernetes" / "go.mod").read_text()
    replaced = re.findall(r"^replace k8s\.io/\S+ => k8s\.io/\S+ (\S+)", text, re.MULTILINE)
    assert len(replaced) > 20
    assert set(replaced) == {PINS.kubernetes["staging"]}
    assert PINS.kubernetes["version"].removeprefix("v1.") == PINS.kubernetes["staging"].removeprefix("v0.")


def test_the_node_image_is_built_of_pinned_programs() -> None:
    """Whatever goes into the image is in the table, with the version of the Kubernetes it says it is."""
    for name in PROGRAMS:
        program = PINS.programs[name]
        if program.go_module == "k8s.io/kubernetes":
            assert program.version == PINS.kubernetes["version"]


def test_a_download_without_a_checksum_is_never_made_up() -> None:
    """A checksum in the table is a whole SHA-256, never a placeholder."""
    for program in PINS.programs.values():
        assert all(re.fullmatch(r"[0-9a-f]{64}", checksum) for checksum in program.sha256.values())


def test_own_sources_are_part_of_a_program() -> None:
    """A change of healproof's own Go files makes the program, and with it the image, anew."""
    assert PINS.programs["routes"].sources
    assert PINS.programs["coredns"].sources
    assert not PINS.programs["kind"].sources


def test_the_image_is_named_after_everything_that_goes_into_it() -> None:
    """The tag holds the Kubernetes version and the hash of the inputs, of which the host's rights are one."""
    ordinary, restricted = HostFacts(), HostFacts(may_raise_limits=False)
    key = image_key(PINS, ordinary)
    assert image_name(PINS, ordinary) == f"localhost/healproof-node:{PINS.kubernetes['version']}-{key}"
    assert key != image_key(PINS, restricted)
