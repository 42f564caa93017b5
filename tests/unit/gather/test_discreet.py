"""Credentials go no further than where they were read."""

from __future__ import annotations

import msgspec

from harness.gather.discreet import discreet, lines_of, without_secrets
from harness.model.full.cluster import Event
from harness.model.full.pods import Pod
from harness.model.scene import Log, Scene

PLANTED = "hunter2planted"
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def test_command_lines_annotations_and_messages_hold_no_credential() -> None:
    """What a person wrote is redacted; of the whole object that was applied the replicas stay."""
    pod = {
        "metadata": {
            "name": "web",
            "labels": {"token": "blue"},
            "annotations": {
                APPLIED: f'{{"spec":{{"replicas":3,"template":{{"token":"{PLANTED}"}}}}}}',
                "example.com/password": PLANTED,
                "kubectl.kubernetes.io/restartedAt": "2026-01-01",
            },
        },
        "spec": {
            "containers": [
                {
                    "name": "web",
                    "args": ["--password", PLANTED, "--port=80"],
                    "command": ["sh", "-c", f"TOKEN={PLANTED} run"],
                    "livenessProbe": {"exec": {"command": ["check", f"--token={PLANTED}"]}},
                }
            ]
        },
        "status": {
            "message": f"password={PLANTED}",
            "containerStatuses": [{"name": "web", "state": {"terminated": {"message": f"api_key: {PLANTED}"}}}],
        },
    }
    clean = without_secrets(msgspec.convert(pod, Pod))
    assert PLANTED not in msgspec.json.encode(clean).decode()
    assert clean.metadata.annotations == {
        APPLIED: '{"spec":{"replicas":3}}',
        "kubectl.kubernetes.io/restartedAt": "2026-01-01",
    }
    assert clean.metadata.labels == {"token": "blue"}
    assert clean.spec.containers[0].args[-1] == "--port=80"


def test_a_missing_secret_is_still_told_by_name() -> None:
    """The kubelet's words about a volume called db-secret are no assignment of a credential."""
    said = 'MountVolume.SetUp failed for volume "db-secret" : secret "db" not found'
    assert without_secrets(Event(message=said)).message == said
    told = f'MountVolume.SetUp failed for volume "db-secret" : login with password={PLANTED} failed'
    assert PLANTED not in without_secrets(Event(message=told)).message


def test_logs_are_redacted_and_their_lines_cut() -> None:
    """Also those of a scene that was not read by this harness."""
    assert lines_of(f"started\npassword={PLANTED}\n" + "x" * 2000) == ["started", "password=[redacted]", "x" * 500]
    scene = Scene(
        namespace="shop", at=1.0, logs=[Log(namespace="shop", pod="web", container="web", lines=[f"token: {PLANTED}"])]
    )
    assert discreet(scene).logs[0].lines == ["token: [redacted]"]


def test_that_healproof_wrote_something_is_not_told() -> None:
    """A diagnosis must find out what is wrong, not who is to blame; other managers keep their names."""
    fields = [{"manager": "healproof", "time": "2026-03-05T12:00:00Z"}, {"manager": "kubectl-edit"}]
    pod = msgspec.convert({"metadata": {"name": "web", "managedFields": fields}}, Pod)
    assert [each.manager for each in without_secrets(pod).metadata.managed_fields] == ["somebody", "kubectl-edit"]
