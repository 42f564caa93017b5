"""Cases that healproof's own faults bring about, their tokens on disk before, and how each is put back."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.damage.plan import damage_of
from harness.damage.site import Site
from harness.damage.undo import undo_all
from harness.damage.ways import enter
from harness.faults.container_cpu import ContainerCpu
from harness.faults.container_pause import ContainerPause
from harness.faults.network_bandwidth import NetworkBandwidth
from harness.faults.network_loss import NetworkLoss
from harness.faults.network_partition import NetworkPartition
from harness.faults.volume_data_lost import VolumeDataLost
from harness.faults.volume_full import VolumeFull
from harness.faults.volume_read_only import VolumeReadOnly
from harness.faults.volume_slow import VolumeSlow
from harness.journal import Journal
from harness.kube.client import Client
from harness.kube.informer import Hub
from harness.machine.clock import Monotonic
from harness.model.cluster import ClusterRecord
from harness.model.picture import Picture
from harness.model.scenario import Fault
from harness.model.units import Rate, Ref, Selector, Share
from harness.observe.timeline import Recorder
from harness.observe.watches import WATCHED, watch
from tests.bench.blind.apps import App
from tests.bench.blind.case import KIND, Case, Deed, always, unready
from tests.bench.blind.stand import Stand

SYNC_SECONDS_MAX = 30.0


def cases() -> list[Case]:
    """Those that break one namespace only."""
    return [
        Case("volume-full", "claim", _on(_full), unready, app="store", birth="live", on=KIND),
        Case("volume-read-only", "claim", _on(_read_only), unready, app="store", birth="live", on=KIND),
        Case("volume-slow", "claim", _on(_slow), unready, app="store", birth="live", on=KIND),
        Case("volume-data-lost", "claim", _on(_lost), unready, app="store", birth="live", on=KIND),
        Case("application-hang", "stopped", _hang, unready, birth="live", on=KIND),
        Case("network-partition", "backend", _on(_cut), unready, app="front", birth="live", on=KIND),
        Case("network-degraded", "bandwidth", _on(_narrow), always, birth="live", on=KIND),
        Case("network-degraded", "loss", _on(_loss), unready, birth="live", on=KIND, held_out=True),
        Case("cpu-throttled", "limit", _throttled, always, birth="live", on=KIND),
    ]


def inject(fault: Fault, record: ClusterRecord, namespace: str) -> Callable[[], None]:
    """Inject it as a run does, token on disk first; gives what undoes it."""
    with _site(record, namespace) as site:
        damage = damage_of(fault)
        plan = damage.plan(site)
        journal = Journal.begin(run="blind", scenario=fault.name, cluster=record)
        journal.intend(fault.name, plan.token)
        damage.inject(site, plan)

    def undo() -> None:
        client = Client.from_kubeconfig(record.kubeconfig, record.context)
        later = enter(record, client, Monotonic(), Picture(faults=1), namespace=namespace)
        undo_all(later, journal, lambda intent, error: None)
        journal.discard()
        client.close()

    return undo


@contextlib.contextmanager
def _site(record: ClusterRecord, namespace: str) -> Iterator[Site]:
    clock, picture = Monotonic(), Picture(faults=1)
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    hub = Hub(client, clock)
    with tempfile.TemporaryDirectory() as folder, Recorder(Path(folder) / "timeline.jsonl", clock) as recorder:
        recorder.sinks.append(picture.see)
        watching = watch(hub, recorder, namespace)
        hub.wait_synced(WATCHED, SYNC_SECONDS_MAX)
        try:
            yield enter(record, client, clock, picture, namespace=namespace)
        finally:
            watching.close()
            hub.close()
            client.close()


def _on(fault_of: Callable[[Stand], Fault]) -> Deed:
    def breaks(stand: Stand) -> None:
        stand.after.append(inject(fault_of(stand), stand.record, stand.namespace))

    return breaks


def _claim(app: App) -> Ref:
    return Ref(f"persistentvolumeclaim/data-{app.name}-0")


def _full(stand: Stand) -> Fault:
    return VolumeFull(of=_claim(stand.app))


def _read_only(stand: Stand) -> Fault:
    return VolumeReadOnly(of=_claim(stand.app))


def _slow(stand: Stand) -> Fault:
    return VolumeSlow(of=_claim(stand.app), rate=Rate.parse(stand.draw.choice(["4kbit", "8kbit", "16kbit"])))


def _lost(stand: Stand) -> Fault:
    return VolumeDataLost(of=_claim(stand.app))


def _hang(stand: Stand) -> None:
    """No liveness probe, or it would be restarted before anybody looked."""
    if stand.container().get("livenessProbe"):
        stand.change_container({"livenessProbe": None})
        stand.steady()
    fault = ContainerPause(select=Selector(stand.app.selector), container=stand.app.container)
    stand.after.append(inject(fault, stand.record, stand.namespace))


def _cut(stand: Stand) -> Fault:
    backend = stand.bystanders[0]
    return NetworkPartition(origin=Selector(stand.app.selector), to=Selector(backend.selector))


def _narrow(stand: Stand) -> Fault:
    return NetworkBandwidth(
        select=Selector(stand.app.selector), rate=Rate.parse(stand.draw.choice(["8kbit", "32kbit"]))
    )


def _loss(stand: Stand) -> Fault:
    return NetworkLoss(select=Selector(stand.app.selector), loss=Share.parse(stand.draw.choice(["60%", "75%"])))


def _throttled(stand: Stand) -> None:
    stand.change_container({"resources": {"limits": {"cpu": "20m"}}})
    stand.steady()
    fault = ContainerCpu(select=Selector(stand.app.selector), container=stand.app.container)
    stand.after.append(inject(fault, stand.record, stand.namespace))
