"""Every report tells a recovery in the same words and numbers."""

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model.anatomy import Anatomy, Healer, Moment, Step, Usage
from harness.model.verdict import Measure, Outcome
from harness.report.healing import recovery_facts, recovery_lines
from harness.report.junit import junit_xml
from harness.report.results import read_results, write_results
from harness.report.svg import timeline_svg
from harness.report.terminal import summary

from . import samples

LOST = Anatomy(
    of="deployment/web",
    fault="fault 1 (pod-delete)",
    since="injection",
    moments=[
        Moment(step=Step.ACKNOWLEDGED, t=3.01, what="fault 1 (pod-delete)"),
        Moment(step=Step.REACTION, t=3.06, what="pod web-ddddd created"),
        Moment(step=Step.STARTED, t=4.0, what="every container is running"),
        Moment(step=Step.READY, t=4.6),
        Moment(step=Step.RECOVERED, t=4.6),
        Moment(step=Step.STABLE, t=7.6),
    ],
    measures=[
        Measure(name="reaction", value=0.05, unit="seconds", error=0.04),
        Measure(name="recovery", value=1.54, unit="seconds", error=0.03),
        Measure(name="outage", value=1.59, unit="seconds", error=0.04),
    ],
    healers=[Healer("ReplicaSet", "pod web-ddddd was created, owned by ReplicaSet web-7d4")],
    pod="web-ddddd",
    hold=3.0,
    users=[
        Usage(
            service="web",
            measures=[
                Measure(name="requests", value=53, unit="count"),
                Measure(name="failed requests", value=2, unit="count"),
                Measure(name="longest gap", value=0.3, unit="seconds", error=0.1),
                Measure(name="latency p95", value=0.0042, unit="seconds"),
            ],
        )
    ],
)
NEVER = msgspec.structs.replace(
    LOST,
    moments=LOST.moments[:2],
    measures=[Measure(name="outage", value=12.0, unit="seconds", censored=True)],
)
NUMBERS = st.floats(0, 1e5, allow_nan=False).map(lambda value: round(value, 3))
ANATOMIES = st.builds(
    Anatomy,
    of=st.sampled_from(["deployment/web", "statefulset/db"]),
    fault=st.text(max_size=30),
    since=st.sampled_from(["injection", "undo"]),
    moments=st.lists(
        st.builds(Moment, step=st.sampled_from(Step), t=NUMBERS, what=st.text(max_size=30)), min_size=1, max_size=5
    ),
    measures=st.lists(
        st.builds(
            Measure,
            name=st.sampled_from(["reaction", "repair", "recovery", "outage"]),
            value=NUMBERS,
            unit=st.just("seconds"),
            error=NUMBERS,
            censored=st.booleans(),
        ),
        max_size=4,
        unique_by=lambda measure: measure.name,
    ),
    healers=st.lists(st.builds(Healer, name=st.sampled_from(["kubelet", "ReplicaSet"]), why=st.text()), max_size=2),
)


def result(*recoveries):
    """The failed sample with these recoveries."""
    return msgspec.structs.replace(samples.pod_lost_failed().result, recoveries=list(recoveries))


def run(*recoveries):
    """A run of it alone."""
    return msgspec.structs.replace(samples.run_result(), scenarios=[result(*recoveries)])


def test_a_recovery_is_told_in_three_lines():
    """The chain with what each part took, the measures with who healed, and what users felt."""
    chain = "reaction +0.05 s (pod web-ddddd created) → started +0.94 s → ready +0.60 s → recovered +0.00 s"
    chain += " → stable +3.00 s"
    assert recovery_lines(LOST) == [
        f"recovery of deployment/web after fault 1 (pod-delete), pod web-ddddd: {chain}",
        "  reaction 0.05 ± 0.04 s, recovery 1.54 ± 0.03 s, outage 1.59 ± 0.04 s; healed by ReplicaSet",
        "  users of service/web: 2 of 53 requests failed, longest gap 0.30 ± 0.10 s, latency p95 4.2 ms",
    ]


@pytest.mark.parametrize(
    ("healers", "words"),
    [
        ([], "not healed in time; nobody tried"),
        ([Healer("kubelet", ""), Healer("ReplicaSet", "")], "not healed in time; kubelet, ReplicaSet tried"),
    ],
)
def test_what_never_healed_is_not_said_to_be_healed(healers, words):
    """The bound is told as a bound, and who tried."""
    line = recovery_lines(msgspec.structs.replace(NEVER, healers=healers))[1]
    assert line == f"  outage > 12.00 s; {words}"


@settings(max_examples=60)
@given(st.lists(ANATOMIES, max_size=3))
def test_every_report_has_the_same_recoveries(tmp_path_factory, recoveries):
    """results.json gives back what was written, and junit.xml has each number that the lines have."""
    folder = tmp_path_factory.mktemp("run")
    write_results(folder, run(*recoveries))
    (read,) = read_results(folder).scenarios
    assert [[m.value for m in a.measures] for a in read.recoveries] == [
        [m.value for m in a.measures] for a in recoveries
    ]
    properties = {p.get("name") for p in samples.parse(junit_xml(run(*recoveries))).iter("property")}
    told = {name for name, text in recovery_facts(recoveries) if text}
    assert told <= properties
    assert sum(re.fullmatch(r"recovery\.\d", name) is not None for name in properties) == len(recoveries)


def test_a_failed_scenario_shows_its_recoveries_on_the_terminal():
    """Whole, however narrow the terminal is; a passed one needs none."""
    text = " ".join(summary(run(LOST, NEVER), reports={}).split())
    for line in (*recovery_lines(LOST), *recovery_lines(NEVER)):
        assert " ".join(line.split()) in text
    passed = msgspec.structs.replace(samples.pod_lost().result, recoveries=[LOST])
    assert passed.outcome is Outcome.PASSED
    assert "healed by" not in summary(msgspec.structs.replace(run(), scenarios=[passed]), reports={})


def test_the_picture_has_a_lane_with_the_parts_of_each_recovery():
    """Each part is named by the moment that ends it; without recoveries there is no such lane."""
    sample = samples.pod_lost()
    words = "".join(samples.parse(timeline_svg(sample.entries, sample.result.verdict, [LOST])).itertext())
    assert "started after 0.94 s: every container is running" in words
    assert "recovery" in words
    bare = "".join(samples.parse(timeline_svg(sample.entries, sample.result.verdict)).itertext())
    assert "every container is running" not in bare
