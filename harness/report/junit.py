"""`junit.xml` for CI servers. Must not know how verdicts come about."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from harness.model.explained import Explained
from harness.model.result import RunResult, ScenarioResult
from harness.model.verdict import Outcome
from harness.report.budgets import budget_facts
from harness.report.healing import recovery_facts
from harness.report.redact import printable
from harness.report.results import write_atomically
from harness.report.words import cause_lines, findings_text, reason


def write_junit(path: Path, run: RunResult) -> Path:
    """Write the run as JUnit XML; gives the path."""
    return write_atomically(path, junit_xml(run))


def junit_xml(run: RunResult) -> bytes:
    """The run as JUnit XML: failed is a failure, inconclusive an error; both let a CI job fail.

    Elements and their order are those of the schema of Jenkins' xUnit plugin, with properties first in a
    testcase, as pytest writes them.
    """
    counts = run.counts
    totals = {
        "tests": str(len(run.scenarios)),
        "failures": str(counts[Outcome.FAILED]),
        "errors": str(counts[Outcome.INCONCLUSIVE]),
        "skipped": str(counts[Outcome.SKIPPED]),
        "time": f"{run.seconds:.3f}",
    }
    suites_totals = {key: value for key, value in totals.items() if key != "skipped"}
    suites = ET.Element("testsuites", {"name": "healproof", **suites_totals})
    suite = ET.SubElement(suites, "testsuite", {"name": "healproof", **totals, "timestamp": run.started_at.rstrip("Z")})
    facts = {"run": run.run, "harness_version": run.harness_version}
    facts |= {f"cluster.{name}": text for name, text in sorted(run.clusters.items())}
    _properties(suite, facts)
    for result in run.scenarios:
        _case(suite, result)
    if run.residue:
        ET.SubElement(suite, "system-err").text = printable("residue:\n" + "\n".join(run.residue) + "\n")
    ET.indent(suites)
    text: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _case(suite: ET.Element, result: ScenarioResult) -> None:
    where = result.node_id.partition("::")[0] or "healproof"
    classname = where.removesuffix(".yaml").removesuffix(".py").replace("/", ".")
    names = {"classname": printable(classname), "name": printable(_name(result))}
    case = ET.SubElement(suite, "testcase", {**names, "time": f"{result.seconds:.3f}"})
    facts = {"outcome": str(result.outcome), "severity": result.severity}
    facts |= {"rows": ",".join(map(str, result.rows)), "cluster": result.cluster, "provider": result.provider}
    facts |= {"control": result.control, "timeline": result.timeline}
    facts |= {"proof": result.proof.text} if result.proof is not None else {}
    facts |= _cause_facts(result.diagnosis)
    for finding in result.verdict.findings:
        for measure in finding.measures:
            bound = "at least " if measure.censored else ""
            bar = f" ± {measure.error:g}" if measure.error else ""
            facts[f"measure.{finding.expectation}.{measure.name}"] = f"{bound}{measure.value:g}{bar} {measure.unit}"
    _properties(case, facts | dict(recovery_facts(result.recoveries)) | dict(budget_facts(result.verdict)))
    causes = "".join(f"{each}\n" for each in cause_lines(result.diagnosis))
    text, line = printable(causes + findings_text(result)), printable(reason(result))
    match result.outcome:
        case Outcome.FAILED:
            ET.SubElement(case, "failure", {"message": line, "type": "promise-broken"}).text = text
        case Outcome.INCONCLUSIVE:
            ET.SubElement(case, "error", {"message": line, "type": "inconclusive"}).text = text
        case Outcome.SKIPPED:
            ET.SubElement(case, "skipped", {"message": line})
        case Outcome.PASSED:
            pass
    if text:
        ET.SubElement(case, "system-out").text = text


def _cause_facts(told: Explained | None) -> dict[str, str]:
    """The likeliest cause, as properties that a CI server can sort and count by."""
    if told is None or not told.causes:
        return {}
    first = told.causes[0]
    return {"cause": first.cause, "cause.layer": first.layer, "cause.object": first.object}


def _name(result: ScenarioResult) -> str:
    """As pytest names it: a broken twin and its scenario are two cases, which readers must not fold into one."""
    return f"{result.name}[{result.way}]" if result.way else result.name


def _properties(parent: ET.Element, facts: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in facts.items():
        if value:
            ET.SubElement(properties, "property", {"name": printable(name), "value": printable(value)})
