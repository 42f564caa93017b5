"""Follows advice and looks whether it helps: `python -m tests.bench.advice [kwok|kind] [case …]`.

Each case is the web service with one thing wrong. It goes the way of `healproof advise --verify`: run as it is,
diagnosed from its own timeline, run again with nothing changed but its manifests, which then follow the advice.
Prints a table; nothing here asserts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from harness.commands.verify_advice import Tried, before_and_after
from harness.expect.available import Available
from harness.expect.never_below import NeverBelow
from harness.expect.recovers import Recovers
from harness.expect.restarts import Restarts
from harness.faults.node_drain import NodeDrain
from harness.faults.pod_delete import PodDelete
from harness.model.patch import merge
from harness.model.result import ScenarioResult
from harness.model.scenario import Expectation, Fault, Scenario
from harness.model.units import Ref, Seconds, Selector, Share
from harness.model.verdict import Outcome
from harness.report.advice import Verified, patch_yaml
from harness.session import Arena
from tests.bench.figures import say
from tests.bench.ground import arena, cluster, recovery, workload

WEB = Ref("deployment/web")
BASELINE_SECONDS = 20.0
Document = dict[str, Any]


class Case(NamedTuple):
    """One thing that is wrong: strategic merge patches of the web service by `kind/name`, and objects besides."""

    patches: dict[str, Document | None]
    more: Sequence[Document] = ()
    fault: Fault = PodDelete(select=Selector("app=web"))
    promises: tuple[Expectation, ...] = ()
    baseline_seconds: float = BASELINE_SECONDS
    observe_seconds: float = 0
    within_seconds: float = 20


def spec(**fields: Any) -> dict[str, Document | None]:
    """A patch of the pods' spec."""
    return {"deployment/web": {"spec": {"template": {"spec": fields}}}}


def container(**fields: Any) -> dict[str, Document | None]:
    """A patch of the container."""
    return spec(containers=[{"name": "web", **fields}])


def other(kind: str, name: str, **parts: Any) -> Document:
    """A further object of the core API."""
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **parts}


APART = {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": "kubernetes.io/hostname"}
FIRST = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-1"]}]}
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
TOGETHER = {
    "podAffinity": {PREFERRED: [{"weight": 100, "podAffinityTerm": APART}]},
    "nodeAffinity": {PREFERRED: [{"weight": 100, "preference": FIRST}]},
}
SERVES: tuple[Expectation, ...] = (
    Available(of=Ref("service/web"), path="/healthz", at_least=Share(0.99), outage_at_most=Seconds(1)),
)
WANTS = {"name": "COLOUR", "valueFrom": {"configMapKeyRef": {"name": "look", "key": "colour"}}}
MEMORY = "x=0123456789; while [ ${#x} -lt 30000000 ]; do x=$x$x; done; exec /agnhost netexec --http-port=8080"
"""It takes some 84 MB to start, the limit is 64 MiB."""
CLAIM = other(
    "PersistentVolumeClaim",
    "data",
    spec={
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "standrad",
        "resources": {"requests": {"storage": "16Mi"}},
    },
)
KWOK = {
    "one replica": Case({"deployment/web": {"spec": {"replicas": 1}}}, promises=(NeverBelow(of=WEB, ready=1),)),
    "no disruption budget": Case(
        {
            "deployment/web": {
                "spec": {"replicas": 2, "template": {"spec": {"topologySpreadConstraints": None, "affinity": TOGETHER}}}
            },
            "poddisruptionbudget/web": None,
        },
        fault=NodeDrain(hosting=Selector("app=web")),
        promises=(NeverBelow(of=WEB, ready=1),),
    ),
    "quota of pods": Case({}, [other("ResourceQuota", "few", spec={"hard": {"pods": "2"}})]),
    "quota of what is not stated": Case({}, [other("ResourceQuota", "cpu", spec={"hard": {"limits.cpu": "4"}})]),
    "limit range": Case(
        {}, [other("LimitRange", "small", spec={"limits": [{"type": "Container", "max": {"memory": "32Mi"}}]})]
    ),
    "node selector": Case(spec(nodeSelector={"disk": "fast"})),
    "request larger than a node": Case(container(resources={"requests": {"cpu": "1000"}})),
    "service account": Case(spec(serviceAccountName="robot")),
    "host port": Case(
        merge(
            {"deployment/web": {"spec": {"replicas": 6}}},
            container(ports=[{"name": "http", "containerPort": 8080, "hostPort": 8080}]),
        )
    ),
    "anti-affinity": Case(
        merge(
            {"deployment/web": {"spec": {"replicas": 6}}},
            spec(affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [APART]}}),
        )
    ),
    "paused": Case({"deployment/web": {"spec": {"paused": True}}}),
}
KIND = {
    "liveness probe of a wrong port": Case(
        container(livenessProbe={"httpGet": {"port": 9999}}),
        promises=(Restarts(of=WEB, at_most=0),),
        observe_seconds=20,
    ),
    "readiness probe of a wrong scheme": Case(container(readinessProbe={"httpGet": {"scheme": "HTTPS"}})),
    "slow start": Case(
        container(env=[{"name": "STARTUP_SECONDS", "value": "20"}], livenessProbe={"initialDelaySeconds": 0}),
        baseline_seconds=40,
        within_seconds=60,
    ),
    "memory limit": Case(container(command=["sh", "-c", MEMORY]), baseline_seconds=40),
    "storage class": Case(
        merge(
            spec(volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]),
            container(volumeMounts=[{"name": "data", "mountPath": "/data"}]),
        ),
        [CLAIM],
    ),
    "config map": Case(container(env=[WANTS])),
    "selector of the service": Case({"service/web": {"spec": {"selector": {"app": "wbe"}}}}, promises=SERVES),
    "port of the service": Case(
        {"service/web": {"spec": {"ports": [{"port": 80, "targetPort": 8081}]}}}, promises=SERVES
    ),
    "no graceful stop": Case(
        merge({"deployment/web": {"spec": {"replicas": 1}}}, container(lifecycle=None)), promises=SERVES
    ),
    "one replica": KWOK["one replica"],
    "quota of pods": KWOK["quota of pods"],
    "node selector": KWOK["node selector"],
}
CASES = {"kwok": KWOK, "kind": KIND}


