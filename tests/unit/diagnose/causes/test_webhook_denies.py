"""Promise: a webhook that answers no is told from one that does not answer."""

from __future__ import annotations

from diagnose.asked import first, named
from diagnose.scenes import deployment, event, node, pod, scene

DENIED = (
    'Error creating: admission webhook "validation.gatekeeper.sh" denied the request: [must-have-owner] you must '
    "provide labels: owner"
)


def test_its_words_name_it() -> None:
    """The rule is quoted."""
    web = deployment(pod("web-1"), replicas=2)
    found = scene(node(), web, event(web[1], "FailedCreate", DENIED))
    assert named(found) == ["webhook-denies"]
    assert any("must-have-owner" in each for each in first(found).evidence)


def test_a_denial_of_the_past_proves_nothing() -> None:
    """The pods were made since."""
    web = deployment(pod("web-1"), pod("web-2"))
    assert named(scene(node(), web, event(web[1], "FailedCreate", DENIED))) == []
