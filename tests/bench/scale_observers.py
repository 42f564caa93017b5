"""Those who look on at scale, each a process of its own: the harness, the official client's typed watch, a poller.

`python -m tests.bench.scale_observers WHO KUBECONFIG CONTEXT NAMESPACE`: writes `ready` once it has listed, looks on
until a line comes on its standard input, and then writes what it saw as one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.cost import cpu_seconds, peak_mebibytes
from tests.bench.ground import pod_kill

POLL_SECONDS = 2.0
SYNC_SECONDS = 120.0
Arrivals = dict[str, float]


class Watcher:
    """What one observer saw: the arrival of each version of a pod, on the monotonic clock."""

    def __init__(self) -> None:
        self.arrivals: Arrivals = {}
        self.listed = threading.Event()
        self.stopping = threading.Event()

    def saw(self, version: str) -> None:
        """A version of a pod is known now."""
        self.arrivals.setdefault(version, time.monotonic())


def history(watcher: Watcher, kubeconfig: str, context: str, namespace: str, *, judged: bool = False) -> None:
    """The harness: all its watches into a timeline, as in a run; `judged` with a promise about a thousand pods."""
    from harness.judge import Judge  # noqa: PLC0415 - each observer loads its own libraries only
    from harness.kube.client import Client  # noqa: PLC0415
    from harness.kube.informer import Hub  # noqa: PLC0415
    from harness.machine.clock import Monotonic  # noqa: PLC0415
    from harness.model.timeline import AnyEntry, Change, Phase  # noqa: PLC0415
    from harness.observe.timeline import Recorder  # noqa: PLC0415
    from harness.observe.watches import WATCHED, watch  # noqa: PLC0415

    entries: list[AnyEntry] = []

    def note(entry: AnyEntry) -> None:
        entries.append(entry)
        if isinstance(entry, Change) and entry.resource == "pods":
            watcher.saw(entry.object.metadata.resource_version)

    client, clock = Client.from_kubeconfig(kubeconfig, context), Monotonic()
    with tempfile.TemporaryDirectory() as folder, Recorder(Path(folder) / "timeline.jsonl", clock) as recorder:
        recorder.sinks.append(note)
        if judged:
            recorder.sinks.append(Judge(pod_kill("bench-scale", [])).see)
        hub = Hub(client, clock)
        subscription = watch(hub, recorder, namespace)
        hub.wait_synced(WATCHED, SYNC_SECONDS)
        recorder.write(Phase(t=recorder.now(), name="inject"))
        watcher.listed.set()
        watcher.stopping.wait()
        subscription.close()
        hub.close()


def run(watcher: Watcher, kubeconfig: str, context: str, namespace: str) -> None:
    """The harness with a judge at work."""
    history(watcher, kubeconfig, context, namespace, judged=True)


def typed(watcher: Watcher, kubeconfig: str, context: str, namespace: str) -> None:
    """The official client: list, then watch, into its model classes. Pods alone."""
    client, config, watch = _official()

    config.load_kube_config(kubeconfig, context)
    api = client.CoreV1Api()
    first = api.list_namespaced_pod(namespace)
    for pod in first.items:
        watcher.saw(pod.metadata.resource_version)
    watcher.listed.set()
    stream = watch.Watch().stream(
        api.list_namespaced_pod, namespace, resource_version=first.metadata.resource_version, timeout_seconds=600
    )
    for event in stream:
        watcher.saw(event["object"].metadata.resource_version)
        if watcher.stopping.is_set():
            return


def poller(watcher: Watcher, kubeconfig: str, context: str, namespace: str) -> None:
    """The official client asked every two seconds. Pods alone."""
    client, config, _ = _official()

    config.load_kube_config(kubeconfig, context)
    api = client.CoreV1Api()
    while not watcher.stopping.is_set():
        due = time.monotonic() + POLL_SECONDS
        for pod in api.list_namespaced_pod(namespace).items:
            watcher.saw(pod.metadata.resource_version)
        watcher.listed.set()
        watcher.stopping.wait(max(0.0, due - time.monotonic()))


def _official() -> tuple[Any, Any, Any]:
    from kubernetes import client, config, watch  # noqa: PLC0415

    return client, config, watch


OBSERVERS: dict[str, Callable[[Watcher, str, str, str], None]] = {
    "history": history,
    "run": run,
    "typed": typed,
    "poller": poller,
}


def main(who: str, kubeconfig: str, context: str, namespace: str) -> None:
    """Look on until told to stop, then tell."""
    watcher = Watcher()
    thread = threading.Thread(target=OBSERVERS[who], args=(watcher, kubeconfig, context, namespace), daemon=True)
    thread.start()
    watcher.listed.wait(SYNC_SECONDS)
    begun_cpu, begun = cpu_seconds(), time.monotonic()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    told = {
        "cores": (cpu_seconds() - begun_cpu) / (time.monotonic() - begun),
        "mebibytes": peak_mebibytes(),
        "arrivals": dict(watcher.arrivals),
    }
    watcher.stopping.set()
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()
    os._exit(0)  # a thread of the official client may be in a read that nothing ends


if __name__ == "__main__":
    main(*sys.argv[1:])
