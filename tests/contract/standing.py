"""A workload that stands on a cluster for the contract: placed, watched, and a site where faults can be tried on it.

Run as a program it injects one fault as a run would, token on disk first, and dies at once without undoing it.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from contract.samples import SAMPLES
from harness.faults.site import Site, damage_of
from harness.journal import Journal
from harness.kube.client import Client
from harness.kube.informer import Hub
from harness.machine.clock import Monotonic
from harness.model.cluster import ClusterRecord
from harness.model.picture import Picture
from harness.observe.timeline import Recorder
from harness.observe.watches import WATCHED, watch
from harness.place import workload_refs
from harness.session import reach

STEADY_SECONDS = 90


@contextlib.contextmanager
def standing(record: ClusterRecord, namespace: str, manifests: list[dict[str, Any]], folder: Path) -> Iterator[Site]:
    """A site in a namespace whose workload is whole."""
    clock = Monotonic()
    picture = Picture()
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    hub = Hub(client, clock)
    with Recorder(folder / "timeline.jsonl", clock) as recorder:
        recorder.sinks.append(picture.see)
        watching = watch(hub, recorder, namespace)
        hub.wait_synced(WATCHED, 30)
        refs = workload_refs(manifests)
        until = recorder.now() + STEADY_SECONDS
        lacking = [picture.steady(ref) for ref in refs]
        if not recorder.wait(lambda: not any(picture.steady(ref) for ref in refs), until):
            raise AssertionError(f"not steady: {lacking}")
        draws = random.Random(0)  # noqa: S311 - which pod is hit does not matter here
        yield Site(client, record, namespace, picture, reach(record), clock, draws, lambda text: None)
        watching.close()
    hub.close()
    client.close()


def inject_and_die(fault: str, record: ClusterRecord, namespace: str, folder: Path) -> None:
    scenario = SAMPLES[fault]
    damage = damage_of(scenario.faults[0])
    with standing(record, namespace, scenario.manifests, folder) as site:
        plan = damage.plan(site)
        journal = Journal.begin(run=f"dies-{os.getpid()}", scenario=scenario.name, cluster=record)
        journal.intend(fault, plan.token)
        damage.inject(site, plan)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    said = sys.argv[1:]
    inject_and_die(said[0], msgspec.json.decode(said[1], type=ClusterRecord), said[2], Path(said[3]))
