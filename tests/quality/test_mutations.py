"""What the corpus is worth: a judge with one sentence of its logic broken must give some story a wrong verdict."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import harness

HERE = Path(__file__).parent
PACKAGE = Path(harness.__file__).parent


class Mutation(NamedTuple):
    """One change of the source: in `file` the only `before` becomes `after`."""

    file: str
    before: str
    after: str


MUTATIONS = {
    "terminating pods count": Mutation(
        "model/objects.py", "return not self.terminating and not self.over", "return not self.over"
    ),
    "pods that are over count": Mutation(
        "model/objects.py", "return not self.terminating and not self.over", "return not self.terminating"
    ),
    "restarts to come are forgotten": Mutation(
        "expect/restarts.py", "return pod.restarts + sum(", "return pod.restarts + 0 * sum("
    ),
    "nodes under pressure count as put back": Mutation("model/picture.py", 'c.type.endswith("Pressure")', "False"),
    "nodes that are down count as put back": Mutation(
        "model/picture.py", '(["not ready"] if down else [])', "([] if down else [])"
    ),
    "desired count not pinned": Mutation(
        "model/picture.py", "desired = self._pinned.get(ref, wants)", "desired = wants"
    ),
    "stale status believed": Mutation(
        "model/picture.py", "owner.status.observed_generation < owner.metadata.generation", "False"
    ),
    "old template counts": Mutation("model/picture.py", "elif updated < desired:", "elif False:"),
    "surplus pods ignored": Mutation("model/picture.py", "elif active > desired:", "elif False:"),
    "released pods stay owned": Mutation(
        "model/owners.py", "self._count(former, self._pods[former].pop(uid), -1)", "pass"
    ),
    "a late end removes the successor": Mutation(
        "model/picture.py", "elif before is not None and meta_of(before).uid == meta.uid:", "elif before is not None:"
    ),
    "what was there before proves": Mutation(
        "model/picture.py",
        'if anchor.kind == "event":\n            return False',
        'if anchor.kind == "event":\n            return True',
    ),
    "first fault is enough": Mutation(
        "model/picture.py", "return len(self.injected) >= self.faults", "return bool(self.injected)"
    ),
    "first undo is enough": Mutation(
        "model/picture.py", "return self.all_injected and self.injected.keys() <= self.undone.keys()", "return True"
    ),
    "every pod of the name is gone": Mutation(
        "model/anchors.py", "return pod.metadata.uid != anchor.uid or gone", "return True"
    ),
    "no wait for the dip": Mutation(
        "expect/recovers.py", "if not all(index in picture.bitten for", "if False and all(index in picture.bitten for"
    ),
    "unbroken counts as recovered": Mutation("expect/recovers.py", "if unseen and not self._seen_broken:", "if False:"),
    "no hold": Mutation("expect/recovers.py", "began <= deadline and now >= began + self._hold", "began <= deadline"),
    "a relapse is forgotten": Mutation("expect/recovers.py", "RELAPSE_FACTOR = 2.0", "RELAPSE_FACTOR = 0.0"),
    "deadline ignored": Mutation("expect/recovers.py", "if now > deadline and", "if False and"),
    "deadline includes the hold": Mutation(
        "expect/recovers.py", "if now > deadline and (began is None or began > deadline):", "if now > deadline:"
    ),
    "broken stretch goes on": Mutation(
        "expect/recovers.py",
        "self._healthy_since, self._lacks, self._unseen = None, lacks, 0.0",
        "self._lacks = lacks",
    ),
    "blind deadline fails": Mutation(
        "expect/recovers.py", "or not picture.sight.blind(", "or not (lambda *span: False)("
    ),
    "undo's failure is the workload's": Mutation(
        "expect/recovers.py", "if failed_undo and promise.since == Since.UNDO:", "if False:"
    ),
    "floor one lower": Mutation(
        "expect/never_below.py", "if ready < self._promise.ready:", "if ready + 1 < self._promise.ready:"
    ),
    "restarts unlimited": Mutation("expect/restarts.py", "> self._promise.at_most:", "> 99:"),
    "no last words": Mutation("expect/restarts.py", "entry.object.metadata.uid in self._highest:", "False:"),
    "no data is success": Mutation("expect/available.py", "sent < REQUESTS_MIN", "sent < 1"),
    "silence is success": Mutation("expect/available.py", "SILENCE_SECONDS_MAX = 3.0", "SILENCE_SECONDS_MAX = 3e9"),
    "disorder is an outage": Mutation(
        "expect/available.py", "sorted(self._requests, key=lambda request: request.t)", "self._requests"
    ),
    "pauses are outages": Mutation(
        "expect/available.py", "if waited else 0.0)\n                last", ")\n                last"
    ),
    "outage at the end forgotten": Mutation(
        "expect/available.py", "max(longest, end - last_success if waited else 0.0)", "longest"
    ),
    "healed is still failed": Mutation(
        "expect/stays_failed.py", "if not whole:\n            return None", "return None"
    ),
    "denied evidence ignored": Mutation("judge.py", "if denied:", "if False:"),
    "no evidence needed": Mutation("judge.py", "elif not injected.anchors and not proved:", "elif False:"),
    "anchors need not come": Mutation(
        "judge.py", "elif injected.anchors and index not in self.picture.bitten:", "elif False:"
    ),
    "gaps ignored": Mutation("judge.py", "if gap.t > began", "if False"),
    "any gap doubted": Mutation("judge.py", "if gap.t > began", "if True"),
    "failed undo ignored": Mutation("judge.py", "for u in picture.undone.values() if u.error", "for u in ()"),
    "residue ignored": Mutation("judge.py", "if now.get(node, before) != before", "if False"),
    "an unproven fault is blamed": Mutation("judge.py", "or self._unsteady or self._unproven():", "or self._unsteady:"),
    "a broken baseline is blamed on the fault": Mutation(
        "judge.py", "or self._unsteady or self._unproven():", "or self._unproven():"
    ),
    "evidence of any fault proves all": Mutation("judge.py", "if e.index == index and e.bit", "if e.bit"),
    "brokenness ignored": Mutation("judge.py", "blinded = self.picture.broken or", "blinded ="),
    "baseline ignored": Mutation("judge.py", "if lacks:", "if False:"),
    "end not needed": Mutation("judge.py", 'if "stop" not in picture.phases:', "if False:"),
    "judged beyond the end": Mutation("judge.py", 'if "stop" in self.picture.phases:', "if False:"),
    "doubts ignored": Mutation(
        "judge.py", "elif doubts or Outcome.INCONCLUSIVE in outcomes:", "elif Outcome.INCONCLUSIVE in outcomes:"
    ),
    "bystanders not noticed": Mutation("model/collateral.py", "self.lost[ref] = lacks", "pass"),
    "alarms not raised": Mutation(
        "judge.py", "self._collateral.lost.values() if not self._scenario.faults else ()", "()"
    ),
    "differences ignored": Mutation("expect/restored.py", "if not differences:", "if True:"),
    "one look is enough": Mutation(
        "expect/restored.py",
        "before, after = self._states.get(BEFORE), self._states.get(AFTER)",
        "before, after = self._states.get(BEFORE), self._states.get(AFTER) or self._states.get(BEFORE)",
    ),
    "a refusal is a state": Mutation(
        "expect/restored.py", "if not any(facts[:1] == [EXISTS] for facts in before.facts.values()):", "if False:"
    ),
    "what vanished is forgotten": Mutation(
        "model/state.py", "_beyond(now, was), _beyond(was, now)", "_beyond(now, was), []"
    ),
    "what appeared is forgotten": Mutation(
        "model/state.py", "_beyond(now, was), _beyond(was, now)", "[], _beyond(was, now)"
    ),
    "updates not counted": Mutation("expect/updates.py", "return updates > promise.at_most or", "return False or"),
    "new pods not counted": Mutation("expect/updates.py", "and pods > promise.new_pods)", "and False)"),
    "everybody's updates count": Mutation(
        "expect/updates.py", "return bool(self._roots & {", "return True or bool(self._roots & {"
    ),
    "calm in the dark": Mutation("expect/updates.py", "every_moment = True", "every_moment = False"),
    "undecided promises pass": Mutation("judge.py", "elif doubts or Outcome.INCONCLUSIVE in outcomes:", "elif doubts:"),
}


def first_wrong(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the corpus finds wrong with the package in a folder, in a fresh process."""
    stories = "healthy, planted, planted_doubts, planted_kinds, planted_oracles, planted_traffic"
    code = f"import {stories}, cases; print(cases.first_wrong())"
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{HERE}", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package in which the corpus finds nothing wrong."""
    folder = tmp_path_factory.mktemp("mutant")
    shutil.copytree(PACKAGE, folder / "harness", ignore=shutil.ignore_patterns("__pycache__", "_*s"))
    sound = first_wrong(folder)
    assert (sound.returncode, sound.stdout.strip(), sound.stderr) == (0, "", "")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_judge_is_caught(copied: Path, name: str) -> None:
    """The mutant is a program that runs, and the corpus finds a wrong verdict."""
    mutation = MUTATIONS[name]
    source = copied / "harness" / mutation.file
    sound = source.read_text()
    assert sound.count(mutation.before) == 1, (
        f"{mutation.file} says {sound.count(mutation.before)} times: {mutation.before}"
    )
    try:
        source.write_text(sound.replace(mutation.before, mutation.after))
        judged = first_wrong(copied)
    finally:
        source.write_text(sound)
    assert judged.returncode == 0, judged.stderr
    assert judged.stdout.strip(), f"no story notices: {name}"
