"""Which pods a fault hits: by labels and number, share or all, drawn by the scenario's seed."""

from __future__ import annotations

import math
from typing import Annotated

import msgspec

from harness.damage.site import Site
from harness.model.errors import InjectionFailed
from harness.model.objects import Pod
from harness.model.scenario import Fault
from harness.model.units import Selector, Share


class Victims(Fault, frozen=True, kw_only=True):
    """The fields of a fault that hits pods: `count` of those that `select` matches (default 1), a `share`, or `all`."""

    select: Selector
    count: Annotated[int, msgspec.Meta(ge=1)] | None = None
    share: Share | None = None
    all: bool = False


def choose(site: Site, victims: Victims) -> list[Pod]:
    """The pods to hit, drawn by the seed from those that carry the labels and are neither terminating nor over.

    Pods that another fault of the same moment takes are drawn only where there are no others.

    Raises InjectionFailed where too few match.
    """
    fit = sorted(
        (pod for pod in site.picture.pods() if victims.select.matches(pod.metadata.labels) and pod.active),
        key=lambda pod: pod.metadata.name,
    )
    wanted = number_of(victims, len(fit))
    if len(fit) < wanted or not fit:
        names = ", ".join(pod.metadata.name for pod in fit) or "none"
        raise InjectionFailed(
            f"select: {victims.select} matches {len(fit)} pods in namespace {site.namespace} ({names}), "
            f"wanted are {wanted}",
            hint="compare the selector with the labels of the workload's pod template",
        )
    fresh = [pod for pod in fit if pod.metadata.name not in site.taken]
    if len(fresh) >= wanted:
        return site.random.sample(fresh, wanted)
    rest = [pod for pod in fit if pod not in fresh]
    return fresh + site.random.sample(rest, wanted - len(fresh))


def number_of(victims: Victims, fit: int) -> int:
    """How many of so many pods that fit; raises InjectionFailed where the fields contradict each other."""
    if sum((victims.count is not None, victims.share is not None, victims.all)) > 1:
        raise InjectionFailed("only one of `count`, `share` and `all` can say how many pods")
    if victims.all:
        return fit
    if victims.share is not None:
        return max(1, math.ceil(fit * float(victims.share)))
    return victims.count or 1
