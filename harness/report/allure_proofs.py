"""What only the end of a run knows, written into the Allure results of its scenarios: proofs and repetitions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec

from harness.model.repetition import Repetitions
from harness.model.result import RunResult, ScenarioResult
from harness.report.redact import printable
from harness.report.results import write_atomically
from harness.report.words import distribution_words, repetitions_words

IDENTITY = "healproof"
"""The label by which an Allure result is found again."""

_BLOCK = re.compile(r'<div class="healproof-run">.*?</div>', re.DOTALL)


def identity_of(result: ScenarioResult) -> str:
    """What tells an Allure result from all others of its run; a test in Python does not always say its node id."""
    return result.node_id or f"{result.name}[{result.way}]"


def write_proofs(allure_dir: Path, run: RunResult) -> None:
    """Add to the description of each scenario what its twins showed, and of each repeated one its distribution.

    A run that tried no twin and repeated nothing is left as it is; a second time gives the same files.
    """
    paragraphs = {identity_of(result): _paragraphs(result, run) for result in run.scenarios}
    for path in allure_dir.glob("*-result.json"):
        written: dict[str, Any] = msgspec.json.decode(path.read_bytes())
        labels = (label for label in written.get("labels", []) if label.get("name") == IDENTITY)
        told = next((paragraphs.get(label.get("value"), []) for label in labels), [])
        if told:
            described = _BLOCK.sub("", written.get("descriptionHtml", ""))
            write_atomically(path, msgspec.json.encode({**written, "descriptionHtml": _block(told) + described}))


def _paragraphs(result: ScenarioResult, run: RunResult) -> list[str]:
    proof = [result.proof.text] if result.proof is not None and run.tried_twins else []
    repeated = [told for told in run.repetitions if _same(told, result)]
    return [*proof, *(line for told in repeated for line in _lines(told))]


def _same(told: Repetitions, result: ScenarioResult) -> bool:
    file = result.node_id.partition("::")[0]
    return bool(result.repetition) and (told.file, told.name, told.control) == (file, result.name, result.control)


def _lines(told: Repetitions) -> list[str]:
    return [repetitions_words(told), *map(distribution_words, told.distributions)]


def _block(paragraphs: list[str]) -> str:
    block = ET.Element("div", {"class": "healproof-run"})
    for text in paragraphs:
        ET.SubElement(block, "p").text = printable(text)
    html: str = ET.tostring(block, encoding="unicode", method="html")
    return html
