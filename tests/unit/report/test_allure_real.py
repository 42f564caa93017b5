"""The page that the real allure command makes of real results opens from disk and shows the verdicts."""

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.machine.allure_command import generate
from harness.machine.progress import Silent
from harness.report.allure import write_run_files

from . import samples
from .published import run_suite

REPORTS = Path(__file__).parents[3] / "reports"
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--hide-scrollbars",
    "--virtual-time-budget=8000",
]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    run_suite(folder, f"--alluredir={folder / 'allure'}")
    write_run_files(folder / "allure", samples.run_result(), categories=REPORTS / "categories.json")
    history = folder / "history.jsonl"
    made = generate(folder / "allure", folder / "report", progress=Silent(), history=history)
    again = generate(folder / "allure", folder / "report", progress=Silent(), history=history)
    assert made == again, again.reason
    assert made.path is not None, made.reason
    return made.path


def test_the_page_has_the_status_of_each_verdict(page):
    """The page counts what the verdicts say."""
    tests = json.loads((page.parent / "test-results.json").read_text())["byId"].values()
    assert {test["name"]: test["status"] for test in tests} == {
        "web-outlives-a-lost-pod": "passed",
        "web-outlives-a-lost-pod-with-a-broken-config": "failed",
        "store-reports-a-full-volume": "broken",
        "node-drain-spares-web": "skipped",
        "web-outlives-a-lost-pod-with-a-broken-config [one-replica]": "passed",
    }


def test_a_failed_scenario_is_in_the_category_of_its_layer(page):
    """The command itself sorts what failed by the layer of its cause, and what is undecided as before."""
    (packed,) = re.findall(r'd\("widgets/categories.json","([^"]*)"', page.read_text())
    nodes = json.loads(base64.b64decode(packed))["nodes"].values()
    counts = {node["name"]: node["statistic"] for node in nodes if node["type"] == "category"}
    assert counts == {
        "Cause: configuration": {"total": 1, "failed": 1},
        "Undecided": {"total": 1, "broken": 1},
        "Skipped: capability missing": {"total": 1, "skipped": 1},
    }


def test_the_page_is_one_file_of_a_few_megabytes(page):
    """A small run's page can be mailed and opened from disk: no other file is loaded."""
    assert page.stat().st_size < 5_000_000
    assert not list(page.parent.glob("*.js"))


def test_the_page_calls_nobody(page):
    """The page loads nothing from elsewhere, Allure's analytics included."""
    text = page.read_text()
    assert "googletagmanager" not in text
    assert "gtag(" not in text
    assert not re.search(r"""<(script|link|img)[^>]+(src|href)=["']?https?:""", text)


def test_history_grows_by_a_run_each_time(page):
    """Earlier runs are kept in the history file, one line each."""
    assert len((page.parents[1] / "history.jsonl").read_text().splitlines()) == 2


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
def test_a_browser_shows_the_failed_scenario_without_network(page, tmp_path):
    """Opened from disk, the page of the failed scenario shows its reason, its phases and its picture."""
    tests = json.loads((page.parent / "test-results.json").read_text())["byId"]
    failed = next(key for key, test in tests.items() if test["status"] == "failed")
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    argv = [
        "chromium",
        *CHROMIUM,
        "--host-resolver-rules=MAP * ~NOTFOUND",
        profile,
        "--dump-dom",
        f"{page.as_uri()}#{failed}",
    ]
    seen = subprocess.run(argv, check=True, capture_output=True, timeout=90).stdout.decode()
    assert "had not recovered 12s after the injection" in seen
    assert "Cause: config-missing at deployment/web" in seen
    assert "residue" in seen
    assert "data:image/svg+xml;base64," in seen
