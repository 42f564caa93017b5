"""What watched objects say in words is written without credentials, and nothing else of them changes."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from harness.model.objects import LEAN_TYPES
from harness.observe.clean import clean

WORDS = "login failed with password=planted-word"
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def lean(plural: str, **fields: Any) -> Any:
    return msgspec.convert(fields, LEAN_TYPES[plural])


SPEAKING = {
    "an event": lean("events", message=WORDS),
    "a pod": lean("pods", status={"message": WORDS}),
    "a condition of a pod": lean("pods", status={"conditions": [{"type": "Ready", "message": WORDS}]}),
    "a waiting container": lean("pods", status={"containerStatuses": [{"state": {"waiting": {"message": WORDS}}}]}),
    "a container that ended": lean(
        "pods", status={"initContainerStatuses": [{"lastState": {"terminated": {"message": WORDS, "exitCode": 3}}}]}
    ),
    "a condition of a workload": lean("deployments", status={"conditions": [{"message": WORDS}]}),
    "a condition of a node": lean("nodes", status={"conditions": [{"message": WORDS}]}),
    "an annotation by its words": lean("endpointslices", metadata={"annotations": {"note": WORDS}}),
    "an annotation by its name": lean("pods", metadata={"annotations": {"example.com/api-token": "planted-word"}}),
    "an undo's mark": lean(
        "deployments", metadata={"annotations": {"undo.healproof.dev/ab": '{"before":"planted-word"}'}}
    ),
    "what was applied": lean(
        "deployments",
        metadata={"annotations": {APPLIED: json.dumps({"env": [{"name": "DB_PASSWORD", "value": "planted-word"}]})}},
    ),
    "what was applied and cut off": lean("deployments", metadata={"annotations": {APPLIED: '{"a":"planted-word'}}),
}


@pytest.mark.parametrize("where", SPEAKING)
def test_a_credential_in_words_is_taken_out(where: str) -> None:
    """Wherever the lean objects have room for words."""
    before = SPEAKING[where]
    assert b"planted-word" in msgspec.json.encode(before)
    assert b"planted-word" not in msgspec.json.encode(clean(before))


def test_what_was_applied_stays_readable() -> None:
    """All but the credential is as it was: whoever compares it with the object still can."""
    content = {"spec": {"replicas": 3, "env": [{"name": "DB_PASSWORD", "value": "planted-word"}]}}
    safe = clean(lean("deployments", metadata={"annotations": {APPLIED: json.dumps(content)}}))
    content["spec"]["env"] = [{"name": "DB_PASSWORD", "value": "[redacted]"}]
    assert json.loads(getattr(safe, "metadata").annotations[APPLIED]) == content  # noqa: B009 - a Lean has no metadata


def test_an_object_without_credentials_is_the_very_same() -> None:
    """Nothing is built anew for the many that have none."""
    pod = lean("pods", metadata={"name": "web"}, status={"conditions": [{"type": "Ready", "message": "all is well"}]})
    assert clean(pod) is pod
