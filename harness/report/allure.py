"""What the Allure report shows of a scenario and of a run. Must not know how the report is generated from it."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import allure
import msgspec
from allure_commons import plugin_manager
from allure_commons.model2 import Status, StatusDetails, TestStepResult
from allure_commons.reporter import AllureReporter
from allure_commons.types import AttachmentType
from ruamel.yaml import YAML

from harness.model.objects import Event
from harness.model.result import RunResult, ScenarioResult, Stage
from harness.model.rows import row_titles
from harness.model.scenario import NO_FAULT
from harness.model.timeline import AnyEntry, Change
from harness.model.verdict import Finding, Outcome
from harness.report.allure_diagnosis import describe_diagnosis, show_diagnosis
from harness.report.allure_proofs import IDENTITY, identity_of
from harness.report.healing import recovery_facts, recovery_lines
from harness.report.redact import printable, redact, redact_text
from harness.report.results import without_secrets, write_atomically
from harness.report.svg import timeline_svg
from harness.report.words import findings_text, reason

EPIC = "healproof"
TIMELINE_BYTES_MAX = 1_000_000
"""A longer timeline stays in the run's folder: attached, it would make the page slow to open."""

_STATUS = {
    Outcome.PASSED: Status.PASSED,
    Outcome.FAILED: Status.FAILED,
    Outcome.INCONCLUSIVE: Status.BROKEN,
    Outcome.SKIPPED: Status.SKIPPED,
}

# What marks a CI system, its name, and its variables for: build name, build number, build address, job address
_CI = (
    ("GITHUB_ACTIONS", "GitHub Actions", ("GITHUB_WORKFLOW", "GITHUB_RUN_NUMBER", "", "")),
    ("GITLAB_CI", "GitLab CI", ("CI_JOB_NAME", "CI_PIPELINE_IID", "CI_PIPELINE_URL", "CI_JOB_URL")),
    ("JENKINS_URL", "Jenkins", ("JOB_NAME", "BUILD_NUMBER", "BUILD_URL", "JOB_URL")),
    ("BUILDKITE", "Buildkite", ("BUILDKITE_PIPELINE_NAME", "BUILDKITE_BUILD_NUMBER", "BUILDKITE_BUILD_URL", "")),
)


def publish(result: ScenarioResult, entries: Sequence[AnyEntry], run_dir: Path) -> None:
    """Describe a scenario that ran to the Allure result of the running test: labels, steps, attachments.

    To be called inside the test, before it raises; does nothing where pytest runs without `--alluredir`.
    `run_dir` is the folder that the result's paths are relative to. Credentials are taken out of everything.
    """
    reporter = _reporter()
    if reporter is None:
        return
    result = without_secrets(result)
    picture = "" if result.outcome is Outcome.SKIPPED else timeline_svg(entries, result.verdict, result.recoveries)
    _describe(result, picture)
    show_diagnosis(result)
    if picture:
        _show_run(reporter, result, entries)
        _attach("timeline", picture, AttachmentType.SVG)
    scenario = {key: value for key, value in result.scenario.items() if key != "workload"}
    _attach("scenario", _yaml([scenario]), AttachmentType.YAML)
    manifests = result.scenario.get("workload", [])
    if manifests:
        _attach("workload manifests", _yaml(manifests), AttachmentType.YAML)
    if result.timeline:
        _attach("timeline.jsonl", _timeline(run_dir / result.timeline), AttachmentType.TEXT)


def _show_run(reporter: AllureReporter, result: ScenarioResult, entries: Sequence[AnyEntry]) -> None:
    for stage in result.stages:
        _add_step(reporter, _stage_step(result, stage))
    _add_step(reporter, _promises_step(result))
    _attach("findings", findings_text(result), AttachmentType.TEXT)
    numbers = "".join(f"{name}\t{text}\n" for name, text in recovery_facts(result.recoveries))
    _attach("recoveries", numbers, AttachmentType.TEXT)
    _attach("events", events_table(entries), AttachmentType.TEXT)


