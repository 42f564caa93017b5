"""Whatever lacks for the Allure page, the user hears what to do, and the results stay."""

import json

from harness.machine import allure_command
from harness.machine.allure_command import generate, pinned_version
from harness.machine.paths import data_dir
from harness.machine.progress import Silent


def test_the_lock_file_holds_the_pinned_version():
    """pins.toml, package.json and package-lock.json name the same version of allure."""
    folder = data_dir("clusters") / "npm" / "allure"
    lock = json.loads((folder / "package-lock.json").read_text())
    assert json.loads((folder / "package.json").read_text())["dependencies"] == {"allure": pinned_version()}
    assert lock["packages"]["node_modules/allure"]["version"] == pinned_version()


def test_the_lock_file_names_no_registry_and_checks_every_package():
    """Any registry may serve the packages, and each is held against its checksum."""
    lock = json.loads((data_dir("clusters") / "npm" / "allure" / "package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]
    assert not [package for package in packages if "resolved" in package]
    assert all(package["integrity"].startswith("sha512-") for package in packages)


def test_without_node_the_reason_says_what_to_do(tmp_path, monkeypatch):
    """A machine without node gets no page but the way to one, and its results stay."""
    (tmp_path / "a-result.json").write_text("{}")
    monkeypatch.setattr(allure_command.shutil, "which", lambda _: None)
    page = generate(tmp_path, tmp_path / "page", progress=Silent())
    assert page.path is None
    assert "needs node" in page.reason
    assert "install Node.js" in page.reason
    assert str(tmp_path) in page.reason
    assert (tmp_path / "a-result.json").exists()


def test_without_results_there_is_no_page(tmp_path):
    """An empty results folder is said to be empty, and nothing is installed for it."""
    assert generate(tmp_path, tmp_path / "page", progress=Silent()).reason == f"{tmp_path} has no Allure results"
