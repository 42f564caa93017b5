"""What the guard promises: nothing outside of what a run may touch gets through, and never more at once than said."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from timelines import WEB, Story, pod_delete, scenario

from harness.damage import guard
from harness.damage.addition import Addition
from harness.damage.edit import Edit, Set
from harness.damage.guard.foresight import pods_of
from harness.damage.outage import PartOutage
from harness.damage.plan import Plan
from harness.damage.removal import Removal
from harness.damage.site import Touch
from harness.damage.step import Step
from harness.faults.dns_down import DnsDown
from harness.faults.node_drain import NodeDrain
from harness.faults.one_of import OneOf
from harness.faults.pod_delete import PodDelete
from harness.model.cluster import Capability, ClusterRecord, Outage
from harness.model.errors import GuardRefused
from harness.model.limits import PROTECTED, STRICT, Confirmation, Limits, PodLimit
from harness.model.picture import Picture
from harness.model.scenario import Fault, Reach
from harness.model.units import Ref, Seconds, Selector, Share

OWN = "hp-web"
NAMESPACES = [OWN, "shop", "kube-system", "local-path-storage", "prod", ""]
NODES = ["node-1", "elsewhere"]
REACHES: dict[Reach, Fault] = {
    Reach.NAMESPACE: PodDelete(select=Selector("app=web")),
    Reach.NODES: NodeDrain(),
    Reach.CONTROL_PLANE: DnsDown(),
}


def record(*capabilities: Capability, namespaces: tuple[str, ...] | None = None) -> ClusterRecord:
    """A cluster with one node."""
    return ClusterRecord(
        name="hp",
        provider="kind",
        shape="one-node",
        kubeconfig="",
        context="",
        capabilities=capabilities,
        nodes=("node-1",),
        namespaces=namespaces,
    )


def edit(name: str = "web", *paths: str, resource: str = "deployments", namespace: str = OWN) -> Edit:
    sets = [Set(path.split("."), 1, 2) for path in paths or ("spec.replicas",)]
    return Edit(deed="edit", resource=resource, namespace=namespace, name=name, uid="u", sets=sets)


def addition(kind: str, name: str = "x") -> Addition:
    manifest = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
    return Addition(deed="add", manifest=manifest, namespace=OWN)


def removal(name: str = "web", namespace: str = OWN) -> Removal:
    manifest = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}}
    return Removal(deed="remove", manifest=manifest, uid="u", namespace=namespace, keeper=OWN)


STEPS = st.one_of(
    st.builds(
        lambda resource, namespace, name: edit(name, resource=resource, namespace=namespace),
        st.sampled_from(["deployments", "pods", "configmaps", "storageclasses"]),
        st.sampled_from(NAMESPACES),
        st.just("web"),
    ),
    st.builds(lambda node: edit(node, resource="nodes", namespace=""), st.sampled_from(NODES)),
    st.builds(removal, st.just("web"), st.sampled_from(NAMESPACES)),
    st.builds(addition, st.sampled_from(["ConfigMap", "Namespace", "Node", "PersistentVolume"])),
    st.builds(lambda part: PartOutage(deed="stop", part=part, how=Outage.STOPPED), st.sampled_from(["etcd"])),
)
VICTIMS = st.builds(Touch, st.sampled_from(["pods"]), st.sampled_from(NAMESPACES), st.just("web-1"), st.just("delete"))
PLANS = st.builds(
    lambda steps, victims: Plan(namespace=OWN, steps=steps, victims=victims),
    st.lists(STEPS, max_size=4),
    st.lists(VICTIMS, max_size=2),
)
RECORDS = st.builds(
    lambda capabilities, namespaces: record(*capabilities, namespaces=namespaces),
    st.sets(st.sampled_from([Capability.DISPOSABLE, Capability.NODE_EXEC])),
    st.sampled_from([None, (OWN,), ("shop",)]),
)
LIMITS = st.builds(
    lambda protected, confirmed: Limits(protected=frozenset(protected), confirmed=frozenset(confirmed)),
    st.sets(st.sampled_from(["prod", OWN, "kube-system"]), max_size=1),
    st.sets(st.just(Confirmation.CONTROL_PLANE)),
)


def outside(step: Step | None, touch: Touch, where: ClusterRecord, reach: Reach, limits: Limits) -> bool:
    """By the rules as the how-to tells them: whether a touch is none of this run's business."""
    permitted = where.disposable or Confirmation.CONTROL_PLANE in limits.confirmed
    if touch.resource == "nodes":
        allowed = where.disposable or Capability.NODE_EXEC in where.capabilities
        return touch.name not in where.nodes or not allowed
    if isinstance(step, PartOutage):
        return reach is not Reach.CONTROL_PLANE or not permitted
    if touch.namespace == OWN:
        return OWN in limits.protected or (where.namespaces is not None and OWN not in where.namespaces)
    if touch.namespace == "":
        return not permitted or (reach is Reach.NAMESPACE and not isinstance(step, Addition))
    if touch.namespace in PROTECTED:
        return reach is not Reach.CONTROL_PLANE or not permitted or touch.namespace in limits.protected
    return True


