"""Holds predicted budgets against real clusters: `python -m tests.bench_budgets [kwok|kind] [--rows NAME…]`.

Prints a Markdown table: what was predicted, what was measured, and whether it lies inside. Nothing here asserts.
Rows whose name ends in `-default` are of clusters with Kubernetes' own timers and take minutes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from harness.acquire import prober_image
from harness.expect.recovers import Recovers, Since
from harness.expect.stays_failed import StaysFailed
from harness.load import load_workload
from harness.machine.progress import Silent
from harness.model.budget import Compared, Place
from harness.model.patch import merge
from harness.model.scenario import Expectation, Fault, Scenario
from harness.model.units import Ref, Seconds, decode_token
from harness.providers import catalogue
from harness.registry import FAULTS
from harness.session import Arena

ROOT = Path(__file__).resolve().parent.parent
WORKLOADS = ROOT / "scenarios" / "workloads"
SHAPES = {
    "kwok": {"compressed": "compressed", "default": "default"},
    "kind": {"compressed": "two-workers", "default": "two-workers+default-timers"},
}
BOTH, KIND, KWOK = ("kwok", "kind"), ("kind",), ("kwok",)


class Row(NamedTuple):
    """One fault, or several, on one workload.

    Without `fails` it heals while the fault lasts; with it, it must stay failed for so many seconds, and then, where
    `undo` says so, heal from the undo on.
    """

    name: str
    on: tuple[str, ...]
    of: str
    faults: list[dict[str, Any]]
    fails: float = 0.0
    undo: bool = True
    within: float = 120.0
    timers: str = "compressed"
    patch: dict[str, Any] | None = None
    workload: str = ""

    def scenario(self) -> Scenario:
        """The row as a scenario; its deadline is generous, for it measures and does not judge."""
        of = Ref(self.of)
        manifests = load_workload(WORKLOADS / f"{self.workload or of.name}.yaml")
        since = Since.UNDO if self.fails else Since.INJECTION
        healed = Recovers(of=of, within=Seconds(self.within), hold=Seconds(2), since=since)
        expect: list[Expectation] = [healed] if self.undo or not self.fails else []
        if self.fails:
            expect.insert(0, StaysFailed(of=of, within=Seconds(90), lasts=Seconds(self.fails)))
        return Scenario(
            name=f"budget-{self.name}",
            why="Predictions are worth what measures say of them.",
            manifests=[merge(m, self.patch or {}) if m["kind"].lower() == of.kind else m for m in manifests],
            faults=[_fault(fault) for fault in self.faults],
            expect=expect,
        )


SCHEDULER, CONTROLLERS = ({"component-down": {"part": part}} for part in ("kube-scheduler", "kube-controller-manager"))
KUBELET = {"node-service-stop": {"hosting": "app=web"}}
STUCK = {"rollout-stuck": {"of": "deployment/web", "progress-deadline": "12s"}}
WEB, RING, AGENT = "deployment/web", "statefulset/ring", "daemonset/agent"
LOST = {"pod-delete": {"select": "app=web", "after": "1s"}}
DOWN = {"node-down": {"hosting": "app=web"}}
FOREVER = {
    "spec": {
        "template": {
            "spec": {
                "tolerations": [{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"}]
            }
        }
    }
}
NO_LIVENESS = {"spec": {"template": {"spec": {"containers": [{"name": "web", "livenessProbe": None}]}}}}
LATE = {
    "spec": {"template": {"spec": {"containers": [{"name": "web", "readinessProbe": {"initialDelaySeconds": 12}}]}}}
}
ALONE = {"spec": {"replicas": 1}}

ROWS = [
    Row("pod-delete-deployment", BOTH, WEB, [{"pod-delete": {"select": "app=web"}}]),
    Row("pod-delete-all-deployment", BOTH, WEB, [{"pod-delete": {"select": "app=web", "all": True}}]),
    Row("pod-delete-late-readiness", KIND, WEB, [{"pod-delete": {"select": "app=web"}}], patch=LATE),
    Row("pod-delete-statefulset", BOTH, RING, [{"pod-delete": {"select": "app=ring"}}]),
    Row("pod-delete-daemonset", BOTH, AGENT, [{"pod-delete": {"select": "app=agent"}}]),
    Row("pod-fail-deployment", BOTH, WEB, [{"pod-fail": {"select": "app=web"}}]),
    Row("pod-fail-statefulset", BOTH, RING, [{"pod-fail": {"select": "app=ring"}}]),
    Row("pod-orphan-deployment", BOTH, WEB, [{"pod-orphan": {"select": "app=web"}}]),
    Row("pod-evict-deployment", BOTH, WEB, [{"pod-evict": {"select": "app=web", "all": True}}]),
    Row("node-drain-deployment", BOTH, WEB, [{"node-drain": {"hosting": "app=web"}}]),
    Row("node-taint-deployment", BOTH, WEB, [{"node-taint": {"hosting": "app=web", "effect": "NoExecute"}}]),
    Row("container-kill-deployment", KIND, WEB, [{"container-kill": {"select": "app=web"}}]),
    Row(
        "container-kill-third-in-a-row",
        KIND,
        WEB,
        [{"container-kill": {"select": "app=web", "every": "10s", "times": 3}}],
        patch=ALONE,
    ),
    Row("container-pause-liveness", KIND, WEB, [{"container-pause": {"select": "app=web"}}]),
    Row(
        "container-pause-no-liveness-never",
        KIND,
        WEB,
        [{"container-pause": {"select": "app=web"}}],
        fails=40,
        undo=False,
        patch=NO_LIVENESS,
    ),
    Row("node-down-deployment", BOTH, WEB, [DOWN]),
    Row("node-down-statefulset-never", BOTH, RING, [{"node-down": {"hosting": "app=ring"}}], fails=40, undo=False),
    Row("node-down-tolerated-never", BOTH, WEB, [DOWN], fails=40, undo=False, patch=FOREVER),
    Row("kubelet-stop-deployment", KIND, WEB, [KUBELET]),
    Row("containerd-stop", KIND, WEB, [{"node-service-stop": {"hosting": "app=web", "service": "containerd"}}]),
    Row("node-partition-deployment", KIND, WEB, [{"node-partition": {"hosting": "app=web"}}]),
    Row("node-delete-deployment", BOTH, WEB, [{"node-delete": {"hosting": "app=web"}}]),
    Row("scheduler-down", BOTH, WEB, [SCHEDULER, LOST], fails=10),
    Row("controller-manager-down", BOTH, WEB, [CONTROLLERS, LOST], fails=10),
    Row("quota-removed", BOTH, WEB, [{"quota-exhausted": {"hard": {"pods": "0"}}}, LOST], fails=3, within=1020),
    Row("webhook-removed", BOTH, WEB, [{"webhook-down": {}}, LOST], fails=2, within=1020),
    Row("probe-fail-put-back", BOTH, WEB, [{"probe-fail": {"of": WEB, "probe": "readiness"}}], fails=5),
    Row("unschedulable-put-back", BOTH, WEB, [{"unschedulable": {"of": WEB, "why": "cpu"}}], fails=5),
    Row("crash-loop-put-back", BOTH, WEB, [{"crash-loop": {"of": WEB}}], fails=8),
    Row("rollout-stuck-never", BOTH, WEB, [STUCK], fails=20, undo=False),
    Row("node-down-default", BOTH, WEB, [DOWN], within=420, timers="default"),
    Row("kubelet-stop-default", KIND, WEB, [KUBELET], within=420, timers="default"),
]  # fmt: skip


def main(words: list[str]) -> int:
    """Run the rows of one provider, those of each kind of timers on a cluster of their own, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench_budgets")
    parser.add_argument("provider", nargs="?", default="kwok", choices=list(SHAPES))
    parser.add_argument("--rows", nargs="*", default=[], help=f"of {', '.join(row.name for row in ROWS)}")
    parser.add_argument("--timers", choices=["compressed", "default"], help="only rows of these timers")
    parser.add_argument("--times", type=int, default=1, help="each row so often")
    parser.add_argument("--name", default="", help="begins the names of the clusters")
    said = parser.parse_args(words)
    wanted = [row for row in ROWS if said.provider in row.on and (not said.rows or row.name in said.rows)]
    say("| row | on | timers | predicted, s | measured, s | inside |")
    say("|---|---|---|---|---|---|")
    places: list[Place | None] = []
    for timers in ("compressed", "default"):
        rows = [row for row in wanted if row.timers == timers and said.timers in (None, timers)]
        if rows:
            with _arena(said.provider, SHAPES[said.provider][timers], said.name) as arena:
                for row in rows:
                    places += [_measured(row, said.provider, arena, number) for number in range(said.times)]
    inside = places.count(Place.INSIDE)
    say(f"\n{inside} of {len(places)} inside, {places.count(None)} without a measure")
    return 0


