"""Isolation steps on real nodes: faults are real, what is seen separates them from their likeness, nothing stays."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from contract.standing import Standing, standing
from real_runs import Ground, required, workload, write_scenario

from harness.damage import dns, steps
from harness.damage.plan import damage_of
from harness.damage.ways import enter, reach
from harness.diagnose.diagnoser import diagnose
from harness.faults.dns_wrong import lying
from harness.gather.gatherer import gather
from harness.isolate.isolator import isolate
from harness.isolate.step import STEPS
from harness.kube import actions
from harness.load import load_file
from harness.machine.clock import Monotonic, wait_until
from harness.model.diagnosis import Diagnosis, Named, StepTaken
from harness.model.patch import merge
from harness.model.picture import Picture
from harness.model.scene import Scene
from harness.place import workload_refs

pytestmark = [pytest.mark.kind, pytest.mark.slow]

PREFIX = "isolate-"
IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.63.0"
SURE = 0.9


class Case(NamedTuple):
    """What stands in a namespace of its own, and the fault that breaks it."""

    workload: str
    fault: dict[str, Any]


CASES = {
    "hang": Case("shop", {"container-pause": {"select": "app=web"}}),
    "cut": Case("shop", {"network-partition": {"from": "app=front", "to": "app=web"}}),
    "slow": Case("ledger", {"volume-slow": {"of": "persistentvolumeclaim/data-ledger-0", "rate": "16kbit"}}),
}


class Trial(NamedTuple):
    """Steps in the namespace of a case: with a way into nodes or without, and what the one who asks may not see."""

    case: str
    enters_nodes: bool = True
    hidden: tuple[str, ...] = ()


HANG, HANG_BY_HELPER = Trial("hang"), Trial("hang", enters_nodes=False)
SLOW, SLOW_BY_HELPER = Trial("slow"), Trial("slow", enters_nodes=False)
CUT, NODE, NAME = Trial("cut"), Trial("node"), Trial("name", hidden=("corefile",))
TRIALS = (HANG, HANG_BY_HELPER, SLOW, SLOW_BY_HELPER, CUT, NODE, NAME)


@pytest.fixture(scope="module")
def answers(kind_ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Trial, Answer]]:
    """What the steps said in a namespace for each fault: all side by side, for the waits are what takes time.

    What is well must be placed on the first worker before the last one becomes unfit, and stay there.
    """
    folder, client, last = tmp_path_factory.mktemp("isolation"), kind_ground.client, kind_ground.record.nodes[-1]
    with contextlib.ExitStack() as stack:
        stack.callback(await_dns, kind_ground)
        actions.cordon(client, last, True)
        stack.callback(actions.cordon, client, last, False)
        stack.enter_context(placed(kind_ground, "name", by_name()))
        for name, case in CASES.items():
            stack.enter_context(placed(kind_ground, name, workload(case.workload)))
        stack.enter_context(lying_dns(kind_ground, PREFIX + "name"))
        for name, case in CASES.items():
            stand = stack.enter_context(standing(kind_ground.record, PREFIX + name, folder / name))
            stack.enter_context(injected(stand, case, folder / name))
        stack.enter_context(unfit(kind_ground, last))
        pinned = {"spec": {"template": {"spec": {"nodeName": last}}}}
        web = [each for each in workload("web", deployment=pinned) if each["kind"] == "Deployment"]
        stack.enter_context(placed(kind_ground, "node", web))
        await_dns(kind_ground)
        for name in (*CASES, "name", "node"):
            named = wait_until(lambda name=name: seen(kind_ground, name).causes or None, timeout_seconds=60)
            assert named, f"nobody sees that {name} is broken"
        yield tried(kind_ground)


def tried(ground: Ground) -> dict[Trial, Answer]:
    """All trials at once; fails where they left anything."""
    there = {name: pods(ground, PREFIX + name) for name in (*CASES, "name", "node")}
    assert list(STEPS)  # a registry is filled by whoever asks first, and that must be one thread
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(len(TRIALS)) as threads:
        patch.setenv("XDG_STATE_HOME", str(ground.state))
        found = dict(zip(TRIALS, threads.map(lambda trial: isolated(ground, trial), TRIALS), strict=True))
    assert {name: pods(ground, PREFIX + name) for name in there} == there
    assert (ground.journals(), ground.pending()) == ([], [])
    return found


def by_name() -> list[dict[str, Any]]:
    """The shop, its front asking for the service behind it by name."""
    probe = {"exec": {"command": ["sh", "-c", "/agnhost connect web:80 --timeout=2s"]}}
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "front", "readinessProbe": probe}]}}}}
    shop = workload("shop")
    return [merge(each, patch) if each["metadata"]["name"] == "front" else each for each in shop]


@contextlib.contextmanager
def lying_dns(ground: Ground, namespace: str) -> Iterator[None]:
    """A DNS that denies the names of one namespace; whoever needs it waits for it."""
    before = actions.get(ground.client, "configmaps", "coredns", dns.NAMESPACE)["data"]["Corefile"]
    try:
        restart_dns(ground, lying(before, rf"\.{namespace}\.svc\.", "NXDOMAIN"))
        yield
    finally:
        restart_dns(ground, before)


def restart_dns(ground: Ground, corefile: str) -> None:
    """Another Corefile, and pods that read it now: those that run would do so in a minute or two."""
    actions.merge_patch(ground.client, "configmaps", "coredns", {"data": {"Corefile": corefile}}, dns.NAMESPACE)
    for pod in actions.listed(ground.client, "pods", dns.NAMESPACE, labels=dns.LABELS):
        actions.delete(ground.client, "pods", pod["metadata"]["name"], dns.NAMESPACE, grace_seconds=0)


def await_dns(ground: Ground) -> None:
    """Until each of its pods is ready and answers, on every node, a name that nobody lies about."""

    def answers_all() -> bool:
        there = actions.listed(ground.client, "pods", dns.NAMESPACE, labels=dns.LABELS)
        ready = [c for pod in there for c in pod["status"].get("conditions", ()) if c["type"] == "Ready"]
        return len(ready) == 2 and all(c["status"] == "True" for c in ready) and resolves(ground)

    required(answers_all, "the cluster's DNS", 60)


def resolves(ground: Ground) -> bool:
    """Whether a name that nobody lies about is answered on every node."""
    site = enter(ground.record, ground.client, Monotonic(), Picture())
    server, name = dns.server_address(site), "kubernetes.default.svc.cluster.local"
    return all(dns.ask(site, node, server, name).addresses for node in ground.record.nodes)


@contextlib.contextmanager
def unfit(ground: Ground, node: str) -> Iterator[None]:
    """A node without its network plug-in, which still says that it is ready."""
    enter_node = reach(ground.record)
    enter_node(node, ["mv", "/opt/cni/bin", "/opt/cni/away"])
    try:
        yield
    finally:
        enter_node(node, ["mv", "/opt/cni/away", "/opt/cni/bin"])


@contextlib.contextmanager
def placed(ground: Ground, name: str, manifests: list[dict[str, Any]]) -> Iterator[str]:
    """A namespace of a test's own, with a workload."""
    namespace = PREFIX + name
    actions.create_namespace(ground.client, namespace, {"healproof.dev/run": "tests"})
    try:
        for manifest in manifests:
            actions.apply(ground.client, manifest, namespace)
        yield namespace
    finally:
        actions.delete_namespace(ground.client, namespace)