@given(plan=PLANS, where=RECORDS, reach=st.sampled_from(list(Reach)), limits=LIMITS)
def test_no_plan_gets_through_that_touches_anything_outside(
    plan: Plan, where: ClusterRecord, reach: Reach, limits: Limits
) -> None:
    """Whatever a fault plans, on whatever cluster: one touch that is not the run's own refuses all; else it is free."""
    touched = [(step, step.touch()) for step in plan.steps] + [(None, touch) for touch in plan.victims]
    wrong = [touch for step, touch in touched if outside(step, touch, where, reach, limits)]
    foreign = where.namespaces is not None and OWN not in where.namespaces
    unconfirmed = reach is Reach.CONTROL_PLANE and not where.disposable and not limits.confirmed
    if not wrong and not foreign and not unconfirmed and OWN not in limits.protected:
        guard.check(REACHES[reach], plan, where, OWN, limits)
        return
    with pytest.raises(GuardRefused) as refused:
        guard.check(REACHES[reach], plan, where, OWN, limits)
    assert refused.value.hint


@pytest.mark.parametrize("steps", [[edit()], [removal()], [addition("ConfigMap")], [addition("PersistentVolume")]])
def test_what_is_the_runs_own_gets_through(steps: list[Step]) -> None:
    """A guard that refused everything would be no guard."""
    victims = [Touch("pods", OWN, "web-1", "delete")]
    guard.check(pod_delete(), Plan(namespace=OWN, steps=steps, victims=victims), record(Capability.DISPOSABLE), OWN)


@pytest.mark.parametrize(
    ("where", "limits"),
    [
        (record(Capability.DISPOSABLE), Limits()),
        (record(namespaces=(OWN,)), STRICT._replace(confirmed=frozenset({Confirmation.CONTROL_PLANE}))),
    ],
)
def test_the_control_plane_is_reached_where_that_is_confirmed_or_the_cluster_is_thrown_away(
    where: ClusterRecord, limits: Limits
) -> None:
    """Its parts, cluster-wide objects and what lies in kube-system; without reach or confirmation it is refused."""
    dns = edit("coredns", namespace="kube-system")
    outage = PartOutage(deed="stop", part="etcd", how=Outage.STOPPED)
    plan = Plan(namespace=OWN, steps=[dns, outage, edit("local-path", resource="storageclasses", namespace="")])
    guard.check(REACHES[Reach.CONTROL_PLANE], plan, where, OWN, limits)
    with pytest.raises(GuardRefused):
        guard.check(REACHES[Reach.NODES], plan, where, OWN, limits)
    if not where.disposable:
        with pytest.raises(GuardRefused, match="not confirmed"):
            guard.check(REACHES[Reach.CONTROL_PLANE], plan, where, OWN, STRICT)
    mine = limits._replace(protected=frozenset({"kube-system"}))
    with pytest.raises(GuardRefused, match="kube-system"):
        guard.check(REACHES[Reach.CONTROL_PLANE], plan, where, OWN, mine)


