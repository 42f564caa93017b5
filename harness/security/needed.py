"""Which rights a set of scenarios needs on a cluster that is entered by kubeconfig. Asks no cluster, writes no role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from harness import place
from harness.damage.plan import Stepwise
from harness.expect.restored import Restored
from harness.kube.rights import CLUSTER, Right
from harness.model.cluster import Capability
from harness.model.scenario import Fault, Reach, Scenario
from harness.observe import state, traffic, watches
from harness.providers import kubeconfig, node_pod

CARRIED = frozenset((*kubeconfig.CAPABILITIES, Capability.NODE_EXEC))
"""What a cluster of others can be able to do at most."""


class Need(NamedTuple):
    """A right, and the part of healproof or the fault that needs it."""

    right: Right
    who: str


class Needed(NamedTuple):
    """What the scenarios need, those that can be run, and in words why others cannot be run there."""

    needs: list[Need]
    scenarios: list[Scenario]
    left_out: list[str]


def needed(scenarios: Iterable[Scenario], namespace: str, *, controls: bool, cluster_scope: bool) -> Needed:
    """What it takes to run them in `namespace`, with `controls` their broken twins too.

    Without `cluster_scope` nothing outside of that namespace is asked for, and who needs it is left out; so are
    scenarios that need what no cluster of others can. Raises BadInput for a manifest of an unknown kind.
    """
    needs, kept, left_out = list(_of_every_run(namespace)), list[Scenario](), list[str]()
    for scenario in scenarios:
        silent = [fault.name for fault in _faults(scenario) if not says_its_rights(fault)]
        own = [need for each in _ways(scenario, controls=controls) for need in _of_scenario(each)]
        beyond = sorted({need.who for need in own if need.right.namespace} | set(_on_nodes(scenario)))
        if lacking := sorted(scenario.needs - CARRIED):
            left_out.append(f"{scenario.name}: it needs {', '.join(lacking)}, which only healproof's own clusters have")
        elif silent:
            left_out.append(f"{scenario.name}: {', '.join(silent)} does not say what it asks for (`rights`)")
        elif beyond and not cluster_scope:
            left_out.append(f"{scenario.name}: {', '.join(beyond)} reaches beyond the namespace")
        else:
            kept.append(scenario)
            needs += own
    if not cluster_scope:
        needs = [need for need in needs if not need.right.namespace]
    return Needed(_without_the_implied(needs), kept, left_out)


def _ways(scenario: Scenario, *, controls: bool) -> Iterator[Scenario]:
    yield scenario
    if controls:
        yield from (twin for twin in map(scenario.twin, scenario.control) if twin.needs <= CARRIED)


def _of_every_run(namespace: str) -> Iterator[Need]:
    yield from (Need(right, "attaching to the cluster") for right in kubeconfig.rights(namespace))
    yield from (Need(right, "the watches that verdicts are made of") for right in watches.rights())


def _of_scenario(scenario: Scenario) -> Iterator[Need]:
    yield from (Need(right, "the workload") for right in place.rights(scenario.manifests))
    for need in traffic.traffic_needed(scenario):
        yield from (Need(right, "expectation available") for right in traffic.rights(need))
    if any(isinstance(promise, Restored) for promise in scenario.expect):
        yield from (Need(right, "expectation restored") for right in state.rights())
    for fault in _faults(scenario):
        yield from (Need(right, f"fault {fault.name}") for right in _of_fault(fault))


def says_its_rights(fault: Fault) -> bool:
    """Whether a fault declares what it asks of the API server; one that works on nodes alone need not."""
    declares = isinstance(fault, Stepwise) and type(fault).rights is not Stepwise.rights
    return declares or Capability.NODE_EXEC in fault.needs


def _faults(scenario: Scenario) -> list[Fault]:
    """The faults that those of a scenario may turn out to be."""
    return [each for written in scenario.faults for each in written.may_be()]


def _of_fault(fault: Fault) -> Iterator[Right]:
    if isinstance(fault, Stepwise):
        yield from fault.rights()
    if Capability.NODE_EXEC in fault.needs:
        yield from node_pod.rights()


def _on_nodes(scenario: Scenario) -> Iterator[str]:
    """The faults that must know the nodes, which are in no namespace."""
    for fault in _faults(scenario):
        if fault.reach is not Reach.NAMESPACE or Capability.NODE_EXEC in fault.needs:
            yield f"fault {fault.name}"


def _without_the_implied(needs: list[Need]) -> list[Need]:
    """Without what a wider right among them allows as well: of any name, of all resources, of all namespaces."""
    rights = {need.right for need in needs}
    return [need for need in needs if not any(wider in rights for wider in _wider(need.right))]


def _wider(right: Right) -> Iterator[Right]:
    for namespace in dict.fromkeys((right.namespace, CLUSTER)):
        for resource, group in ((right.resource, right.group), ("*", "*")):
            for name in dict.fromkeys((right.name, "")):
                wider = Right(right.verb, group, resource, name, namespace)
                if wider != right and (namespace == right.namespace or resource != "*"):
                    yield wider
