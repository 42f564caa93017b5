"""Parts of the control plane that are away: what runs goes on, and nothing new is decided until they lead again."""

from __future__ import annotations

from harness.budget.family import FAMILIES, Case, Family
from harness.budget.node_loss import silence
from harness.model.budget import Budget, Term

_JITTER = 1.2  # client-go, tools/leaderelection: each try is put off by up to that much of its period
_START_SECONDS = 10.0
_RESTART_SECONDS = 16.0  # a thawed leader that lost its lease ends: relist, first back-off of 10 s, half as much again
_CLIENTS_SECONDS = 30.0  # client-go, tools/cache/reflector.go: a watch is tried again after up to 30 s


@FAMILIES.enter("control-plane")
class ControlPlane(Family):
    """Scheduler and controller manager must win their lease again; without API server or etcd nobody hears anything."""

    obstacle = True

    def from_injection(self, case: Case) -> Budget:
        """Nothing that runs is broken by it, unless the nodes cannot say for too long that they live."""
        return case.never(f"without the {case.field('part')} nothing that is lost is replaced")

    def from_undo(self, case: Case) -> Budget:
        """It starts, leads, and has read all objects."""
        part, thawed = str(case.field("part")), str(case.field("how")) == "paused"
        if part in ("kube-apiserver", "etcd"):
            return _api(case)
        prefix = "scheduler" if part == "kube-scheduler" else "leader"
        names = (f"{prefix}_lease_duration", f"{prefix}_retry_period")
        lease, retry = (float(getattr(case.timers, name)) for name in names)
        sources = [case.timers.source(name) for name in names]
        led = Term(f"the {part} leads again", 0.0, lease + retry * (1 + _JITTER), "; ".join(sources))
        ready = Term("it has started and read all objects", 0.0, _START_SECONDS, "no timer; 10 s allowed")
        if not thawed:
            return case.budget(led, ready)
        ends = "a leader that lost its lease ends; kubelet: relist 1 s, first back-off"
        return case.budget(Term(f"the {part} may have to be restarted", 0.0, _RESTART_SECONDS, ends), led, ready)


def _api(case: Case) -> Budget:
    """A stall that is short enough costs nothing; after a longer one the nodes report again."""
    noticed, lasts = silence(case), case.field("lasts")
    heard = Term(
        "controllers and kubelets are connected again",
        0.0,
        _CLIENTS_SECONDS,
        "client-go tries a watch again after up to 30 s",
    )
    if lasts is not None and lasts < noticed.low:
        return case.budget(heard)
    timers = case.timers
    renewal = timers.node_lease_duration / 4 * 1.04
    status = 10.0
    again = Term(
        "nodes that were taken for unreachable report again, and their pods with them",
        0.0,
        renewal + timers.node_monitor_period + status,
        "; ".join([timers.source("node_lease_duration"), timers.source("node_monitor_period"), "kubelet, status 10 s"]),
    )
    return case.budget(heard, again)
