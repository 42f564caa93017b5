"""`results.json`, and the `result.json` that each worker leaves for each scenario. Must not know any other report."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from harness.model.anatomy import Anatomy
from harness.model.errors import BadInput
from harness.model.result import RunResult, ScenarioResult
from harness.model.verdict import Verdict
from harness.report.diagnosis import advice_data, cause_data
from harness.report.redact import redact

R = TypeVar("R", RunResult, ScenarioResult)

RESULT = "result.json"
RESULTS = "results.json"


def write_result(folder: Path, result: ScenarioResult) -> Path:
    """Leave one scenario's result in its folder, for `collect`; credentials are taken out. Gives the file."""
    return write_atomically(folder / RESULT, _encode(without_secrets(result)))


def collect(run_dir: Path, run: RunResult) -> RunResult:
    """The run with the results that its workers left below `run_dir`, ordered by pytest's node id and name.

    Raises BadInput with the file's name where one cannot be read.
    """
    found = [_read(path, ScenarioResult) for path in run_dir.rglob(RESULT)]
    scenarios = sorted(found, key=lambda result: (result.node_id, result.name, result.control, result.started_at))
    return msgspec.structs.replace(run, scenarios=scenarios)


def write_results(run_dir: Path, run: RunResult) -> Path:
    """Write `results.json`: indented, always in the same order, replaced as a whole. Gives the file."""
    scenarios = [without_secrets(result) for result in run.scenarios]
    return write_atomically(run_dir / RESULTS, _encode(msgspec.structs.replace(run, scenarios=scenarios)))


def read_results(path: Path) -> RunResult:
    """Read `results.json`, or the one in a run's folder; raises BadInput where it is not one."""
    return _read(path / RESULTS if path.is_dir() else path, RunResult)


def results_schema() -> dict[str, Any]:
    """The JSON Schema of `results.json`."""
    return msgspec.json.schema(RunResult)


def without_secrets(result: ScenarioResult) -> ScenarioResult:
    """The result with credentials taken out of its manifests and of its texts."""
    verdict = msgspec.convert(redact(msgspec.to_builtins(result.verdict)), Verdict)
    recoveries = msgspec.convert(redact(msgspec.to_builtins(result.recoveries)), list[Anatomy])
    return msgspec.structs.replace(
        result,
        scenario=redact(result.scenario),
        verdict=verdict,
        skip_reason=redact(result.skip_reason),
        recoveries=recoveries,
    )


def write_atomically(path: Path, content: bytes) -> Path:
    """Replace a file as a whole: a reader sees the old content or the new, never a part. Gives the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as sink:
            sink.write(content)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _encode(result: RunResult | ScenarioResult) -> bytes:
    data = msgspec.to_builtins(result, order="deterministic")
    if isinstance(result, RunResult):
        for each, kept in zip(result.scenarios, data["scenarios"], strict=True):
            _add_commands(each, kept)
    else:
        _add_commands(result, data)
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


def _add_commands(result: ScenarioResult, data: dict[str, Any]) -> None:
    """Each patch with the command that takes it, as `healproof diagnose --json` has it."""
    if result.diagnosis is not None:
        data["diagnosis"]["causes"] = [cause_data(cause) for cause in result.diagnosis.causes]
        data["diagnosis"]["promises"] = advice_data(result.diagnosis.promises)


def _read(path: Path, wanted: type[R]) -> R:
    try:
        return msgspec.json.decode(path.read_bytes(), type=wanted)
    except FileNotFoundError:
        raise BadInput(
            f"{path}: no such file", hint="name the folder of a run, such as reports/20261122-100000"
        ) from None
    except msgspec.DecodeError as error:
        raise BadInput(
            f"{path}: {error}", hint="a healproof run writes this file; it was changed or cut off"
        ) from error
