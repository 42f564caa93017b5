"""What is read of timelines about probes, and what is not."""

from __future__ import annotations

import pytest

from harness.probes.recorded import joined, subjects_of
from harness.probes.subject import Kind, Subject
from harness.statistics.survival import Time

from .cases import written
from .timelines import header, injected, pod, requests


def web(*entries: object, **kind: object) -> Subject:
    (found,) = [each for each in subjects_of([header(**kind), *entries]) if each.container == "web"]  # type: ignore[list-item,arg-type]
    return found


def test_every_container_is_told_with_its_probes() -> None:
    """Also one without any, which may want one."""
    found = {each.container: each for each in subjects_of([header(readinessProbe=written(2))])}
    assert found.keys() == {"log", "web"}
    assert found["log"].probes == {}
    assert found["web"].form(Kind.READINESS).period_seconds == 2
    assert (found["web"].object, found["web"].namespace, found["web"].records) == ("deployment/web", "", ["web-lives"])


def test_a_start_lasts_from_running_to_ready() -> None:
    """By the watch's own clock, each restart by itself."""
    starts = web(
        pod(1.0, op="added", running=False), pod(2.0), pod(3.0), pod(6.5, ready=True), pod(7.0),
        pod(20.0, restarts=1), pod(22.0, restarts=1, ready=True),
    ).starts  # fmt: skip
    assert starts == [Time(4.5), Time(2.0)]


def test_a_start_that_was_cut_off_is_censored() -> None:
    """The container was started again before it had been ready."""
    assert web(pod(1.0), pod(9.0, restarts=1), pod(12.0, restarts=1, ready=True)).starts == [
        Time(8.0, censored=True),
        Time(3.0),
    ]


def test_what_ran_before_the_watch_began_has_no_start() -> None:
    """Its age is not its start-up."""
    assert web(pod(0.5, op="listed"), pod(5.0, ready=True)).starts == []


@pytest.mark.parametrize(("fault", "count"), [("pod-delete", 1), ("slow-start", 0), ("node-cpu", 0)])
def test_starts_under_a_fault_count_where_the_fault_leaves_them_alone(fault: str, count: int) -> None:
    """After a deletion a container starts as always; on a busy node it does not."""
    entries = [injected(10.0), pod(11.0, op="added"), pod(12.0, ready=True)]
    assert len(web(*entries, fault=fault).starts) == count


def test_simulated_containers_have_no_starts() -> None:
    """What a stage of kwok takes is nobody's start-up, and that is said."""
    found = web(pod(1.0, op="added"), pod(2.0, ready=True), real=False)
    assert found.starts == []
    assert "start-ups" in found.unseen[0]


def test_answers_count_from_the_first_success_to_the_first_fault() -> None:
    """Before, it was starting; afterwards it was broken on purpose."""
    entries = [*requests(0, 2, error="no connection"), *requests(2, 8), injected(7.0), *requests(8, 9, error="gone")]
    (stretch,) = web(*entries).stretches
    assert stretch.began == pytest.approx(2.0)
    assert stretch.ended == pytest.approx(6.9)
    assert not any(answer.failed for answer in stretch.answers)


def test_answers_belong_to_the_container_that_is_asked() -> None:
    """The one that an HTTP probe asks, not the first one."""
    found = {each.container: len(each.stretches) for each in subjects_of([header(), *requests(0, 5)])}
    assert found == {"log": 0, "web": 1}


def test_what_several_timelines_tell_of_the_same_probes_is_one() -> None:
    """With other probes it is another subject: their settings are what is compared."""
    same = [web(*requests(0, 5), pod(1.0), pod(3.0, ready=True)) for _ in range(3)]
    other = web(*requests(0, 5), livenessProbe=written(failures=5))
    found = joined([*same, other])
    assert [(len(each.stretches), len(each.starts), len(each.records)) for each in found] == [(3, 3, 3), (1, 0, 1)]
