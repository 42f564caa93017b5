"""`healproof diagnose`: what is wrong in a namespace, of a live cluster or of a record, and why. Changes nothing."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from harness.advise.adviser import advise
from harness.commands import isolation
from harness.commands.live import add_cluster_arguments, live
from harness.diagnose.diagnoser import diagnose as name_causes
from harness.diagnose.recorded import scene_of
from harness.explain import SCENE
from harness.gather.control_plane import LATENCY
from harness.gather.discreet import discreet
from harness.gather.gatherer import gather
from harness.gather.scene_file import read_scene, write_scene
from harness.kube import actions
from harness.kube.client import Client
from harness.load_recorded import read_timeline
from harness.machine.clock import Monotonic
from harness.model.diagnosis import Diagnosis
from harness.model.errors import BadInput, ClusterBroken, Exit
from harness.model.full.workloads import Named
from harness.model.scene import Scene
from harness.report.diagnosis import diagnosis_data, diagnosis_text

GATHER_SECONDS = 3.5
"""Of the five seconds that an answer may take; the rest is for starting and thinking."""


class Answer(NamedTuple):
    """A diagnosis, the record it is of (empty for a live cluster), how long it took, and whether anybody answered."""

    found: Diagnosis
    record: str
    seconds: float
    reached: bool = True


def diagnose(said: argparse.Namespace) -> Exit:
    """Print the causes; fails where something is wrong, and in another way where the cluster was silent."""
    answers = answers_of(said)
    if said.json:
        write_json(answers)
    else:
        colour = sys.stdout.isatty()
        texts = (
            diagnosis_text(answer.found, answer.seconds, symptoms=said.verbose, colour=colour) for answer in answers
        )
        titles = (f"{answer.record}\n" if len(answers) > 1 else "" for answer in answers)
        sys.stdout.write("\n".join(title + text for title, text in zip(titles, texts, strict=True)))
    return exit_of(answers)


def answers_of(said: argparse.Namespace) -> list[Answer]:
    """The diagnoses, with advice, of what the arguments of `add_subject` name: one, or one for each timeline."""
    return list(_recorded(said) if said.record else _live(said))


def write_json(answers: list[Answer]) -> None:
    """Print one diagnosis as an object, several as a list."""
    rows = [_as_data(answer) for answer in answers]
    sys.stdout.write(json.dumps(rows[0] if len(rows) == 1 else rows, indent=2, ensure_ascii=False) + "\n")


def exit_of(answers: list[Answer]) -> Exit:
    """Fails where something is wrong, and in another way where the cluster was silent."""
    if not all(answer.reached for answer in answers):
        return Exit.BROKEN
    return Exit.FAILED if any(answer.found.causes for answer in answers) else Exit.PASSED


def _live(said: argparse.Namespace) -> Iterator[Answer]:
    clock = Monotonic()
    began = clock.now()
    with live(said) as cluster:
        namespace = said.namespace or cluster.namespace
        isolation.require_allowed(said, cluster, namespace)
        scene = gather(
            cluster.client,
            namespace,
            clock=clock,
            node_exec=cluster.node_exec,
            nodes=cluster.nodes,
            deadline_seconds=GATHER_SECONDS,
        )
        _require_namespace(cluster.client, scene)
        found = name_causes(scene)
        if said.isolate:
            scene, found = isolation.look_closer(said, cluster, scene, found, clock)
    if said.save:
        write_scene(scene, said.save)
    found = advise(found, scene)
    if not found.causes and not scene.saw("pods"):  # nothing is wrong only where somebody has looked
        raise ClusterBroken(
            f"{cluster.client.server}: pods of namespace {scene.namespace} were not seen: {'; '.join(scene.unseen)}",
            hint="a diagnosis needs an API server that answers, and the right to list pods",
        )
    yield Answer(found, "", clock.now() - began, reached=_reached(scene))


def _reached(scene: Scene) -> bool:
    """Whether anything of the cluster answered: else it may as well be another address that is wrong."""
    return bool(scene.objects) or any(look.kind != "api-health" or LATENCY in look.facts for look in scene.looks)


def _require_namespace(client: Client, scene: Scene) -> None:
    """A namespace that is not there is a mistyped one; asked for once more, for the list may be a moment old."""
    known = [each.metadata.name for each in scene.all("namespaces", Named)]
    if not known or scene.namespace in known:
        return
    names = sorted(each["metadata"]["name"] for each in actions.listed(client, "namespaces"))
    if scene.namespace not in names:
        raise BadInput(f"namespace {scene.namespace!r} does not exist", hint=f"namespaces there: {', '.join(names)}")


def _recorded(said: argparse.Namespace) -> Iterator[Answer]:
    if said.cluster or said.kubeconfig or said.context or said.node_access or said.isolate:
        raise BadInput(f"{said.record}: a record needs no cluster", hint="leave the options that name one out")
    clock = Monotonic()
    files = _files(said.record)
    if said.save and len(files) > 1:
        raise BadInput(f"{said.record}: --save takes one scene, and there are {len(files)}", hint="name one of them")
    for file in files:
        began = clock.now()
        scene = discreet(_scene(file, said.namespace))
        if said.save:
            write_scene(scene, said.save)
        yield Answer(advise(name_causes(scene), scene), str(file), clock.now() - began)


def _files(record: Path) -> list[Path]:
    if not record.is_dir():
        return [record]
    found = [_fullest(file) for file in sorted(record.rglob("timeline.jsonl"))]
    if not found:
        raise BadInput(f"{record}: no timeline.jsonl in it", hint="a run's folder is below reports/")
    return found


def _fullest(timeline: Path) -> Path:
    """The scene that a scenario was explained from, where there is one: it has more than the timeline."""
    scene = timeline.with_name(SCENE)
    return scene if scene.is_file() else timeline


def _scene(file: Path, namespace: str) -> Scene:
    scene = _of_timeline(file) if file.suffix == ".jsonl" else read_scene(file)
    if namespace not in ("", scene.namespace):
        raise BadInput(f"{file}: a record of namespace {scene.namespace}, not of {namespace}")
    return scene


def _of_timeline(file: Path) -> Scene:
    entries = read_timeline(file)
    try:
        return scene_of(entries)
    except BadInput as error:
        raise BadInput(f"{file}:1: {error.message}") from None


def _as_data(answer: Answer) -> dict[str, Any]:
    data = diagnosis_data(answer.found, answer.seconds)
    return {"record": answer.record, **data} if answer.record else data


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_subject(parser)
    isolation.add_arguments(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="also every symptom that was read")


def add_subject(parser: argparse.ArgumentParser) -> None:
    """What is diagnosed: a namespace of a cluster, or a record; without isolation steps unless they are added."""
    parser.set_defaults(isolate=False, allow_changes=False, isolate_seconds=None)
    parser.add_argument(
        "record",
        nargs="?",
        type=Path,
        help="a run's folder, its timeline.jsonl, or a file of --save, instead of a cluster",
    )
    parser.add_argument(
        "-n", "--namespace", default="", help="which one (default: that of the context, else `default`)"
    )
    add_cluster_arguments(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--save", type=Path, metavar="FILE", help="also keep all that was seen, to be diagnosed again")
