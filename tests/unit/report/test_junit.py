"""`junit.xml` is what CI servers read, and says what the verdict says."""

import msgspec

from harness.report.junit import junit_xml, write_junit

from . import samples

# Attributes and children that Jenkins' xUnit schema allows, with properties of a testcase as pytest writes them
ALLOWED = {
    "testsuites": ({"name", "time", "tests", "failures", "errors", "disabled"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "time", "skipped", "timestamp", "hostname", "id", "package"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name", "time", "classname", "status", "assertions"},
        {"properties", "skipped", "error", "failure", "system-out", "system-err"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message", "type"}, set()),
    "system-out": (set(), set()),
    "system-err": (set(), set()),
}


def test_elements_and_attributes_are_those_of_the_schema():
    """Nothing is in the file that a strict reader would refuse."""
    run = msgspec.structs.replace(samples.run_result(), residue=["taint on hp-worker"])
    for element in samples.parse(junit_xml(run)).iter():
        attributes, children = ALLOWED[element.tag]
        assert set(element.keys()) <= attributes
        assert {child.tag for child in element} <= children


def test_each_verdict_has_its_element(tmp_path):
    """Failed is a failure, inconclusive an error, skipped carries its reason, passed carries nothing."""
    root = samples.parse(write_junit(tmp_path / "junit.xml", samples.run_result()).read_bytes())
    failed, undecided, skipped = root.find(".//failure"), root.find(".//error"), root.find(".//skipped")
    assert "had not recovered" in failed.get("message")
    assert "last seen" in failed.text
    assert "gap" in undecided.get("message")
    assert "lacks containers" in skipped.get("message")
    suite = root.find("testsuite")
    assert [suite.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]


def test_measures_and_facts_are_properties():
    """Severity, rows, cluster and every measure with its error bar can be read by a machine."""
    case = samples.parse(junit_xml(samples.run_result())).find(".//testcase")
    facts = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert facts["severity"] == "critical"
    assert facts["rows"] == "1,20"
    assert facts["cluster"] == "hp-1"
    assert facts["measure.recovers.recovery"] == "1.59 ± 0.04 seconds"


def test_a_failure_begins_with_its_cause():
    """What a CI server shows first is what has to be read first; it can be counted by layer."""
    root = samples.parse(junit_xml(samples.run_result()))
    assert root.find(".//failure").text.startswith("cause: config-missing at deployment/web (configuration, ")
    facts = {p.get("name"): p.get("value") for p in root.findall(".//testcase")[1].iter("property")}
    assert (facts["cause"], facts["cause.layer"], facts["cause.object"]) == (
        "config-missing", "configuration", "deployment/web",
    )  # fmt: skip


def test_control_characters_do_not_break_the_file():
    """Terminal colours and null bytes in a container's output leave valid XML."""
    result = msgspec.structs.replace(samples.skipped(), skip_reason="\x1b[31mred\x00\ufffe]]>&<")
    run = msgspec.structs.replace(samples.run_result(), scenarios=[result])
    message = samples.parse(junit_xml(run)).find(".//skipped").get("message")
    assert "red" in message
    assert "\x1b" not in message
