"""A diagnosis as text and as data."""

from __future__ import annotations

import json

from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Diagnosis, Named, StepTaken, Symptom
from harness.report.diagnosis import diagnosis_data, diagnosis_text

BODY = {"spec": {"template": {"metadata": {"labels": {"it's": "x"}}}}}
ADVICE = Advice(
    text="Give it more memory.",
    severity=Severity.HIGH,
    patches=[
        Patch(object="deployment/web", namespace="shop", body=BODY),
        Patch(object="configmap/web", namespace="shop", way=Way.APPLY, body={"kind": "ConfigMap"}),
    ],
    commands=["kubectl -n shop rollout undo deployment/web"],
    steps=["Stop the writers.", "Restore."],
    lost="what was written since noon",
)
CAUSE = Named(
    cause="memory-limit",
    layer="capacity",
    object="deployment/web",
    confidence=0.92,
    evidence=["container web was killed: OOMKilled (status of pod/web-1)"],
    contradicts=["its usage is low (kubectl top pods --containers)"],
    explains=["deployment/web", "pod/web-1"],
    decides="a higher limit for one pod",
    explanation="It wants more memory than it may have.",
    advice=[ADVICE],
)
SYMPTOM = Symptom(kind="container-ended", object="pod/web-1", text="was killed", source="status", trouble=True)
FOUND = Diagnosis(namespace="shop", causes=[CAUSE], symptoms=[SYMPTOM], unseen=["secrets: not allowed (403)"])


def test_a_person_reads_cause_evidence_and_what_to_do() -> None:
    """In that order, then what could not be seen."""
    text = diagnosis_text(FOUND, 1.25)
    wanted = (
        "namespace shop: 1 cause (1.2 s)",
        "1. memory-limit: deployment/web  (capacity, confidence 0.92)",
        "It wants more memory",
        "- container web was killed",
        "against it",
        "- pod/web-1",
        "a higher limit for one pod",
        "advice (high)",
        "lost: what was written since noon",
        "1. Stop the writers.",
        "$ kubectl -n shop patch deployment/web",
        """$ echo '{"kind": "ConfigMap"}' | kubectl -n shop apply -f -""",
        "$ kubectl -n shop rollout undo deployment/web",
        "- secrets: not allowed (403)",
    )
    places = [text.find(each) for each in wanted]
    assert -1 not in places, wanted[places.index(-1)]
    assert places == sorted(places)
    assert "was killed (status)" not in text
    assert "! pod/web-1: was killed (status)" in diagnosis_text(FOUND, 1.25, symptoms=True)


def test_colour_is_only_for_terminals_that_are_asked_to() -> None:
    """Without it there is no escape sequence in the text."""
    assert "\033" not in diagnosis_text(FOUND, 0)
    assert "\033" in diagnosis_text(FOUND, 0, colour=True)


def test_nothing_wrong_is_said_in_words() -> None:
    """And what could not be seen all the same: it limits the claim."""
    text = diagnosis_text(Diagnosis(namespace="shop", unseen=["pods: late"]), 0.5)
    assert text == "namespace shop: nothing wrong was seen (0.5 s)\n\nnot seen\n  - pods: late\n"


def test_a_program_reads_the_same_keys() -> None:
    """Those of the documentation; a patch comes with the command that takes it."""
    data = json.loads(json.dumps(diagnosis_data(FOUND, 1.23456)))
    assert list(data) == ["namespace", "causes", "steps", "unseen", "seconds"]
    (cause,) = data["causes"]
    assert {"cause", "layer", "object", "confidence", "evidence", "contradicts", "explains", "decides"} < set(cause)
    assert (cause["cause"], cause["layer"], data["seconds"]) == ("memory-limit", "capacity", 1.235)
    assert cause["advice"][0]["patches"][0]["command"].startswith("kubectl -n shop patch deployment/web")
    assert diagnosis_data(Diagnosis(namespace="shop"), 0.1)["causes"] == []


def test_isolation_steps_are_told_with_their_results() -> None:
    """In words and as data, also those that could not be run."""
    taken = StepTaken(name="request", about="node/a -> pod/b", result="not run: refused: exceeded quota", seconds=0.2)
    found = Diagnosis(namespace="shop", steps=[taken])
    text = diagnosis_text(found, 0.5)
    assert "isolation steps\n  - request: node/a -> pod/b: not run: refused: exceeded quota\n" in text
    assert diagnosis_data(found, 0.5)["steps"] == [
        {"name": "request", "about": "node/a -> pod/b", "result": "not run: refused: exceeded quota", "seconds": 0.2}
    ]
