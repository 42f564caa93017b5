"""Recoveries that are broken on a real cluster, as a user would write them; none may be judged as passed.

Each function plants one defect; its docstring says what is wrong, its decorator what the verdict must say, and where
it can only be shown by a real kubelet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from real_runs import workload

from harness.model.patch import merge
from harness.model.verdict import Outcome

Manifests = list[dict[str, Any]]
FAILED, INCONCLUSIVE = Outcome.FAILED, Outcome.INCONCLUSIVE

KILL = {"pod-delete": {"select": "app=web", "after": "1s"}}
HEALS = {"recovers": {"of": "deployment/web", "within": "4s", "hold": "2s"}}
SOON = {"terminationGracePeriodSeconds": 0, "containers": [{"name": "web", "lifecycle": None}]}

SETTINGS: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}
HEALS_LATER = {"recovers": {"of": "deployment/web", "within": "20s", "hold": "2s", "from": "undo"}}


class Parts(NamedTuple):
    """What a defect consists of; by default a killed pod of a web service of four replicas that should recover."""

    faults: list[dict[str, Any]]
    manifests: Manifests | None = None
    expect: tuple[dict[str, Any], ...] = (HEALS,)
    baseline: str = "60s"


class Defect(NamedTuple):
    """A scenario that must not pass: its parts as in YAML, the verdict that it deserves, words of its explanation."""

    parts: Parts
    outcome: Outcome
    words: str
    needs: tuple[str, ...]


DEFECTS: dict[str, Defect] = {}


def planted(outcome: Outcome, words: str, *, needs: tuple[str, ...] = ()) -> Callable[[Callable[[], Parts]], None]:
    """The decorator that enters a defect."""

    def decorate(tell: Callable[[], Parts]) -> None:
        DEFECTS[tell.__name__.replace("_", "-")] = Defect(tell(), outcome, words, needs)

    return decorate


def web(**deployment: Any) -> Manifests:
    """The shipped web service with four replicas that stop at once; `deployment` is merged into its spec."""
    spec = {"replicas": 4, "minReadySeconds": 0, "template": {"spec": SOON}}
    manifests: Manifests = workload("web", deployment={"spec": {**spec, **deployment}})
    return manifests


def templated(**template: Any) -> Manifests:
    """The same with `template` merged into the pod's spec."""
    return web(template={"spec": {**SOON, **template}})


def slow_to_start() -> Manifests:
    """The same, each pod ready only after some seconds."""
    return templated(
        containers=[{"name": "web", "lifecycle": None, "env": [{"name": "STARTUP_SECONDS", "value": "4"}]}]
    )


def late(fault: dict[str, Any]) -> dict[str, Any]:
    """The fields of a fault, some seconds later: what is cached must run out first."""
    (fields,) = fault.values()
    return {**fields, "after": "2s"}


@planted(FAILED, "has 3 of 4 pods ready")
def quota_lets_three_of_four() -> Parts:
    """A quota admits three pods; the fourth can never be made again."""
    return Parts([{"quota-exhausted": {"hard": {"pods": "3"}}}, KILL])


@planted(FAILED, "wants 3 pods now, before the fault it wanted 4")
def silently_scaled_down() -> Parts:
    """Somebody scales to what is left, so that all pods that are wanted are ready."""
    return Parts([KILL, {"drift": {"of": "deployment/web", "set": {"spec": {"replicas": 3}}, "after": "1s"}}])


@planted(FAILED, "has 3 of 4 pods ready")
def limit_range_refuses_the_replacement() -> Parts:
    """A LimitRange allows less memory than the pod asks for."""
    return Parts([{"limit-range": {}}, KILL])


@planted(FAILED, "has 3 of 4 pods ready")
def webhook_without_a_backend() -> Parts:
    """An admission webhook with failurePolicy Fail answers nobody."""
    return Parts([{"webhook-down": {}}, KILL])


@planted(FAILED, "has 3 of 4 pods ready")
def no_controller() -> Parts:
    """The controller manager is down: nobody makes another pod."""
    return Parts([{"component-down": {"part": "kube-controller-manager"}}, {"pod-delete": late(KILL)}])


@planted(FAILED, "has 3 of 4 pods ready")
def no_scheduler() -> Parts:
    """The scheduler is down: the replacement is made and never placed."""
    return Parts([{"component-down": {"part": "kube-scheduler"}}, {"pod-delete": late(KILL)}])


@planted(FAILED, "of 4 pods on its newest template")
def release_that_nobody_rolls_out() -> Parts:
    """The old pods all stand, and the paused roll-out leaves them as they are."""
    return Parts([{"rollout-paused": {"of": "deployment/web"}}])


@planted(FAILED, "still has 5 pods, wanted are 4")
def image_is_nowhere() -> Parts:
    """The new template's image does not exist; the old pods go on."""
    return Parts([{"image-unavailable": {"of": "deployment/web"}}])


@planted(FAILED, "still has 5 pods, wanted are 4")
def no_node_takes_the_new_pods() -> Parts:
    """The new template asks for more processor than any node has."""
    return Parts([{"unschedulable": {"of": "deployment/web", "why": "cpu"}}])


