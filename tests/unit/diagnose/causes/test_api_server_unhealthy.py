"""Promise: the API server's own failed checks are named, those of etcd apart."""

from __future__ import annotations

from diagnose.asked import first, named
from diagnose.scenes import deployment, node, pod, scene
from harness.model.scene import Look, Scene


def checked(**facts: str) -> Scene:
    """A healthy namespace, and the API server's word on itself."""
    told = {"ping": "ok", **{key.replace("_", "-"): value for key, value in facts.items()}}
    return scene(node(), deployment(pod("web-1")), looks=[Look(kind="api-health", about="control-plane", facts=told)])


def test_a_failed_check_is_named_with_its_words() -> None:
    """The check says which part it is."""
    found = first(checked(**{"poststarthook/rbac/bootstrap-roles": "failed: not finished", "readyz": "failed: 500"}))
    assert (found.cause, found.layer) == ("api-server-unhealthy", "control-plane")
    assert any("bootstrap-roles" in each for each in found.evidence)


def test_an_api_server_that_is_silent_is_named_though_nothing_else_could_be_read() -> None:
    """There are no objects, only that."""
    look = Look(kind="api-health", about="control-plane", facts={"readyz": "failed: timed out"})
    assert named(Scene(namespace="shop", at=0.0, looks=[look])) == ["api-server-unhealthy"]


def test_passed_checks_are_not() -> None:
    """All is well."""
    assert named(checked(etcd="ok", readyz="ok", latency_seconds="0.02")) == []


def test_silence_to_that_question_alone_leaves_doubt() -> None:
    """It answered all others."""
    found = first(checked(readyz="failed: timed out"))
    assert (found.cause, found.confidence) == ("api-server-unhealthy", 0.6)
    assert found.contradicts
