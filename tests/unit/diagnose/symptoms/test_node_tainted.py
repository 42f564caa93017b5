"""Promise: taints that somebody set are told with key, value and effect; Kubernetes' own and preferences are not."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import node, scene
from diagnose.surroundings import CONTROL_PLANE_TAINT, UNREACHABLE

GPU = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}


def test_a_taint_is_told_in_kubectls_way_of_writing() -> None:
    """KEY=VALUE:EFFECT."""
    (found,) = symptoms(scene(node(spec={"taints": [GPU]})), "node-tainted")
    assert "gpu=yes:NoSchedule" in found.text
    assert found.facts == GPU


def test_taints_of_roles_and_conditions_and_preferences_are_not() -> None:
    """They are told otherwise, or keep nobody off."""
    taints = [CONTROL_PLANE_TAINT, UNREACHABLE, {**GPU, "effect": "PreferNoSchedule"}]
    assert symptoms(scene(node(spec={"taints": taints})), "node-tainted") == []