def write_run_files(
    allure_dir: Path, run: RunResult, *, categories: Path | None = None, environ: Mapping[str, str] | None = None
) -> None:
    """Write what Allure wants once a run: environment, executor (where `environ` is a CI job's) and categories."""
    facts = {
        "healproof": run.harness_version,
        "run": run.run,
        "started": run.started_at,
        "python": platform.python_version(),
        **{f"cluster.{name}": text for name, text in sorted(run.clusters.items())},
    }
    lines = [f"{_property(key)}={_property(value)}" for key, value in facts.items() if value]
    write_atomically(allure_dir / "environment.properties", ("\n".join(lines) + "\n").encode())
    executor = executor_of(environ or {})
    if executor:
        write_atomically(allure_dir / "executor.json", json.dumps(executor, indent=2).encode())
    if categories is not None:
        write_atomically(allure_dir / "categories.json", categories.read_bytes())


def executor_of(environ: Mapping[str, str]) -> dict[str, Any]:
    """The CI job of these environment variables as Allure's executor; empty where they are not a CI job's."""
    for sign, name, (build, number, build_url, job_url) in _CI:
        if not environ.get(sign):
            continue
        order = environ.get(number, "")
        link = environ.get(build_url, "")
        if sign == "GITHUB_ACTIONS":
            link = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}".format_map(_Blank(environ))
        facts = {
            "name": name,
            "type": name.lower().split()[0],
            "buildName": f"{environ.get(build, '')} #{order}".strip(),
            "buildOrder": int(order) if order.isdigit() else None,
            "buildUrl": link,
            "url": environ.get(job_url, ""),
        }
        return {key: value for key, value in facts.items() if value}
    return {}


def events_table(entries: Sequence[AnyEntry]) -> str:
    """The cluster's Events of a timeline as columns: seconds, type, reason, object, source, message."""
    rows = [("seconds", "type", "reason", "object", "from", "message")]
    for entry in entries:
        if isinstance(entry, Change) and isinstance(entry.object, Event) and entry.op != "deleted":
            event = entry.object
            about = f"{event.involved_object.kind.lower()}/{event.involved_object.name}"
            times = f" (x{event.count})" if (event.count or 0) > 1 else ""
            source = event.source.component or event.reporting_component
            message = redact_text(" ".join(event.message.split())) + times
            rows.append((f"{entry.t:.2f}", event.type, event.reason, about, source, message))
    if len(rows) == 1:
        return "no Events were seen\n"
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join([*(cell.ljust(w) for cell, w in zip(row[:5], widths, strict=True)), row[5]]) for row in rows]
    return "\n".join(line.rstrip() for line in lines) + "\n"


class _Blank(dict[str, str]):
    """Values by name; a name that is not there is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _reporter() -> AllureReporter | None:
    """Where allure-pytest collects the running test; None where it was not asked to."""
    plugins = plugin_manager.get_plugins()
    return next((plugin.allure_logger for plugin in plugins if hasattr(plugin, "allure_logger")), None)


def _describe(result: ScenarioResult, picture: str) -> None:
    allure.dynamic.title(f"{result.name} [{result.way}]" if result.way else result.name)
    allure.dynamic.description_html(_description(result, picture))
    allure.dynamic.severity(result.severity)
    allure.dynamic.epic(EPIC)
    allure.dynamic.feature(*(row_titles(result.rows) or ["Other"]))
    allure.dynamic.story(result.name)
    if result.control:  # the scenario's own tags are markers of its test, which allure-pytest takes over
        allure.dynamic.tag("negative control")
    allure.dynamic.label(IDENTITY, identity_of(result))
    # Left out of the history id, so that a scenario keeps its history on another cluster
    allure.dynamic.parameter("cluster", result.cluster, excluded=True)
    allure.dynamic.parameter("provider", result.provider, excluded=True)


def _description(result: ScenarioResult, picture: str) -> str:
    """Why the scenario exists, what came of it, and its picture: an attachment alone would be a click away."""
    body = ET.Element("div")
    ET.SubElement(body, "p").text = printable(result.why)
    ET.SubElement(ET.SubElement(body, "p"), "b").text = printable(reason(result))
    describe_diagnosis(body, result.diagnosis)
    for anatomy in result.recoveries:
        for line in recovery_lines(anatomy):
            ET.SubElement(body, "p").text = printable(line.strip())
    if picture:
        source = f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"
        alt = printable(f"timeline of {result.name}: {result.outcome}")
        ET.SubElement(body, "img", {"src": source, "alt": alt, "style": "width:100%"})
    text: str = ET.tostring(body, encoding="unicode", method="html")
    return text


def _stage_step(result: ScenarioResult, stage: Stage) -> TestStepResult:
    """A phase; it carries the status of the worst finding decided in it. A broken twin's findings are meant to fail."""
    end = stage.began + stage.seconds
    decided = [f for f in result.verdict.findings if stage.began <= f.at < end and f.outcome is not Outcome.PASSED]
    decided = decided if result.control_held is None else []
    worst = next((f for f in decided if f.outcome is Outcome.FAILED), decided[0] if decided else None)
    step = _step(result, stage.name, stage.began, end)
    if worst is not None:
        step.status = _STATUS[worst.outcome]
        step.statusDetails = StatusDetails(message=worst.text)
    return step


