"""Types advice as it is printed: `python -m tests.bench.followed [kwok|kind] [case …]`.

The web service is whole, then a release of it goes wrong. It is diagnosed as `healproof advise` does on a living
namespace, the first advice with patches is typed with the user's kubectl, and the time is taken until all pods are of
the new template and ready, and nothing is diagnosed any more. Prints a table; nothing here asserts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from harness.advise.adviser import advise
from harness.diagnose.diagnoser import diagnose
from harness.gather.gatherer import gather
from harness.kube import actions
from harness.kube.client import Client
from harness.machine.clock import Monotonic, wait_until
from harness.model.advice import Advice, Patch, Way
from harness.model.cluster import ClusterRecord
from harness.model.diagnosis import Named
from tests.bench.figures import say
from tests.bench.ground import cluster, workload

NAMED_SECONDS_MAX = 90.0
WHOLE_SECONDS_MAX = 120.0
LOOK_SECONDS = 2.0
Document = dict[str, Any]


class Case(NamedTuple):
    """A strategic merge patch of the Deployment, and the cause that it is expected to be."""

    patch: Document
    cause: str


def container(**fields: Any) -> Document:
    """A patch of the container."""
    return {"spec": {"template": {"spec": {"containers": [{"name": "web", **fields}]}}}}


ENV = {"name": "RELEASE", "value": "2"}
PAUSED = container(env=[ENV])
PAUSED["spec"]["paused"] = True
NOWHERE = {"spec": {"template": {"spec": {"nodeSelector": {"disk": "fast"}}}}}
KWOK = {
    "release while paused": Case(PAUSED, "rollout-paused"),
    "scaled to nothing": Case({"spec": {"replicas": 0}}, "scaled-down"),
    "release that no node takes": Case(NOWHERE, "node-selector-unmatched"),
}
KIND = {
    "release with a wrong image": Case(
        container(image="registry.k8s.io/e2e-test-images/agnhost:0.0.1"), "image-unavailable"
    ),
    "release with a wrong command": Case(container(command=["/no-such-program"]), "command-bad"),
    "release with a wrong readiness port": Case(
        container(readinessProbe={"httpGet": {"port": 9999}}), "readiness-probe-wrong"
    ),
    **KWOK,
}
CASES = {"kwok": KWOK, "kind": KIND}


def main(words: Sequence[str]) -> int:
    """One row a case."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.followed", description=__doc__)
    parser.add_argument("provider", nargs="?", choices=list(CASES), default="kwok")
    parser.add_argument("cases", nargs="*", help="only those that begin so (default: all)")
    parser.add_argument("--cluster", default="", help="name of the cluster (default: the provider's usual one)")
    said = parser.parse_args(words)
    record = cluster(said.provider, said.cluster)
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    say("| wrong | diagnosed | named after, s | ready then | typed | whole again after, s | diagnosed then |")
    say("|---|---|---|---|---|---|---|")
    for name, case in CASES[said.provider].items():
        if not said.cases or name.startswith(tuple(said.cases)):
            namespace = f"followed-{name.replace(' ', '-')}"
            actions.create_namespace(client, namespace, {"healproof.dev/run": "bench"})
            try:
                say(f"| {name} | {' | '.join(_followed(record, client, namespace, case))} |")
            finally:
                actions.delete_namespace(client, namespace)
    client.close()
    return 0


def _followed(record: ClusterRecord, client: Client, namespace: str, case: Case) -> list[str]:
    """The row of a case."""
    clock = Monotonic()
    for each in workload("web"):
        actions.apply(client, each, namespace)
    if wait_until(lambda: _whole(client, namespace) or None, timeout_seconds=WHOLE_SECONDS_MAX) is None:
        return ["never whole", "", "", "", "", ""]
    actions.strategic_patch(client, "deployments", "web", case.patch, namespace)
    broken = clock.now()

    def look() -> Named | None:
        return next((each for each in _causes(client, namespace) if each.cause == case.cause), None)

    found = wait_until(look, timeout_seconds=NAMED_SECONDS_MAX, every_seconds=LOOK_SECONDS)
    if found is None:
        return [", ".join(each.cause for each in _causes(client, namespace)) or "nothing", "", "", "", "", ""]
    named, ready = clock.now() - broken, _ready(client, namespace)
    typed = next((each for each in found.advice if each.patches), Advice(text=""))
    for patch in typed.patches:
        _type(record, patch)
    began = clock.now()
    whole = wait_until(lambda: _whole(client, namespace) or None, timeout_seconds=WHOLE_SECONDS_MAX)
    took = f"{clock.now() - began:.1f}" if whole else "not within 120"
    left = ", ".join(each.cause for each in _causes(client, namespace)) or "nothing"
    words = "; ".join(json.dumps(each.body) for each in typed.patches) or "no patch"
    return [found.cause, f"{named:.1f}", f"{ready} of 3", f"`{words}`", took, left]


def _causes(client: Client, namespace: str) -> list[Named]:
    scene = gather(client, namespace, clock=Monotonic())
    return advise(diagnose(scene), scene).causes


def _type(record: ClusterRecord, patch: Patch) -> None:
    """The command as it is printed; a manifest goes to its standard input."""
    env = {**os.environ, "KUBECONFIG": record.kubeconfig}
    body = json.dumps(patch.body) if patch.way is Way.APPLY else ""
    subprocess.run(["sh", "-c", patch.command], input=body, env=env, text=True, check=True, stdout=subprocess.PIPE)


def _ready(client: Client, namespace: str) -> int:
    return int(actions.get(client, "deployments", "web", namespace)["status"].get("readyReplicas", 0))


def _whole(client: Client, namespace: str) -> bool:
    """Whether three pods are of the present template and available, and no other is left."""
    deployment = actions.get(client, "deployments", "web", namespace)
    status = deployment.get("status", {})
    if status.get("observedGeneration") != deployment["metadata"]["generation"]:
        return False
    return [status.get(key, 0) for key in ("replicas", "updatedReplicas", "availableReplicas")] == [3, 3, 3]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
