"""A workload that stands on a cluster for the contract: placed, watched, and a site where faults can be tried on it.

Run as a program it injects one fault as a run would, token on disk first, waits until it has seen it bite and what it
does to the workload, writes that down, and dies without undoing anything.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from contract.examples import load_fault, manifests
from harness.damage.plan import damage_of
from harness.damage.site import Site
from harness.damage.ways import enter
from harness.journal import Journal
from harness.kube.client import Client
from harness.kube.informer import Hub
from harness.machine.clock import Monotonic
from harness.model.cluster import ClusterRecord
from harness.model.picture import Picture
from harness.model.scenario import Effect, Example
from harness.model.timeline import Injected, Phase
from harness.model.units import Ref
from harness.observe.timeline import Recorder
from harness.observe.watches import WATCHED, watch
from harness.place import workload_refs
from harness.registry import FAULTS

STEADY_SECONDS = 90
BITE_SECONDS = 60
EFFECT_SECONDS = 90


class Standing(NamedTuple):
    """A site, and the recorder that keeps its picture up to date."""

    site: Site
    recorder: Recorder

    def steady(self, example: Example) -> str:
        """Wait until the workload is whole; gives what lacks in the end."""
        refs = workload_refs(manifests(example))
        picture = self.site.picture
        self.recorder.wait(lambda: not any(picture.steady(ref) for ref in refs), self.recorder.now() + STEADY_SECONDS)
        return "; ".join(lacks for ref in refs if (lacks := picture.steady(ref)))


class Witness(msgspec.Struct):
    """What the process that died had seen: evidence, seconds from the call to the bite, and what became of `of`."""

    token: dict[str, object]
    seen: list[str]
    denied: list[str]
    bite_seconds: float
    effect: str


@contextlib.contextmanager
def standing(record: ClusterRecord, namespace: str, folder: Path) -> Iterator[Standing]:
    """A site in a namespace that is there already."""
    clock = Monotonic()
    picture = Picture(faults=1)
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    hub = Hub(client, clock)
    folder.mkdir(exist_ok=True, parents=True)
    with Recorder(folder / "timeline.jsonl", clock) as recorder:
        recorder.sinks.append(picture.see)
        watching = watch(hub, recorder, namespace)
        hub.wait_synced(WATCHED, 30)
        site = enter(record, client, clock, picture, namespace=namespace)
        yield Standing(site, recorder)
        watching.close()
    hub.close()
    client.close()


def inject_and_die(name: str, record: ClusterRecord, namespace: str, folder: Path) -> None:
    damage = damage_of(load_fault(name, folder))
    example = FAULTS[name].example
    with standing(record, namespace, folder) as stand:
        lacks = stand.steady(example)
        if lacks:
            raise AssertionError(f"not steady: {lacks}")
        stand.recorder.write(Phase(t=stand.recorder.now(), name="inject"))
        plan = damage.plan(stand.site)
        journal = Journal.begin(run=f"dies-{os.getpid()}", scenario=name, cluster=record)
        journal.intend(name, plan.token)
        began = time.monotonic()
        injection = damage.inject(stand.site, plan)
        stand.recorder.write(Injected(t=stand.recorder.now(), index=0, fault=name, sent=0.0, anchors=injection.anchors))
        picture, now = stand.site.picture, stand.recorder.now
        if injection.anchors:
            stand.recorder.wait(lambda: 0 in picture.bitten, now() + BITE_SECONDS)
        proofs = damage.prove(stand.site, plan, 0)
        seen = [f"{proof.source}: {proof.seen}" for proof in proofs if proof.bit]
        denied = [f"{proof.source}: {proof.seen}" for proof in proofs if not proof.bit]
        said = [f"watch: {anchor.kind} {anchor.text}".strip() for anchor in injection.anchors]
        (seen if 0 in picture.bitten else denied).extend(dict.fromkeys(said))
        bite_seconds = time.monotonic() - began
        effect = _effect(stand, example)
        witness = Witness(plan.token, seen, denied, round(bite_seconds, 2), effect)
        (folder / "witness.json").write_bytes(msgspec.json.encode(witness))
        os.kill(os.getpid(), signal.SIGKILL)


def _effect(stand: Standing, example: Example) -> str:
    """What became of the workload: the effect that the example declares where that came to be, else what was seen."""
    of, picture = Ref(example.of), stand.site.picture
    until = stand.recorder.now() + EFFECT_SECONDS
    match example.effect:
        case Effect.HEALS:
            came = stand.recorder.wait(lambda: picture.health(of).whole, until)
        case Effect.LASTS:
            came = stand.recorder.wait(lambda: not picture.health(of).whole, until)
        case Effect.HARMLESS:
            came = picture.health(of).whole
    return str(example.effect) if came else f"not {example.effect}: {picture.describe(of)}"


if __name__ == "__main__":
    said = sys.argv[1:]
    inject_and_die(said[0], msgspec.json.decode(said[1], type=ClusterRecord), said[2], Path(said[3]))
