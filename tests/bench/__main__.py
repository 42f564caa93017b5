"""`python -m tests.bench [kwok|kind] [family …]`: measure, and print one table. `make bench` calls it."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator

from harness.model.cluster import ClusterRecord
from harness.providers import catalogue, doctor
from tests.bench.audit import audit
from tests.bench.calm import calm
from tests.bench.everyday import everyday
from tests.bench.figures import Figure, head, say
from tests.bench.ground import cluster
from tests.bench.scale import scale

PROVIDERS = ("kwok", "kind")
Family = Callable[[ClusterRecord, int], Iterator[Figure]]
FAMILIES: dict[str, Family] = {"everyday": everyday, "calm": calm, "audit": audit, "scale": scale}
"""A family prints the figures of one question; `scale` has a cluster of its own."""
RUNS = {
    "everyday": {"kwok": 20, "kind": 10},
    "calm": {"kwok": 30, "kind": 10},
    "audit": {"kwok": 0, "kind": 20},
    "scale": {"kwok": 1, "kind": 0},
}
"""How often, unless `--runs` says otherwise; 0 leaves a family out on that provider."""


def main(words: list[str]) -> int:
    """Measure the wanted families on the wanted providers."""
    said = _parsed(words)
    wanted = said.words
    providers = [word for word in wanted if word in PROVIDERS] or [
        name for name in PROVIDERS if not doctor.lacking(catalogue.provider_named(name).examine())
    ]
    families = [word for word in wanted if word in FAMILIES] or list(FAMILIES)
    say(f"healproof bench: {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    head()
    for provider in providers:
        for family in families:
            runs = said.runs if said.runs is not None else RUNS[family][provider]
            if runs:
                shape = "large" if family == "scale" else ""
                for figure in FAMILIES[family](cluster(provider, said.cluster, shape), runs):
                    say(figure.row())
    return 0


def _parsed(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("words", nargs="*", help=f"{', '.join((*PROVIDERS, *FAMILIES))} (default: all)")
    parser.add_argument("--runs", type=int, help="how often (default: a few, by family)")
    parser.add_argument("--cluster", default="", help="name of the cluster (default: the provider's usual one)")
    said = parser.parse_args(words)
    unknown = sorted(set(said.words) - {*PROVIDERS, *FAMILIES})
    if unknown:
        parser.error(f"{unknown[0]!r} is not accepted; accepted are {', '.join((*PROVIDERS, *FAMILIES))}")
    return said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
