"""What the Allure result of a scenario shows of why it did not pass. Must not know how that was found out."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import allure
from allure_commons.types import AttachmentType

from harness.model.advice import Advice
from harness.model.diagnosis import Named
from harness.model.explained import Explained
from harness.model.result import ScenarioResult
from harness.model.verdict import Outcome
from harness.report.advice import patch_yaml
from harness.report.diagnosis import command_line, diagnosis_data, diagnosis_text
from harness.report.redact import printable
from harness.report.words import cause_lines

LAYER = "layer"
"""The label that says where the likeliest cause lies; only what failed or is undecided has it."""


def show_diagnosis(result: ScenarioResult) -> None:
    """Attach the diagnosis to the running test, as text and as JSON, and label it with its layer."""
    told = result.diagnosis
    if told is None or told.missing:
        return
    where = f"scene: {told.moment}, {told.t:.2f} s on the timeline\n"
    faults = f"faults in place, which the diagnosis was not told: {', '.join(told.faults) or 'none'}\n\n"
    text = where + faults + diagnosis_text(told.diagnosis, told.seconds)
    allure.attach(text, name="diagnosis", attachment_type=AttachmentType.TEXT)
    data = diagnosis_data(told.diagnosis, told.seconds)
    allure.attach(json.dumps(data, indent=2), name="diagnosis.json", attachment_type=AttachmentType.JSON)
    if told.layer is not None and result.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE):
        allure.dynamic.label(LAYER, str(told.layer))


def describe_diagnosis(body: ET.Element, told: Explained | None) -> None:
    """Add to a description what was the cause, how that shows, and what to do, patches included."""
    if told is None:
        return
    if not told.causes:
        _paragraph(body, cause_lines(told)[0])
    for cause in told.causes:
        _cause(body, cause)
    if told.promises:
        _paragraph(body, "What would let the workload keep its promises:")
    for advice in told.promises:
        _advice(body, advice)
    if told.missing:
        return
    faults = f"Looked at {told.moment}, knowing nothing of the faults in place ({', '.join(told.faults) or 'none'})."
    _paragraph(body, faults)


def _cause(body: ET.Element, cause: Named) -> None:
    layer = f"{cause.layer}, " if cause.layer else ""
    title = f"Cause: {cause.cause} at {cause.object} ({layer}confidence {cause.confidence:.2f})"
    ET.SubElement(ET.SubElement(body, "p"), "b").text = printable(title)
    evidence = ET.SubElement(body, "ul")
    for each in cause.evidence:
        ET.SubElement(evidence, "li").text = printable(each)
    for advice in cause.advice:
        _advice(body, advice)


def _advice(body: ET.Element, advice: Advice) -> None:
    _paragraph(body, f"Advice ({advice.severity}): {advice.text}")
    losses = [f"{title}: {words}" for title, words in (("Lost", advice.lost), ("Safe", advice.safe)) if words]
    _paragraph(body, *losses)
    if advice.steps:
        steps = ET.SubElement(body, "ol")
        for step in advice.steps:
            ET.SubElement(steps, "li").text = printable(step)
    for patch in advice.patches:
        ET.SubElement(body, "pre").text = printable(f"# {patch.object}\n{patch_yaml(patch)}$ {command_line(patch)}")
    if advice.commands:
        ET.SubElement(body, "pre").text = printable("\n".join(f"$ {command}" for command in advice.commands))


def _paragraph(body: ET.Element, *sentences: str) -> None:
    for sentence in sentences:
        ET.SubElement(body, "p").text = printable(sentence)