def main(words: Sequence[str]) -> int:
    """One row a case."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.advice", description=__doc__)
    parser.add_argument("provider", nargs="?", choices=list(CASES), default="kwok")
    parser.add_argument("cases", nargs="*", help="only those that begin so (default: all)")
    parser.add_argument("--cluster", default="", help="name of the cluster (default: the provider's usual one)")
    parser.add_argument("--patches", action="store_true", help="print the patches below each row")
    said = parser.parse_args(words)
    chosen = {
        name: case
        for name, case in CASES[said.provider].items()
        if not said.cases or name.startswith(tuple(said.cases))
    }
    say("| wrong | before | advice against | changed | after | recovery, s |")
    say("|---|---|---|---|---|---|")
    with arena(cluster(said.provider, said.cluster)) as stage:
        helped = [_helped(name, case, stage, patches=said.patches) for name, case in chosen.items()]
    say(f"\n{sum(helped)} of {len(helped)} pass with the advice followed")
    return 0


def _helped(name: str, case: Case, stage: Arena, *, patches: bool) -> bool:
    """One row; whether it failed before and passes after."""
    told = before_and_after(Tried(_scenario(name, case), []), stage.run)
    against = ", ".join(dict.fromkeys(cause for cause, _ in told.advice))
    changed = ", ".join(dict.fromkeys(patch.object for _, each in told.advice for patch in each.patches))
    after = _outcome(told.after) if told.after else "not run"
    measured = recovery(told.after) if told.after else None
    took = f"{measured.value:.2f} ± {measured.error:.2f}" if measured and not measured.censored else ""
    say(f"| {name} | {_outcome(told.before)} | {against} | {changed} | {after} | {took} |")
    if patches:
        _details(told)
    return told.after is not None and told.after.verdict.outcome is Outcome.PASSED


def _outcome(result: ScenarioResult) -> str:
    """The verdict and why: the promise that was broken, or what kept it from beginning."""
    verdict = result.verdict
    broken = [each.expectation for each in verdict.findings if each.outcome is Outcome.FAILED]
    doubt = verdict.doubts[0].partition("; hint")[0] if verdict.doubts else ""
    word = "did not begin" if verdict.outcome is Outcome.INCONCLUSIVE else str(verdict.outcome)
    return f"{word}: {', '.join(broken) or doubt.rpartition(': ')[2]}" if broken or doubt else word


def _details(told: Verified) -> None:
    for _, advice in told.advice:
        say(f"    {advice.text}")
        for patch in advice.patches:
            say("".join(f"      {line}\n" for line in patch_yaml(patch).splitlines()).rstrip("\n"))
    for each in (told.before, told.after):
        for finding in each.verdict.findings if each else ():
            say(f"    {finding.expectation}: {finding.outcome}: {finding.text}")
        for doubt in each.verdict.doubts if each else ():
            say(f"    doubt: {doubt}")


def _scenario(name: str, case: Case) -> Scenario:
    """The web service with that wrong, a pod of it lost, and what is promised."""
    quick = {str(WEB): {"spec": {"minReadySeconds": 2}}}
    manifests = [*case.more, *_patched(merge(quick, case.patches))]
    slug = f"advice-{name.replace(' ', '-')}"
    promises = [Recovers(of=WEB, within=Seconds(case.within_seconds), hold=Seconds(2)), *case.promises]
    return Scenario(
        name=slug,
        why="Advice is worth what it changes.",
        manifests=manifests,
        faults=[case.fault],
        expect=promises,
        baseline=Seconds(case.baseline_seconds),
        observe=Seconds(case.observe_seconds),
    )


def _patched(patches: dict[str, Document | None]) -> list[Document]:
    """The web service with these patches; None leaves an object out."""
    changed = []
    for manifest in workload("web"):
        ref = f"{manifest['kind'].lower()}/{manifest['metadata']['name']}"
        patch = patches.get(ref, {})
        if patch is not None:
            changed.append(merge(manifest, patch))
    return changed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
