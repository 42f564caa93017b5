"""Several causes at once: each is named at its own workload, whatever else is wrong."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from diagnose.scenes import (
    Document,
    ago,
    changed,
    container,
    crashing,
    deployment,
    endpoints,
    event,
    node,
    pod,
    running,
    scene,
    service,
    unready,
    waiting,
)
from harness.diagnose.diagnoser import diagnose

QUOTA = 'Error creating: pods "x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2'
UNREADY = {**running(), "ready": False}


def one(name: str, status: Document | None = None, **changes: Any) -> Document:
    """The pod of a workload."""
    return changed(pod(f"{name}-1", status=status, **changes), {"metadata": {"labels": {"app": name}}})


def healthy(name: str) -> list[Document]:
    """A workload that is well, with its Service."""
    runs = one(name)
    return [*deployment(runs, name=name), service(name), endpoints(name, runs)]


def waits(name: str, reason: str, message: str) -> list[Document]:
    """A workload whose container waits for a reason, with its Service."""
    late = one(name, unready(waiting(reason, message)))
    return [*deployment(late, name=name), service(name), endpoints(name, late)]


def probed(name: str, which: str, probe: Document, message: str) -> list[Document]:
    """A workload whose probe fails."""
    late = one(name, unready(UNREADY), containers=[container(**{f"{which}Probe": probe})])
    return [*deployment(late, name=name), event(late, "Unhealthy", f"{which.capitalize()} probe failed: {message}")]


def refused(name: str) -> list[Document]:
    """A workload of which no pod can be created."""
    whole = deployment(name=name, replicas=1)
    return [*whole, event(whole[1], "FailedCreate", QUOTA)]


def unplaced(name: str) -> list[Document]:
    """A workload whose pod is on no node."""
    said = "0/1 nodes are available: 1 Insufficient cpu."
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": said}
    late = one(name, {"phase": "Pending", "conditions": [{**condition, "lastTransitionTime": ago(40)}]}, nodeName="")
    return deployment(late, name=name)


STORIES = {
    "application-crash": lambda name: deployment(one(name, unready(crashing(2))), name=name),
    "command-bad": lambda name: deployment(one(name, unready(crashing(128, reason="StartError"))), name=name),
    "memory-limit": lambda name: deployment(
        one(
            name,
            unready(crashing(137, reason="OOMKilled")),
            containers=[container(resources={"limits": {"memory": "1Mi"}})],
        ),
        name=name,
    ),
    "image-unavailable": lambda name: waits(name, "ErrImagePull", "not found"),
    "config-missing": lambda name: waits(name, "CreateContainerConfigError", 'configmap "cfg" not found'),
    "readiness-probe-wrong": lambda name: probed(
        name, "readiness", {"tcpSocket": {"port": 1}}, "dial tcp 1.2.3.4:1: connect: connection refused"
    ),
    "application-not-ready": lambda name: probed(
        name, "readiness", {"httpGet": {"port": 8080}}, "HTTP probe failed with statuscode: 503"
    ),
    "quota-exhausted": refused,
    "insufficient-resources": unplaced,
    "service-selector-wrong": lambda name: [
        *deployment(one(name), name=name),
        service(name, selector={"app": "nobody"}),
    ],
    "rollout-paused": lambda name: deployment(
        one(name), name=name, spec={"paused": True}, status={"updatedReplicas": 0}
    ),
}


@given(st.sets(st.sampled_from(sorted(STORIES))), st.integers(0, 3))
def test_each_of_several_causes_is_named_at_its_own_workload(causes: set[str], well: int) -> None:
    """Any mixture of broken and healthy workloads: every cause once, at its workload, and nothing else."""
    names = {cause: f"w{number}" for number, cause in enumerate(sorted(causes))}
    documents = [each for cause, name in names.items() for each in STORIES[cause](name)]
    documents += [each for number in range(well) for each in healthy(f"h{number}")]
    found = diagnose(scene(documents, node())).causes
    assert {each.cause for each in found} == causes
    for each in found:
        assert names[each.cause] in each.object
        assert each.evidence
        assert each.explanation
