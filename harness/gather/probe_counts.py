"""What kubelets count of probes in /metrics/probes, by pod and container. Judges nothing, and knows no settings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from harness.gather.reading import Asked, Reading
from harness.kube.client import Client
from harness.machine.clock import Clock

KUBELET_SECONDS = 5.0
_LINE = re.compile(r"^(prober_probe_(?:total|duration_seconds_bucket))\{(.*)\} (\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Whose(NamedTuple):
    """One probe of one container of a pod; `kind` is `Liveness`, `Readiness` or `Startup`."""

    pod: str
    container: str
    kind: str


class Tally(NamedTuple):
    """How many probes were made since the pod came, how many failed, and how many took at most so many seconds."""

    probes: int
    failed: int
    within: dict[float, int]


def read_counts(
    client: Client, namespace: str, nodes: Iterable[str], clock: Clock
) -> tuple[dict[Whose, Tally], list[str]]:
    """What the kubelets of these nodes count of a namespace, and what could not be seen of it."""
    with Reading(clock, KUBELET_SECONDS) as reading:

        def ask(node: str) -> Asked[bytes]:
            path = f"/api/v1/nodes/{node}/proxy/metrics/probes"
            return reading.ask(
                f"what the kubelet of {node} counts of probes",
                lambda: client.request("GET", path, accept="*/*", timeout_seconds=reading.left()),
            )

        found: dict[Whose, Tally] = {}
        for asked in [ask(node) for node in nodes]:
            found.update(counted((asked.answer() or b"").decode(errors="replace"), namespace))
        return found, reading.unseen()


def counted(text: str, namespace: str) -> dict[Whose, Tally]:
    """The tallies of a namespace in the text of one kubelet's metrics; a probe that was never made is left out."""
    made: dict[Whose, int] = defaultdict(int)
    failed: dict[Whose, int] = defaultdict(int)
    within: dict[Whose, dict[float, int]] = defaultdict(dict)
    for line in text.splitlines():
        found = _LINE.match(line)
        labels = dict(_LABEL.findall(found[2])) if found else {}
        if found is None or labels.get("namespace") != namespace:
            continue
        whose = Whose(labels["pod"], labels["container"], labels["probe_type"])
        value = int(float(found[3]))
        if found[1].endswith("_bucket"):
            within[whose][float(labels["le"])] = value
        elif labels["result"] in ("successful", "failed"):
            made[whose] += value
            failed[whose] += value if labels["result"] == "failed" else 0
    return {whose: Tally(made[whose], failed[whose], within[whose]) for whose in made if made[whose]}
