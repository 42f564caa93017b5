"""The terminal's summary says what matters within 80 columns."""

import re

import msgspec

from harness.report.terminal import counts_line, live_line, scenario_line, summary

from . import samples

RUN = samples.run_result()
PLACES = {"Allure": "reports/x/allure/index.html", "JUnit": "reports/x/junit.xml"}


def test_each_scenario_has_one_line_with_its_outcome_and_recovery():
    """Outcome, name, recovery with its error bar and seconds stand in one line."""
    lines = [scenario_line(result) for result in RUN.scenarios]
    assert re.match(r"passed +web-outlives-a-lost-pod +healed 1\.59 ± 0\.04 s +8\.3 s$", lines[0])
    assert re.match(r"failed +web-outlives.* not healed > 12\.00 s +15\.6 s$", lines[1])
    assert lines[2].startswith("inconclusive")
    assert "lacks containers" in lines[3]
    assert all(len(line) <= 80 for line in lines)


def test_the_line_of_a_broken_twin_names_it():
    """A twin is told from its scenario, in the words of its node id."""
    line = scenario_line(msgspec.structs.replace(RUN.scenarios[0], name="web", control="one-replica"))
    assert line.startswith("passed       web[one-replica] ")


def test_summary_fits_80_columns_and_needs_no_colour():
    """No line but those of report paths is longer than the terminal; nothing is coloured unless asked."""
    text = summary(RUN, reports=PLACES)
    assert "\033" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert "\033[31;1m" in summary(RUN, reports=PLACES, colour=True)


def test_summary_shows_why_a_promise_was_broken():
    """What was seen last and what lacked is in the summary, so that nobody has to open a report for it."""
    text = summary(RUN, reports=PLACES)
    assert "lacks: deployment/web has 2 of 3 pods ready" in text
    assert "web waiting: CrashLoopBackOff" in text
    assert "? the watch of pods has a gap" in text


def test_summary_says_the_cause_and_what_to_do_first():
    """One line each, however long the advice is; in full it is in the reports."""
    lines = summary(RUN, reports=PLACES, width=200).splitlines()
    told = lines[lines.index("failed: web-outlives-a-lost-pod-with-a-broken-config") :][1:4]
    cause = "config-missing at deployment/web (configuration, confidence 0.92)"
    assert told == [
        f"  cause: {cause}, seen before the faults were undone",
        "  advice: Bring configmap/settings back.",
        "  also: node-not-ready at node/hp-worker (node, confidence 0.40)",
    ]


def test_where_nothing_was_wrong_the_promise_has_the_advice():
    """A workload that is too small for what it promises is a finding as well."""
    result = samples.pod_lost_failed().result
    told = msgspec.structs.replace(result.diagnosis, causes=[])
    text = summary(
        msgspec.structs.replace(RUN, scenarios=[msgspec.structs.replace(result, diagnosis=told)]), reports={}
    )
    assert "  cause: none: nothing was wrong before the faults were undone\n  advice: Run 4 pods.\n" in text


def test_a_twin_that_failed_as_declared_needs_no_cause():
    """Nobody has to do anything about it."""
    run = msgspec.structs.replace(RUN, scenarios=[samples.twin()])
    assert "cause:" not in summary(run, reports=PLACES)


def test_summary_says_where_the_reports_are():
    """Each report is named with its place, or with why there is none."""
    text = summary(RUN, reports={**PLACES, "Page": "no node"})
    assert "Allure  reports/x/allure/index.html" in text
    assert "Page    no node" in text


def test_counts_name_every_outcome_that_occurred():
    """The counts are those of the run."""
    assert counts_line(RUN) == "1 passed, 1 failed, 1 inconclusive, 1 skipped in 48.2 s"


def test_live_line_is_one_line():
    """A phase change is one line within the width, whatever its detail holds."""
    line = live_line("web-outlives-a-lost-pod", "hold", 3.05, "2 of 3\nready " * 20)
    assert line.startswith("    3.0 s  web-outlives-a-lost-pod · hold · 2 of 3 ready") or "3.0" in line
    assert "\n" not in line
    assert len(line) == 80
