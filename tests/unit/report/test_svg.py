"""The timeline picture shows what happened, at any size, and never breaks."""

from xml.etree import ElementTree as ET

import pytest

from harness.model.timeline import Gap, Injected, Request
from harness.model.verdict import Finding, Outcome, Verdict
from harness.report.lanes import PODS_MAX
from harness.report.svg import timeline_svg

from . import samples

NS = "{http://www.w3.org/2000/svg}"
NOTHING = Verdict(outcome=Outcome.INCONCLUSIVE, findings=[], doubts=["nothing was recorded"])


def drawn(sample: samples.Sample) -> tuple[ET.Element, str]:
    root = samples.parse(timeline_svg(sample.entries, sample.result.verdict))
    return root, "\n".join("".join(element.itertext()) for element in root.iter(f"{NS}text"))


@pytest.mark.parametrize("sample", [samples.pod_lost(), samples.pod_lost_failed(), samples.volume_full()])
def test_shows_the_verdict_in_words(sample):
    """The outcome, why the scenario exists and what became of each promise can be read in the picture."""
    _, words = drawn(sample)
    assert str(sample.result.outcome) in words
    assert sample.result.why in words
    for finding in sample.result.verdict.findings:
        assert finding.text in words
    for doubt in sample.result.verdict.doubts:
        assert doubt in words


def test_shows_each_pod_with_its_states_as_text():
    """Every pod has its lane, and its states are written there, not only coloured."""
    _, words = drawn(samples.pod_lost_failed())
    for pod in ("web-aaaaa", "web-bbbbb", "web-ccccc", "web-ddddd"):
        assert f"pod {pod}" in words
    for state in ("ready", "starting", "CrashLoopBackOff"):
        assert state in words


def test_marks_injection_recovery_with_its_error_bar_and_deadline():
    """Injection, recovery ± error and deadline are marked where the verdict says they are."""
    _, words = drawn(samples.pod_lost())
    assert "pod-delete injected" in words
    assert "recovered after 1.59 ± 0.04 s" in words
    assert "deadline 30s →" in words
    _, failed = drawn(samples.pod_lost_failed())
    assert "deadline 12s" in failed
    assert "recovered after" not in failed


def test_counts_requests_and_ready_pods():
    """What users felt and how far readiness fell stands beside the lanes."""
    _, words = drawn(samples.pod_lost())
    assert "2 of 71 failed" in words
    assert "ready pods: 3 wanted, lowest 2" in words
    assert "endpoints: 3 wanted, lowest 2" in words


def test_recovery_after_the_undo_is_measured_from_the_undo():
    """A promise `from: undo` has its mark at the undo plus the measured time."""
    root, words = drawn(samples.volume_full())
    assert "recovered after 2.50 ± 0.31 s" in words
    assert "deadline 60s →" in words
    assert root.get("role") == "img"


def test_is_self_contained_and_accessible():
    """No script, no font or picture from elsewhere; a title and a description for readers that see no picture."""
    text = timeline_svg(samples.pod_lost().entries, samples.pod_lost().result.verdict)
    root = samples.parse(text)
    assert root.find(f"{NS}title").text == "web-outlives-a-lost-pod: passed"
    assert "recovered 1.59 ± 0.04 s" in root.find(f"{NS}desc").text
    assert root.get("aria-labelledby") == "hp-title hp-desc"
    assert "<script" not in text
    assert "href" not in text
    assert "@import" not in text
    assert text.count("http") == 1  # the name space


def test_same_timeline_gives_the_same_bytes():
    """The picture is deterministic."""
    first, again = samples.pod_lost_failed(), samples.pod_lost_failed()
    assert timeline_svg(first.entries, first.result.verdict) == timeline_svg(again.entries, again.result.verdict)


def test_an_empty_timeline_says_so():
    """Nothing recorded gives a picture with the reason instead of an error."""
    root = samples.parse(timeline_svg([], NOTHING))
    words = "".join(root.itertext())
    assert "nothing was recorded" in words
    assert "timeline is empty" in words


def test_a_timeline_of_its_header_alone_is_drawn():
    """A run that ended at once has a picture."""
    assert "timeline is empty" in timeline_svg(samples.pod_lost().entries[:1], NOTHING)


def test_without_injection_time_counts_from_the_beginning():
    """A baseline that never became healthy is drawn from its beginning, and the axis says so."""
    sample = samples.pod_lost()
    entries = [e for e in sample.entries if e.t < 2.9 and not isinstance(e, Injected)]
    words = "".join(samples.parse(timeline_svg(entries, NOTHING)).itertext())
    assert "nothing was injected" in words


def test_without_traffic_there_is_no_lane_for_it():
    """A scenario that sends no requests shows no empty lane."""
    sample = samples.pod_lost()
    entries = [e for e in sample.entries if not isinstance(e, Request)]
    assert "requests to" not in timeline_svg(entries, sample.result.verdict)


def test_a_gap_in_the_watch_is_marked():
    """What was not observed is visible."""
    sample = samples.pod_lost()
    entries = [*sample.entries, Gap(t=8.4, since=8.0, resource="pods", reason="410 Gone")]
    assert "gap in the watch of pods" in timeline_svg(entries, sample.result.verdict)


def test_hundreds_of_pods_fold_to_those_that_changed():
    """Only the pods that something happened to get lanes; the others are counted."""
    root, words = drawn(samples.crowd(pods=600, requests=20_000))
    assert words.count("pod web-") <= PODS_MAX
    assert "pod web-ccccc" in words
    assert "pod web-ddddd" in words
    assert "… and 602 unchanged" in words
    assert float(root.get("height")) < 900


def test_thousands_of_requests_are_aggregated():
    """The size of the picture does not grow with the number of requests, and every failure is counted."""
    few, many = (samples.crowd(pods=3, requests=n) for n in (20_000, 40_000))
    small, large = (timeline_svg(s.entries, s.result.verdict) for s in (few, many))
    assert len(large) < 1.05 * len(small)
    assert f"{-(-40_000 // 97)} of 40,000 failed" in large


def test_credentials_and_control_characters_are_not_drawn():
    """A token in a finding is redacted, and characters that XML forbids are replaced."""
    text = f"waited\x00 for Bearer {samples.SECRET}"
    finding = Finding(expectation="recovers", outcome=Outcome.FAILED, text=text, at=1.0)
    picture = timeline_svg(samples.pod_lost().entries, Verdict(outcome=Outcome.FAILED, findings=[finding]))
    assert samples.SECRET not in picture
    samples.parse(picture)
