"""`results.json` is complete, ordered, whole, and free of credentials."""

import json
import random

import jsonschema
import msgspec
import pytest

from harness.model.errors import BadInput
from harness.report.diagnosis import diagnosis_data
from harness.report.results import (
    collect,
    read_results,
    results_schema,
    without_secrets,
    write_atomically,
    write_result,
    write_results,
)

from . import samples


def test_workers_results_are_merged_in_one_order(tmp_path):
    """Whichever worker finishes first, the merged run is the same."""
    run = samples.run_result()
    texts = set()
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        shuffled = random.Random(attempt).sample(run.scenarios, len(run.scenarios))  # noqa: S311
        for result in shuffled:
            write_result(folder / result.name, result)
        texts.add(write_results(folder, collect(folder, msgspec.structs.replace(run, scenarios=[]))).read_text())
    assert len(texts) == 1
    assert len(json.loads(texts.pop())["scenarios"]) == 4


def test_what_was_written_is_read_back(tmp_path):
    """Reading gives the run that was written, without its credentials."""
    run = samples.run_result()
    write_results(tmp_path, run)
    clean = msgspec.structs.replace(run, scenarios=[without_secrets(result) for result in run.scenarios])
    assert read_results(tmp_path) == clean == read_results(tmp_path / "results.json")
    assert samples.SECRET not in (tmp_path / "results.json").read_text()


def test_the_file_fits_its_published_schema(tmp_path):
    """results.json is valid against `results_schema`."""
    path = write_results(tmp_path, samples.run_result())
    jsonschema.validate(json.loads(path.read_text()), results_schema())


@pytest.mark.parametrize("content", [b"", b"{", b'{"run": 7}', b"\xff\xfe"])
def test_a_damaged_file_is_named(tmp_path, content):
    """A file that cannot be read is refused with its name."""
    (tmp_path / "results.json").write_bytes(content)
    with pytest.raises(BadInput, match=r"results\.json"):
        read_results(tmp_path)


def test_a_missing_run_is_named(tmp_path):
    """A folder without results is refused with its name."""
    with pytest.raises(BadInput, match="no such file"):
        read_results(tmp_path)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    """A reader never sees a part, and no part stays behind."""
    path = write_atomically(tmp_path / "a.json", b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_diagnosis_has_the_shape_of_the_command(tmp_path):
    """Causes as in `healproof diagnose --json`, the command of each patch included; it is read back as it was."""
    run = samples.run_result()
    data = json.loads(write_results(tmp_path, run).read_text())
    told = data["scenarios"][1]["diagnosis"]
    wanted = diagnosis_data(samples.explained().diagnosis, 0.21)
    assert {key: told[key] for key in ("namespace", "causes", "unseen", "seconds")} == {
        key: wanted[key] for key in ("namespace", "causes", "unseen", "seconds")
    }
    assert told["promises"][0]["patches"][0]["command"].startswith("kubectl patch deployment/web")
    assert told["causes"][0]["advice"][0]["patches"][0]["command"].endswith("kubectl -n hp-web apply -f -")
    assert read_results(tmp_path).scenarios[1].diagnosis == samples.explained()