def _measured(row: Row, provider: str, arena: Arena, number: int) -> Place | None:
    result = arena.run(row.scenario(), node_id=f"budgets-{row.name}-{number}").result
    compared = result.verdict.budgets[-1] if result.verdict.budgets else None
    if compared is None or compared.place is Place.OPEN:
        say(f"| {row.name} | {provider} | {row.timers} | | | {result.verdict.headline.replace('|', '/')[:160]} |")
        return None
    say(f"| {row.name} | {provider} | {row.timers} | {_predicted(compared)} | {_value(compared)} | {compared.place} |")
    return compared.place


def _predicted(compared: Compared) -> str:
    if not compared.budget.finite:
        return compared.budget.words
    since = " from the undo" if compared.budget.since == "undo" else ""
    return f"{compared.low:.1f} to {compared.high:.1f}{since}"


def _value(compared: Compared) -> str:
    return f"{'> ' if compared.censored else ''}{compared.value:.2f} ± {compared.error:.2f}"


def _fault(written: dict[str, Any]) -> Fault:
    ((name, fields),) = written.items()
    fault: Fault = msgspec.convert(fields, FAULTS[name], dec_hook=decode_token)
    return fault


@contextmanager
def _arena(provider: str, shape: str, prefix: str) -> Iterator[Arena]:
    name = f"{prefix}-{shape}".replace("+", "-") if prefix else catalogue.cluster_name(provider, shape, "budgets")
    record = catalogue.up(provider, shape, name=name, progress=Silent())
    with tempfile.TemporaryDirectory() as folder:
        arena = Arena(
            record, run="budgets", folder=Path(folder), progress=Silent(), seed=1, prober_image=prober_image()
        )
        try:
            yield arena
        finally:
            arena.close()


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
