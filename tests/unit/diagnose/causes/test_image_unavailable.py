"""When an image that cannot be pulled is named."""

from __future__ import annotations

import pytest

from diagnose.asked import first, suspicions
from diagnose.scenes import crashing, deployment, event, node, pod, scene, unready, waiting

PULLED = 'Failed to pull image "registry.example/web:9": '


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (PULLED + "rpc error: code = NotFound desc = registry.example/web:9: not found", "not-found"),
        (PULLED + "failed to resolve reference: unexpected status: 401 Unauthorized", "denied"),
        (PULLED + "pull access denied, repository does not exist or may require authorization", "denied"),
        (PULLED + "failed to do request: dial tcp: lookup registry.example: no such host", "unreachable"),
        (PULLED + "failed to do request: dial tcp 10.0.0.1:443: i/o timeout", "unreachable"),
    ],
)
def test_a_container_that_waits_for_its_image_is_named_with_the_registrys_answer(message: str, why: str) -> None:
    """In back-off the container no longer says why; the Event does."""
    one = pod("web-1", status=unready(waiting("ImagePullBackOff", 'Back-off pulling image "registry.example/web:9"')))
    whole = scene(deployment(one), node(), event(one, "Failed", message))
    found = first(whole)
    assert (found.cause, found.layer, found.object) == ("image-unavailable", "configuration", "deployment/web")
    assert found.confidence >= 0.9
    assert suspicions(whole, "image-unavailable")[0].facts["why"] == why


def test_a_name_that_is_no_image_is_named() -> None:
    """The kubelet does not even try."""
    one = pod(
        "web-1", status=unready(waiting("InvalidImageName", "couldn't parse image name: invalid reference format"))
    )
    assert suspicions(scene(deployment(one), node()), "image-unavailable")[0].facts["why"] == "invalid"


def test_a_crash_loop_is_another_thing() -> None:
    """It has its image."""
    assert suspicions(scene(deployment(pod("web-1", status=unready(crashing()))), node()), "image-unavailable") == []