@contextlib.contextmanager
def injected(stand: Standing, case: Case, folder: Path) -> Iterator[None]:
    """A fault as a scenario's author would write it, undone at the end."""
    of = "deployment/web" if case.workload == "shop" else f"statefulset/{case.workload}"
    expect = [{"recovers": {"of": of, "within": "60s", "hold": "1s"}}]
    (scenario,) = load_file(write_scenario(folder, "case", workload(case.workload), [case.fault], expect))
    refs, picture = workload_refs(scenario.manifests), stand.site.picture
    stand.recorder.wait(lambda: not any(picture.steady(ref) for ref in refs), stand.recorder.now() + 60)
    damage = damage_of(scenario.faults[0])
    plan = damage.plan(stand.site)
    try:
        damage.inject(stand.site, plan)
        yield
    finally:
        steps.undo(stand.site, plan.steps)


class Answer(NamedTuple):
    """What was named before the steps and after them, and the steps."""

    before: Diagnosis
    after: Diagnosis
    taken: list[StepTaken]

    @property
    def first(self) -> Named:
        return self.after.causes[0]

    def results(self, step: str) -> str:
        """What one step said, all of it."""
        return "\n".join(f"{each.about}: {each.result}" for each in self.taken if each.name == step)


def seen(ground: Ground, name: str) -> Diagnosis:
    """What is named without any step, and without a look inside nodes: as on a cluster of others."""
    return diagnose(looked(ground, name))


