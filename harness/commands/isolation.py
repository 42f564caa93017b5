"""`--isolate` of `healproof diagnose`: whether steps may be run on a cluster, and running them. Names no cause."""

from __future__ import annotations

import argparse
import signal
from types import FrameType
from typing import NamedTuple

import msgspec

from harness.acquire import prober_image
from harness.commands.live import Live
from harness.damage import guard
from harness.damage.ways import enter
from harness.diagnose.diagnoser import diagnose as name_causes
from harness.isolate.isolator import isolate
from harness.isolate.step import STEPS
from harness.machine.clock import Clock
from harness.machine.progress import Terminal
from harness.model.diagnosis import Diagnosis
from harness.model.errors import BadInput
from harness.model.picture import Picture
from harness.model.scene import Scene

SECONDS = 30.0
_ALLOW = "--allow-changes"


class Looked(NamedTuple):
    """A scene with what the steps saw, and the diagnosis of it."""

    scene: Scene
    found: Diagnosis


def require_allowed(said: argparse.Namespace, cluster: Live, namespace: str) -> None:
    """Refuse, before anything is asked, steps that nobody allowed on this cluster; raises BadInput, GuardRefused."""
    if not said.isolate:
        if said.allow_changes or said.isolate_seconds is not None:
            raise BadInput(f"{_ALLOW} and --isolate-seconds say how --isolate works", hint="add --isolate")
        return
    guard.check_unprotected(namespace)
    if cluster.record.disposable:
        return
    if not said.allow_changes:
        made = "".join(f"\n  - {each.makes} ({name})" for name, each in STEPS.items())
        raise BadInput(
            f"--isolate makes short-lived objects, and healproof did not make cluster {cluster.record.name}. "
            f"What may be made in namespace {namespace}, and is removed at the end:{made}",
            hint=f"allow it with {_ALLOW}",
        )
    if cluster.record.namespaces:
        guard.check_namespace(cluster.record, namespace)


def look_closer(said: argparse.Namespace, cluster: Live, scene: Scene, found: Diagnosis, clock: Clock) -> Looked:
    """Run the steps that separate the causes, and name the causes again; nothing where no cause is in doubt."""
    progress = Terminal()
    site = enter(cluster.record, cluster.client, clock, Picture(), namespace=scene.namespace)
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        taken = isolate(
            scene,
            found,
            site,
            enters_nodes=cluster.node_exec is not None,
            image=prober_image(),
            seconds=SECONDS if said.isolate_seconds is None else said.isolate_seconds,
            say=progress.say,
        )
    finally:
        signal.signal(signal.SIGTERM, before)
    for each in taken.left_behind:
        progress.say(f"not removed: {each}; run `healproof recover`")
    if not taken.steps:
        progress.say("no isolation step would tell more")
    wider = msgspec.structs.replace(scene, looks=[*scene.looks, *taken.looks])
    return Looked(wider, msgspec.structs.replace(name_causes(wider), steps=taken.steps))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `healproof diagnose` that have to do with steps."""
    parser.add_argument(
        "--isolate",
        action="store_true",
        help="also run short checks that tell the suspected causes apart (requests, DNS queries, a write to a volume, "
        "a pod elsewhere); makes short-lived objects and removes them",
    )
    parser.add_argument(_ALLOW, action="store_true", help="allow --isolate on a cluster that healproof did not make")
    parser.add_argument(
        "--isolate-seconds",
        type=_seconds,
        default=None,
        metavar="SECONDS",
        help=f"all checks of --isolate end after this time (default: {SECONDS:.0f})",
    )


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends the steps as Ctrl-C does: what was made is removed on the way out."""
    raise KeyboardInterrupt


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 5.0 <= seconds <= 600.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not accepted; accepted are 5 to 600 seconds")
    return seconds