@planted(FAILED, "does not exist")
def the_workload_itself_is_gone() -> Parts:
    """Somebody deletes the Deployment: no pod is wanted, none lacks."""
    return Parts([{"object-delete": {"of": "deployment/web"}}])


@planted(FAILED, "wants 0 pods now, before the fault it wanted 4")
def scaled_to_nothing() -> Parts:
    """A Deployment that wants no pods has all that it wants."""
    return Parts([{"drift": {"of": "deployment/web", "set": {"spec": {"replicas": 0}}}}])


@planted(FAILED, "0 of 1")
def one_replica() -> Parts:
    """It heals within its deadline, but with one replica nobody serves meanwhile."""
    return Parts([KILL], web(replicas=1), ({"never-below": {"of": "deployment/web", "ready": 1}},))


@planted(FAILED, "fell to", needs=("containers",))
def no_disruption_budget() -> Parts:
    """Nothing holds a drain back, so it takes two of four at once."""
    budgetless = [manifest for manifest in slow_to_start() if manifest["kind"] != "PodDisruptionBudget"]
    never = {"never-below": {"of": "deployment/web", "ready": 3}}
    return Parts([{"node-drain": {"hosting": "app=web"}}], budgetless, (never,))


@planted(FAILED, "fell to", needs=("containers",))
def budget_for_somebody_else() -> Parts:
    """The disruption budget selects other pods, so it holds nothing back."""
    never = {"never-below": {"of": "deployment/web", "ready": 3}}
    others = {"spec": {"selector": {"matchLabels": {"app": "wed"}}}}
    misdirected = [merge(each, others) if each["kind"] == "PodDisruptionBudget" else each for each in slow_to_start()]
    return Parts([{"node-drain": {"hosting": "app=web"}}], misdirected, (never,))


@planted(FAILED, "healed after")
def failure_that_heals() -> Parts:
    """A promise that it stays broken is itself broken by healing."""
    return Parts([KILL], expect=({"stays-failed": {"of": "deployment/web", "within": "2s", "for": "3s"}},))


@planted(INCONCLUSIVE, "matches 0 pods")
def fault_that_hits_nobody() -> Parts:
    """The selector matches no pod, so nothing was proved."""
    return Parts([{"pod-delete": {"select": "app=wed"}}])


@planted(INCONCLUSIVE, "was not steady")
def never_whole_before() -> Parts:
    """The workload was broken before the fault."""
    return Parts([KILL], templated(nodeSelector={"kubernetes.io/hostname": "nowhere"}), baseline="3s")


@planted(INCONCLUSIVE, "disruption budget")
def budget_never_agrees() -> Parts:
    """The fault itself was refused: the budget allows no eviction."""
    all_needed = {"spec": {"minAvailable": 4}}
    strict = [merge(each, all_needed) if each["kind"] == "PodDisruptionBudget" else each for each in web()]
    evict = {"pod-evict": {"select": "app=web", "give-up": "3s"}}
    return Parts([evict], strict)


@planted(FAILED, "CreateContainerConfigError", needs=("containers",))
def config_map_gone() -> Parts:
    """The ConfigMap that every new container needs was deleted after the old ones had started."""
    configured = [{"name": "web", "lifecycle": None, "envFrom": [{"configMapRef": {"name": "settings"}}]}]
    return Parts(
        [{"object-delete": {"of": "configmap/settings"}}, KILL],
        [*templated(containers=configured), {**SETTINGS, "data": {"LOG": "info"}}],
    )


@planted(FAILED, "had not recovered", needs=("containers",))
def ready_and_then_dies() -> Parts:
    """The replacement is ready for three seconds, then ends, again and again."""
    dies = ["sh", "-c", '/agnhost netexec --http-port=8080 & sleep "$LIFE"; exit 3']
    mortal = {
        "name": "web",
        "lifecycle": None,
        "command": dies,
        "env": [{"name": "LIFE", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "life"}}}],
    }
    shorter = {"drift": {"of": "configmap/settings", "set": {"data": {"life": "3"}}}}
    return Parts(
        [shorter, KILL],
        [*templated(containers=[mortal]), {**SETTINGS, "data": {"life": "9999"}}],
        ({"recovers": {"of": "deployment/web", "within": "8s", "hold": "5s"}},),
    )


@planted(FAILED, "", needs=("containers",))
def service_selects_nobody() -> Parts:
    """All pods are ready, and no request reaches them."""
    serves = {"available": {"of": "service/web", "path": "/healthz", "at-least": "99%", "outage-at-most": "1s"}}
    lost = {"drift": {"of": "service/web", "set": {"spec": {"selector": {"app": "wed"}}}, "for": "6s"}}
    return Parts(
        [lost],
        expect=(
            HEALS_LATER,
            serves,
        ),
    )


@planted(FAILED, "restart", needs=("node-exec",))
def restarts_are_counted() -> Parts:
    """The killed container is back within its deadline, but it was promised that none restarts."""
    return Parts(
        [{"container-kill": {"select": "app=web"}}], expect=({"restarts": {"of": "deployment/web", "at-most": 0}},)
    )