def looked(ground: Ground, name: str, hidden: tuple[str, ...] = ()) -> Scene:
    scene = gather(ground.client, PREFIX + name, clock=Monotonic(), deadline_seconds=10)
    return msgspec.structs.replace(scene, looks=[look for look in scene.looks if look.kind not in hidden])


def isolated(ground: Ground, trial: Trial) -> Answer:
    """The steps in one namespace."""
    scene = looked(ground, trial.case, trial.hidden)
    before = diagnose(scene)
    site = enter(ground.record, ground.client, Monotonic(), Picture(), namespace=PREFIX + trial.case)
    taken = isolate(
        scene, before, site, enters_nodes=trial.enters_nodes, image=IMAGE, seconds=30, say=lambda text: None
    )
    assert taken.left_behind == []
    wider = msgspec.structs.replace(scene, looks=[*scene.looks, *taken.looks])
    return Answer(before, diagnose(wider), taken.steps)


def pods(ground: Ground, namespace: str) -> set[str]:
    return {pod["metadata"]["name"] for pod in actions.listed(ground.client, "pods", namespace)}


def test_a_hang_is_told_from_a_network_that_is_cut(answers: dict[Trial, Answer]) -> None:
    """Connected and not answered is the one; not connected from here, though from elsewhere, is the other."""
    hang, cut = answers[HANG], answers[CUT]
    assert (hang.before.causes[0].confidence < SURE, cut.before.causes[0].confidence < SURE) == (True, True)
    assert hang.first.cause == "application-hang", hang.taken
    assert hang.first.object.startswith(("deployment/web", "pod/web"))
    assert hang.first.confidence >= SURE, hang
    assert "connected, but no answer" in hang.results("request")
    assert cut.first.cause == "network-partition", cut.taken
    assert cut.first.object.startswith(("deployment/front", "pod/front"))
    assert cut.first.confidence >= SURE, cut
    assert "timed out" in cut.results("request")


def test_where_no_node_can_be_entered_a_helper_pod_asks(answers: dict[Trial, Answer]) -> None:
    """The same hang, found out by a pod that is gone afterwards."""
    hang = answers[HANG_BY_HELPER]
    assert (hang.first.cause, hang.first.confidence >= SURE) == ("application-hang", True), hang.taken
    assert "a helper pod -> pod/web" in hang.results("request")


def test_a_volume_that_is_slow_is_timed(kind_ground: Ground, answers: dict[Trial, Answer]) -> None:
    """Through the node the container's own limit shows beside a quick disk; a helper pod has limits of its own."""
    slow, beside = answers[SLOW], answers[SLOW_BY_HELPER]
    assert slow.before.causes[0].confidence < SURE, slow.before.causes
    assert (slow.first.cause, slow.first.confidence >= SURE) == ("volume-slow", True), slow
    assert (beside.first.cause, beside.first.confidence >= SURE) == ("volume-slow", False), beside
    assert "beside it" in beside.results("volume-write")
    node = actions.listed(kind_ground.client, "pods", PREFIX + "slow")[0]["spec"]["nodeName"]
    left = reach(kind_ground.record)(node, ["find", "/var/lib/kubelet/pods", "-name", ".isolation-*"])
    assert left.text == ""


def test_a_node_where_no_pod_comes_up_is_told_from_an_application(
    kind_ground: Ground, answers: dict[Trial, Answer]
) -> None:
    """Without its network plug-in a good pod fails there as well, and a copy of the failing one runs elsewhere."""
    answer, node = answers[NODE], kind_ground.record.nodes[-1]
    assert (answer.first.cause, answer.first.object) == ("node-unfit", f"node/{node}"), answer
    assert answer.first.confidence >= SURE
    assert "ready after" in answer.results("same-image-elsewhere")
    assert "not ready after" in answer.results("good-pod-here")


def test_a_dns_that_lies_is_asked(answers: dict[Trial, Answer]) -> None:
    """Somebody who may not read its configuration finds out by asking for a name."""
    answer = answers[NAME]
    assert answer.before.causes[0].confidence < SURE, answer.before.causes
    assert (answer.first.cause, answer.first.confidence >= SURE) == ("dns-wrong", True), answer
    assert "NXDOMAIN" in answer.results("dns-query")
    assert "10.96.0.1 (" in answer.results("dns-query")
