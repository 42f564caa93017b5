from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.damage.site import Site
from harness.damage.victims import Victims, choose
from harness.model.cluster import ClusterRecord
from harness.model.errors import InjectionFailed
from harness.model.objects import ObjectMeta, Pod, PodStatus
from harness.model.picture import Picture
from harness.model.timeline import Change
from harness.model.units import Selector, Share

FIT = st.builds(PodStatus, phase=st.sampled_from(["Running", "Pending"]))
OVER = st.builds(PodStatus, phase=st.sampled_from(["Failed", "Succeeded"]))
PODS = st.lists(st.tuples(st.one_of(FIT, OVER), st.booleans()), max_size=8)


def site(pods: list[tuple[PodStatus, bool]], seed: int = 0) -> Site:
    """Pods of `app=web` in these states; the second word says whether deletion was asked for."""
    picture = Picture()
    for number, (status, terminating) in enumerate(pods):
        asked = "2026-11-23T00:00:00Z" if terminating else None
        meta = ObjectMeta(name=f"web-{number}", labels={"app": "web"}, deletion_timestamp=asked)
        picture.see(Change(t=0, op="listed", resource="pods", object=Pod(metadata=meta, status=status)))
    record = ClusterRecord(name="c", provider="kind", shape="s", kubeconfig="", context="")
    lacking: Any = None
    drawn_by = random.Random(seed)  # noqa: S311 - draws victims, guards nothing
    return Site(lacking, record, "ns", picture, lacking, lacking, lacking, drawn_by, lacking)


@given(PODS, st.integers(0, 99))
def test_a_pod_that_is_over_or_going_is_never_hit(pods: list[tuple[PodStatus, bool]], seed: int) -> None:
    """Its controller has replaced it already: to hit it would prove nothing."""
    fit = {f"web-{n}" for n, (status, going) in enumerate(pods) if status.phase in ("Running", "Pending") and not going}
    everyone = Victims(select=Selector("app=web"), all=True)
    if not fit:
        with pytest.raises(InjectionFailed, match="matches 0 pods"):
            choose(site(pods), everyone)
        return
    assert {pod.metadata.name for pod in choose(site(pods, seed), everyone)} == fit
    assert choose(site(pods, seed), Victims(select=Selector("app=web")))[0].metadata.name in fit


def test_a_share_is_of_the_pods_that_run() -> None:
    """Half of four running pods is two, however many failed ones lie about."""
    running, failed = (PodStatus(phase="Running"), False), (PodStatus(phase="Failed"), False)
    half = Victims(select=Selector("app=web"), share=Share(0.5))
    assert len(choose(site([running] * 4 + [failed] * 6), half)) == 2