def picture() -> Picture:
    """Four ready pods of one Deployment."""
    seen = Picture()
    for entry in Story().baseline().entries:
        seen.see(entry)
    return seen


def opened(fault: Fault, *steps: Step, pods: int = 0, first: int = 0) -> guard.Opened:
    victims = [Touch("pods", OWN, f"web-{number}", "delete") for number in range(first, first + pods)]
    return guard.Opened(fault, Plan(namespace=OWN, steps=list(steps), victims=victims))


@given(sizes=st.lists(st.integers(0, 4), min_size=1, max_size=3), allowed=st.integers(0, 4), data=st.data())
def test_no_more_pods_are_hit_at_once_than_allowed(sizes: list[int], allowed: int, data: st.DataObject) -> None:
    """However many faults hit together, each pod counts once, and one too many refuses them all."""
    firsts = [data.draw(st.integers(0, 4 - size)) for size in sizes]
    batch = [opened(pod_delete(), pods=size, first=first) for size, first in zip(sizes, firsts, strict=True)]
    hit = {touch.name for each in batch for touch in each.plan.touches}
    limits = Limits(pods=PodLimit(number=allowed))
    try:
        guard.check_at_once(batch, [], picture(), limits)
    except GuardRefused:
        assert len(hit) > allowed or any(size == 0 for size in sizes)  # one that names no pod may hit any
    else:
        assert len(hit) <= allowed


def test_pods_of_an_open_fault_count_until_it_is_undone() -> None:
    """A deletion is over when it is done; a change of pods that lasts is not."""
    half = Limits(pods=PodLimit(share=Share(0.5)))
    now = opened(pod_delete(), pods=2)
    guard.check_at_once([now], [opened(pod_delete(), pods=2, first=2)], picture(), half)
    lasting = opened(pod_delete(), edit("web-3", resource="pods"))
    with pytest.raises(GuardRefused, match="3 of 4 pods of deployment/web would be hit at once; allowed are 2"):
        guard.check_at_once([now], [lasting], picture(), half)


def test_a_fault_that_does_not_name_its_pods_is_counted_by_its_fields() -> None:
    """One that works through nodes hits as many as it says."""
    unnamed = opened(pod_delete(share=Share(0.75)))
    with pytest.raises(GuardRefused, match="3 of 4 pods"):
        guard.check_at_once([unnamed], [], picture(), Limits(pods=PodLimit(number=2)))


def test_nodes_and_faults_at_once_are_counted_with_those_that_are_open() -> None:
    """A node counts once, and only for faults that reach nodes."""
    drains = [opened(NodeDrain(node=n), edit(n, resource="nodes", namespace="")) for n in ("node-1", "node-2")]
    one = Limits(nodes=1)
    guard.check_at_once([drains[0]], [opened(pod_delete(), edit("node-2", resource="nodes"))], picture(), one)
    with pytest.raises(GuardRefused, match="2 nodes would be hit at once"):
        guard.check_at_once([drains[1]], [drains[0]], picture(), one)
    with pytest.raises(GuardRefused, match="2 faults would be open at once; allowed are 1"):
        guard.check_at_once([opened(pod_delete())], [opened(pod_delete())], picture(), Limits(faults=1))


@pytest.mark.parametrize(
    ("first", "second", "collide"),
    [
        (edit("web", "spec.replicas"), edit("web", "spec.replicas"), True),
        (edit("web", "spec.template"), edit("web", "spec.template.spec.hostname"), True),
        (edit("web", "spec.replicas"), edit("web", "spec.paused"), False),
        (edit("web", "spec.replicas"), edit("db", "spec.replicas"), False),
        (edit("web", "spec.selector", resource="services"), removal("web"), True),
        (removal("web"), removal("db"), False),
    ],
)
def test_one_field_is_never_changed_by_two_open_faults(first: Step, second: Step, collide: bool) -> None:
    """Whichever ended first, the other would put back what it had found: not what was there at the beginning."""
    for batch, already in (([second], [first]), ([first, second], [])):
        new, old = ([opened(pod_delete(), step) for step in steps] for steps in (batch, already))
        if collide:
            with pytest.raises(GuardRefused, match="not yet put back"):
                guard.check_at_once(new, old, picture(), Limits())
        else:
            guard.check_at_once(new, old, picture(), Limits())


