"""What every file of the project promises: the rules of style that no linter knows."""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from harness.load import load_file, looks_like_scenario
from harness.model.scenario import Example
from harness.registry import EXPECTATIONS, FAULTS

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "harness").rglob("*.py"))
SCENARIOS = sorted(file for file in (ROOT / "scenarios").rglob("*.yaml") if looks_like_scenario(file))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
LINES_MAX = {"module": 300, "function": 50}
VAGUE = re.compile(r"(^|[._])(utils?|common|helpers?|managers?)($|[._])|(Manager|Helper|Util)s?$")
SLEEPER, STARTER = "machine/clock.py", "machine/process.py"

by_path = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))


@functools.cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a file."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def is_at(path: Path, place: str) -> bool:
    """Whether a module is that file of the package, or below that folder."""
    return path.relative_to(ROOT / "harness").as_posix().startswith(place)


@by_path
def test_a_module_is_short_and_says_what_it_owns(path: Path) -> None:
    """At most 300 lines, functions of at most 50, and a docstring that ends its first sentence."""
    lines = len(path.read_text().splitlines())
    assert lines <= LINES_MAX["module"]
    for function in functions(path):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= LINES_MAX["function"], f"{function.name} has {length} lines"
    assert "." in (ast.get_docstring(tree(path)) or ""), "the module does not say what it owns"


@by_path
def test_a_name_says_what_a_thing_is(path: Path) -> None:
    """No module, class or function is called utils, common, helpers or manager."""
    names = [path.stem, *(n.name for n in ast.walk(tree(path)) if isinstance(n, ast.ClassDef | ast.FunctionDef))]
    assert [name for name in names if VAGUE.search(name.replace("controller_manager", ""))] == []


@by_path
def test_nothing_is_called_that_hides_a_failure_or_escapes_control(path: Path) -> None:
    """No print, sys.exit, assert, shell, sleep outside the clock, subprocess outside the one starter of programs."""
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    called = {ast.unparse(call.func) for call in calls}
    banned = {"print", "sys.exit", "exit", "quit", "os.system", "os.popen", "eval", "exec"}
    if not is_at(path, SLEEPER):
        banned |= {"time.sleep", "sleep", "asyncio.sleep"}
    if not is_at(path, STARTER):
        banned |= {f"subprocess.{name}" for name in ("run", "Popen", "call", "check_call", "check_output")}
    assert called & banned == set()
    assert not any(isinstance(node, ast.Assert) for node in ast.walk(tree(path)))
    assert not any(keyword.arg == "shell" for call in calls for keyword in call.keywords)


@by_path
def test_no_error_is_swallowed_unnamed(path: Path) -> None:
    """Every except names what it expects; what tidies up after anything raises it again."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = "BaseException" if node.type is None else ast.unparse(node.type)
            assert not re.search(r"\bException\b", caught), f"line {node.lineno}"
            again = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            assert again or "BaseException" not in caught, f"line {node.lineno}"


@by_path
def test_only_one_package_knows_the_kubernetes_client(path: Path) -> None:
    """Everything else sees plain data."""
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert "kubernetes" not in imported or is_at(path, "kube/")


@by_path
def test_no_module_keeps_state_that_changes(path: Path) -> None:
    """A list, dict or set at the top of a module is a constant by name, and nobody says `global`."""
    assert not any(isinstance(node, ast.Global) for node in ast.walk(tree(path)))
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Dict | ast.Set | ast.ListComp):
            names = [ast.unparse(target) for target in node.targets]
            assert all(re.fullmatch(r"_?[A-Z][A-Z0-9_]*|__all__", name) for name in names), names


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_test_says_what_it_proves(path: Path) -> None:
    """Each test opens with the promise."""
    silent = [f.name for f in functions(path) if f.name.startswith("test_") and not ast.get_docstring(f)]
    assert silent == []


def entered(path: Path, registry: str) -> list[str]:
    """The names that a file enters into a registry."""
    return re.findall(rf'^@{registry}\.enter\("([^"]+)"\)', path.read_text(), re.MULTILINE)


def test_a_fault_is_one_file_with_one_name_and_an_example() -> None:
    """Adding a fault is adding one file, and its own example is what the contract over all faults tries."""
    names = [entered(path, "FAULTS") for path in sorted((ROOT / "harness" / "faults").glob("*.py"))]
    assert all(len(name) <= 1 for name in names)
    assert sorted(name for entry in names for name in entry) == list(FAULTS)
    assert [name for name, fault in FAULTS.items() if not isinstance(fault.example, Example)] == []


def test_an_expectation_is_one_file_with_one_name_and_its_test() -> None:
    """Every file of harness/expect holds one promise, and tests/unit/expect one module about it."""
    files = [path for path in sorted((ROOT / "harness" / "expect").glob("*.py")) if path.stem != "__init__"]
    assert [path.stem for path in files if len(entered(path, "EXPECTATIONS")) != 1] == []
    assert sorted(entered(path, "EXPECTATIONS")[0] for path in files) == list(EXPECTATIONS)
    tests = ROOT / "tests" / "unit" / "expect"
    assert [path.stem for path in files if not (tests / f"test_{path.stem}.py").is_file()] == []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_shipped_scenario_loads_and_has_a_broken_twin(path: Path) -> None:
    """Each is valid as it stands, names its rows, and declares a control that must fail."""
    for scenario in load_file(path):
        assert scenario.control, scenario.name
        assert scenario.rows, scenario.name
        for twin in map(scenario.twin, scenario.control):
            assert (twin.manifests, twin.faults) != (scenario.manifests, scenario.faults), twin.name


def test_shipped_scenarios_have_names_of_their_own() -> None:
    """A name is the key to results and history; no two scenarios share one."""
    names = [scenario.name for path in SCENARIOS for scenario in load_file(path)]
    assert len(names) == len(set(names))


def images(node: Any) -> Iterator[str]:
    """Every image that a manifest names."""
    if isinstance(node, dict):
        if isinstance(node.get("image"), str):
            yield node["image"]
        for value in node.values():
            yield from images(value)
    elif isinstance(node, list):
        for value in node:
            yield from images(value)


def test_an_image_of_a_shipped_workload_is_pinned() -> None:
    """Whatever a workload runs is in the one table of versions, so that clusters without a registry have it."""
    pins = tomllib.loads((ROOT / "clusters" / "pins.toml").read_text())["images"].values()
    yaml = YAML(typ="safe")
    files = sorted((ROOT / "scenarios").rglob("*.yaml"))
    named = {image for file in files for document in yaml.load_all(file) for image in images(document)}
    assert named - set(pins) == set()
    assert named