def _promises_step(result: ScenarioResult) -> TestStepResult:
    end = max((stage.began + stage.seconds for stage in result.stages), default=result.seconds)
    broken = result.control and result.control != NO_FAULT
    name = f"promises, which the broken twin {result.control} must fail" if broken else "promises"
    step = _step(result, name, end, end)
    step.status = _STATUS[result.outcome]
    step.steps = [_finding_step(result, finding) for finding in result.verdict.findings]
    for doubt in result.verdict.doubts:
        doubtful = _step(result, doubt, end, end)
        doubtful.status = Status.BROKEN
        step.steps.append(doubtful)
    for alarm in result.verdict.alarms:
        alarming = _step(result, alarm, end, end)
        alarming.status = Status.FAILED
        step.steps.append(alarming)
    step.steps += [_step(result, note, end, end) for note in result.verdict.notes]
    return step


def _finding_step(result: ScenarioResult, finding: Finding) -> TestStepResult:
    step = _step(result, f"{finding.expectation}: {finding.text}", finding.at, finding.at)
    step.status = _STATUS[finding.outcome]
    details = "\n".join(part for part in (finding.difference, finding.last_seen) if part)
    if details:
        step.statusDetails = StatusDetails(message=details)
    return step


def _step(result: ScenarioResult, name: str, began: float, ended: float) -> TestStepResult:
    zero = dt.datetime.fromisoformat(result.started_at).timestamp()
    start, stop = round((zero + began) * 1000), round((zero + ended) * 1000)
    return TestStepResult(name=name, status=Status.PASSED, start=start, stop=stop)


def _add_step(reporter: AllureReporter, step: TestStepResult) -> None:
    """Past steps have times of their own, so they go to the reporter itself: its hooks would stamp them with now."""
    uuid = str(uuid4())
    reporter.start_step(None, uuid, step)
    reporter.stop_step(uuid)


def _attach(name: str, body: str, kind: AttachmentType) -> None:
    if body:
        allure.attach(body, name=name, attachment_type=kind)


def _timeline(path: Path) -> str:
    if not path.is_file():
        return f"{path.name} was not written\n"
    if path.stat().st_size > TIMELINE_BYTES_MAX:
        return f"{path.name} has {path.stat().st_size:,} bytes; it is in the run's folder\n"
    lines = [line for line in path.read_bytes().splitlines() if line]
    clean = [msgspec.json.encode(redact(_decoded(line))).decode() for line in lines]
    return "\n".join(clean) + "\n"


def _decoded(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError:
        return line.decode(errors="replace")


def _yaml(documents: list[Any]) -> str:
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    sink = io.StringIO()
    yaml.dump_all(documents, sink)
    return sink.getvalue()


def _property(text: str) -> str:
    return redact_text(" ".join(text.split())).replace("\\", "\\\\").replace("=", "\\=")
