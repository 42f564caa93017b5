"""`healproof advise`: what to do about what is wrong; with --verify, whether that helps. Decides nothing itself."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from harness.commands.diagnose import Answer, add_subject, answers_of, exit_of, write_json
from harness.commands.verify_advice import verify
from harness.model.errors import BadInput, Exit
from harness.report.advice import advice_text, patch_files, patch_yaml


def advise(said: argparse.Namespace) -> Exit:
    """Print advice for each cause; fails where something is wrong, with --verify where the advice did not help."""
    _refuse_mixed(said)
    if said.verify:
        return verify(said)
    answers = answers_of(said)
    if said.patches:
        _write_patches(said.patches, answers)
    if said.json:
        write_json(answers)
    else:
        titles = (f"{answer.record}\n" if len(answers) > 1 else "" for answer in answers)
        texts = (advice_text(answer.found, answer.seconds, folder=said.patches) for answer in answers)
        sys.stdout.write("\n".join(title + text for title, text in zip(titles, texts, strict=True)))
    return exit_of(answers)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_subject(parser)
    parser.add_argument(
        "--patches", type=Path, metavar="FOLDER", help="also write each patch into this folder, as a YAML file"
    )
    parser.add_argument(
        "--verify",
        type=Path,
        metavar="PATH",
        help="run a scenario that failed (of a run's folder, a timeline.jsonl, or a scenario's file) before and after "
        "its advice is followed, on a cluster of healproof's own: --cluster is then kwok, kind or its name",
    )
    parser.add_argument("--control", default="", metavar="NAME", help="with --verify: that broken twin of the scenario")
    parser.add_argument(
        "--reports", type=Path, default=Path("reports"), help="with --verify: where its folder goes (default: reports)"
    )


def _refuse_mixed(said: argparse.Namespace) -> None:
    """What is diagnosed and what is tried are not said in one command."""
    if said.control and not said.verify:
        raise BadInput(f"--control {said.control}: only with --verify", hint="it names a broken twin of a scenario")
    others = {
        "record": said.record,
        "--namespace": said.namespace,
        "--kubeconfig": said.kubeconfig,
        "--context": said.context,
        "--node-access": said.node_access,
        "--save": said.save,
        "--patches": said.patches,
    }
    given = [name for name, value in others.items() if value]
    if said.verify and given:
        raise BadInput(
            f"--verify {said.verify}: not together with {', '.join(given)}",
            hint="it runs a scenario on a cluster of healproof's own",
        )


def _write_patches(folder: Path, answers: list[Answer]) -> None:
    if len(answers) > 1:
        raise BadInput(f"{folder}: --patches takes one record, there are {len(answers)}", hint="name one of them")
    folder.mkdir(parents=True, exist_ok=True)
    for answer in answers:
        for file, patch in patch_files(answer.found, folder):
            file.write_text(patch_yaml(patch))
