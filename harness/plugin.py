"""The pytest plugin: collection of scenario files, the `arena` fixture, and reports at the end of a run.

It does nothing at all in a pytest run that has no scenario and no test that uses `arena`.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from harness.acquire import acquire, prober_image
from harness.load import load_file, looks_like_scenario
from harness.machine.paths import data_dir
from harness.machine.progress import Progress, Silent, Terminal
from harness.model.cluster import ClusterRecord
from harness.model.errors import BadInput, HealproofError
from harness.model.scenario import Scenario
from harness.options import Options, add_options
from harness.report.allure import publish
from harness.report.finish import write_reports
from harness.report.listen import listen
from harness.report.results import RESULT
from harness.session import Arena

OPTIONS = pytest.StashKey[Options]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """All options carry the prefix `--healproof-`; the ini keys have the same names."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Settle the run's name, folder and seed once, in the controller."""
    worker: dict[str, Any] = getattr(config, "workerinput", {})
    try:
        config.stash[OPTIONS] = Options.of(
            config, run=worker.get("healproof_run", ""), seed=worker.get("healproof_seed")
        )
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None
    config.addinivalue_line("markers", "healproof_alone: the scenario holds its cluster alone")
    config.addinivalue_line(
        "markers", "healproof_controls(names): the twins of the scenario that a test in Python runs"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker the run's name and seed."""
    options = node.config.stash[OPTIONS]
    node.workerinput["healproof_run"] = options.run
    node.workerinput["healproof_seed"] = options.seed


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Make the cluster before the workers start: they have no terminal to show its progress on."""
    options = config.stash[OPTIONS]
    if not options.per_worker and any(_holds_scenarios(word) for word in config.args):
        _cluster(options, _Uncaptured(config), "")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A YAML file with a top-level key `scenario` is collected as tests."""
    if file_path.suffix in (".yaml", ".yml") and looks_like_scenario(file_path):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the marker `healproof_controls` gets as `control` '' and, on request, each twin that it names."""
    marker = metafunc.definition.get_closest_marker("healproof_controls")
    if marker is not None:
        twins = metafunc.config.stash[OPTIONS].twins(marker.args)
        metafunc.parametrize("control", ["", *twins], ids=["scenario", *twins])


class ScenarioFile(pytest.File):
    """A file of scenarios."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a scenario, with --healproof-controls one a broken twin, and all of them as often as is said."""
        try:
            scenarios = load_file(self.path)
        except BadInput as error:
            raise self.CollectError(str(error)) from None
        options = self.config.stash[OPTIONS]
        for scenario in scenarios:
            for control in ("", *options.twins(scenario.control)):
                yield from (ScenarioItem.of(self, scenario, control, number) for number in options.repetitions)


class ScenarioItem(pytest.Function):
    """One scenario, or one of its broken twins, as a test; its tags are markers, so `-m quick` selects by them."""

    @classmethod
    def of(cls, parent: ScenarioFile, scenario: Scenario, control: str, repetition: int) -> ScenarioItem:
        """The item of a scenario, or with `control` of that twin; `repetition` counts from 1, 0 is the only one."""

        def prove(arena: Arena, request: pytest.FixtureRequest) -> None:
            node_id = request.node.nodeid
            arena.run(scenario, node_id=node_id, control=control, repetition=repetition).require()

        prove.__doc__ = scenario.why
        way = f"{control}#{repetition}" if repetition else control
        name = f"{scenario.name}[{way}]" if way else scenario.name
        item: ScenarioItem = cls.from_parent(parent, name=name, callobj=prove)
        for tag in scenario.tags:
            parent.config.addinivalue_line("markers", f"{tag}: scenarios with this tag")
            item.add_marker(tag)
        if (scenario.twin(control) if control else scenario).alone:
            item.add_marker("healproof_alone")
        return item

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A verdict speaks for itself; a traceback through the harness would hide it."""
        if isinstance(excinfo.value, AssertionError | HealproofError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is from, for pytest's own lines."""
        return self.path, None, self.name


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Scenarios that hold the cluster alone come last, so that they seldom wait for others; Allure is switched on."""
    uses_arena = any("arena" in getattr(item, "fixturenames", ()) for item in items)
    if uses_arena and not config.option.collectonly:
        listen(config, config.stash[OPTIONS].folder)
    items.sort(key=lambda item: item.get_closest_marker("healproof_alone") is not None)


@pytest.fixture(scope="session")
def arena(request: pytest.FixtureRequest) -> Iterator[Arena]:
    """The cluster of this run, with `run(scenario)`."""
    options = request.config.stash[OPTIONS]
    progress = _progress(request.config)
    before = signal.signal(signal.SIGTERM, _interrupt)
    worker = getattr(request.config, "workerinput", {}).get("workerid", "") if options.per_worker else ""
    record = _cluster(options, progress, worker)
    stage = Arena(
        record,
        run=options.run,
        folder=options.folder,
        progress=progress,
        seed=options.seed,
        prober_image=prober_image(),
        limits=options.limits(disposable=record.disposable),
        publish=lambda result, entries: publish(result, entries, options.folder),
    )
    try:
        yield stage
    finally:
        stage.close()
        signal.signal(signal.SIGTERM, before)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the run's reports, once and from the controller, and say where they are."""
    options = config.stash[OPTIONS]
    if hasattr(config, "workerinput") or not any(options.folder.rglob(RESULT)):
        return
    terminalreporter.section("healproof", sep="=")
    text = write_reports(
        options.folder,
        categories=data_dir("reports") / "categories.json",
        colour=terminalreporter.hasmarkup,
        width=terminalreporter._tw.fullwidth,
    )
    terminalreporter.write_line(text)
    terminalreporter.write_line(f"seed {options.seed}")


def _cluster(options: Options, progress: Progress, worker: str) -> ClusterRecord:
    """The run's cluster; without one no test can run, so the whole run ends with what is wrong and its exit code."""
    try:
        return acquire(options, progress, worker=worker)
    except HealproofError as error:
        pytest.exit(str(error), returncode=error.exit_code)


def _holds_scenarios(word: str) -> bool:
    path = Path(word.partition("::")[0])
    files = path.rglob("*.y*ml") if path.is_dir() else [path]
    return any(looks_like_scenario(file) for file in files if file.is_file())


def _progress(config: pytest.Config) -> Progress:
    if hasattr(config, "workerinput"):
        return Silent()
    return _Uncaptured(config)


class _Uncaptured(Terminal):
    """Progress that reaches the terminal although pytest captures output."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__()
        self._capture = config.pluginmanager.getplugin("capturemanager")

    def say(self, text: str) -> None:
        """Print one line."""
        if self._capture is None:
            super().say(text)
            return
        with self._capture.global_and_fixture_disabled():
            super().say(text)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends a run as Ctrl-C does: everything is undone on the way out."""
    raise KeyboardInterrupt