def test_a_run_goes_on_only_while_enough_pods_are_ready() -> None:
    """Counted are all pods of the scenario's workloads, whoever took them; one less than the share stops it."""
    seen = picture()
    assert guard.too_few_ready(seen, [WEB], Limits(healthy=Share(1.0))) == ""
    for entry in Story().pod("web-0", ready=False).pod("web-1", ready=False).entries[1:]:
        seen.see(entry)
    assert guard.too_few_ready(seen, [WEB], Limits(healthy=Share(0.5))) == ""
    assert "2 of 4 pods of the scenario are ready, less than 51%" in guard.too_few_ready(
        seen, [WEB], Limits(healthy=Share(0.51))
    )
    assert guard.too_few_ready(seen, [WEB], Limits()) == ""


WORKLOAD = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {"replicas": 3, "template": {"metadata": {"labels": {"app": "web"}}}},
}


def foresee(
    *faults: Fault, limits: Limits | None = None, where: ClusterRecord | None = None, namespace: str = OWN
) -> None:
    wanted = msgspec.structs.replace(scenario(faults=faults), manifests=[WORKLOAD])
    guard.foresee(wanted, where or record(Capability.DISPOSABLE), limits or Limits(), namespace)


GUEST = record(Capability.NODE_EXEC, namespaces=(OWN,))


@pytest.mark.parametrize(
    ("faults", "more", "said"),
    [
        ([pod_delete(count=2)], {"limits": Limits(pods=PodLimit(share=Share(0.5)))}, "2 of 3 pods"),
        ([pod_delete(), pod_delete()], {"limits": Limits(pods=PodLimit(number=1))}, "2 of 3 pods"),
        ([OneOf.of(pod_delete(), pod_delete(all=True))], {"limits": Limits(pods=PodLimit(number=2))}, "3 of 3 pods"),
        ([pod_delete(every=Seconds(2), times=3)], {"limits": Limits(faults=2)}, "3 faults would be open"),
        ([NodeDrain(node="elsewhere")], {}, "node elsewhere does not belong"),
        ([NodeDrain(hosting=Selector("app=web"))], {"where": record(namespaces=(OWN,))}, "nodes were not allowed"),
        ([pod_delete()], {"namespace": "kube-system"}, "kube-system is protected"),
        ([pod_delete()], {"limits": Limits(protected=frozenset({OWN}))}, f"{OWN} is protected"),
        ([pod_delete()], {"where": GUEST, "namespace": "shop"}, "shop was not allowed"),
    ],
)
def test_what_data_alone_tell_is_refused_before_anything_is_placed(
    faults: list[Fault], more: dict[str, object], said: str
) -> None:
    """Counts against the manifests' replicas, named nodes, reach, namespaces and faults at once need no cluster."""
    with pytest.raises(GuardRefused, match=said) as refused:
        foresee(*faults, **more)  # type: ignore[arg-type]
    assert refused.value.hint


def test_what_may_be_is_not_refused_beforehand() -> None:
    """Rounds that end before the next begins, and pods that another workload may lose instead, are let through."""
    strict = Limits(pods=PodLimit(number=1), faults=1)
    foresee(pod_delete(every=Seconds(3), times=3, lasts=Seconds(1)), limits=strict)
    foresee(pod_delete(lasts=Seconds(1)), pod_delete(after=1.0), limits=strict)
    foresee(NodeDrain(hosting=Selector("app=web")), where=GUEST, limits=STRICT)
    other = msgspec.json.decode(msgspec.json.encode({**WORKLOAD, "metadata": {"name": "api"}}))
    assert pods_of(pod_delete(count=2), [WORKLOAD, other])[Ref("deployment/web")] == (0, 3)
    assert pods_of(PodDelete(select=Selector("app=web"), all=True), [WORKLOAD, other])[Ref("deployment/web")] == (3, 3)
