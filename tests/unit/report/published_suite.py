"""A suite with one test for each outcome, run by test_allure.py and test_allure_real.py in a process of its own."""

from pathlib import Path

import pytest

from harness.model.timeline import encode_entry
from harness.report.allure import publish
from harness.report.words import reason
from harness.session import explain
from report import samples

RUN = Path("run")


class Undecided(Exception):
    """A scenario that nothing can be said of."""


def show(sample):
    folder = RUN / sample.result.name
    folder.mkdir(parents=True)
    (folder / "timeline.jsonl").write_bytes(b"\n".join(map(encode_entry, sample.entries)) + b"\n")
    publish(sample.result, sample.entries, RUN)
    return explain(sample.result.verdict, (), sample.result.diagnosis)


def test_passed():
    show(samples.pod_lost())


def test_failed():
    raise AssertionError(show(samples.pod_lost_failed()))


def test_inconclusive():
    raise Undecided(show(samples.volume_full()))


def test_skipped():
    result = samples.skipped()
    publish(result, [], RUN)
    pytest.skip(reason(result))


def test_twin():
    publish(samples.twin(), samples.pod_lost_failed().entries, RUN)
