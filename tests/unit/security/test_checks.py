"""What the checks of hardening promise: each finds what is planted for it, and its patch cures just that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from planted_weakness import LASTING, SOUND, WEAK

from harness.model.patch import merge
from harness.security import checks
from harness.security.check import CHECKS, Finding, findings
from harness.security.objects import Objects, selects

by_check = pytest.mark.parametrize("check", WEAK)


def found(manifests: list[dict[str, Any]]) -> dict[str, list[Finding]]:
    """The findings by check."""
    by_name: dict[str, list[Finding]] = {}
    for finding in findings(Objects(manifests, "web")):
        by_name.setdefault(finding.check, []).append(finding)
    return by_name


def cured(manifests: list[dict[str, Any]], finding: Finding) -> list[dict[str, Any]]:
    """The manifests after the finding's patch."""
    if finding.addition is not None:
        return [*manifests, finding.addition]
    kind, _, name = finding.object.partition("/")
    if finding.patch is None:
        return manifests
    return [
        merge(each, finding.patch) if (each["kind"].lower(), each["metadata"]["name"]) == (kind, name) else each
        for each in manifests
    ]


def test_every_check_has_its_planted_weakness() -> None:
    """A check that nobody saw find anything is none."""
    assert set(WEAK) == set(CHECKS)


def test_a_check_is_one_file_with_its_name_and_is_in_the_guide() -> None:
    """Adding a check is adding one file, and a reader finds it by its name."""
    files = {path.stem.replace("_", "-") for path in Path(checks.__path__[0]).glob("*.py")} - {"--init--"}
    assert files == set(CHECKS)
    guide = (Path(__file__).parents[3] / "docs" / "how-to" / "least-privilege.md").read_text()
    assert [name for name, check in CHECKS.items() if f"`{name}` | {check.severity} |" not in guide] == []


def test_a_sound_workload_has_no_finding() -> None:
    """Whoever has done all of it is left in peace."""
    assert found(SOUND) == {}


@by_check
def test_a_planted_weakness_is_found_and_nothing_else(check: str) -> None:
    """The one weakness gives the one finding, with a reason that a person can read."""
    seen = found(WEAK[check])
    assert list(seen) == [check]
    (finding,) = seen[check]
    assert finding.why.endswith(".")
    assert finding.object in (
        "namespace/web",
        "deployment/web",
        "statefulset/web",
        "pod/web",
        "poddisruptionbudget/web",
    )


@by_check
def test_a_patch_cures_what_it_was_given_for(check: str) -> None:
    """Patched, nothing as bad is left; what no patch alone can cure is named in LASTING."""
    (finding,) = found(WEAK[check])[check]
    left = [each for some in found(cured(WEAK[check], finding)).values() for each in some]
    if check in LASTING:
        assert [each.check for each in left] == [check]
    else:
        assert [each.check for each in left if each.severity.rank >= finding.severity.rank] == []


def test_a_credential_is_found_by_its_name_and_never_shown() -> None:
    """Neither what was seen nor the patch holds the value."""
    assert "a-word-that-is-nowhere-else" not in repr(found(WEAK["credential-in-env"]))


@pytest.mark.parametrize(("least", "names"), [(2, []), (1, ["one-replica"])])
def test_an_autoscaler_says_how_many_replicas_there_are(least: int, names: list[str]) -> None:
    """The number in the manifest counts only where nobody scales it."""
    spec = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "minReplicas": least}
    scaler = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}}
    assert list(found([*WEAK["one-replica"], {**scaler, "spec": spec}])) == names


def test_what_a_controller_made_is_not_found_twice() -> None:
    """A pod with an owner is its workload's affair."""
    pod = {**WEAK["bare-pod"][1], "metadata": {"name": "web-1", "ownerReferences": [{"kind": "ReplicaSet"}]}}
    assert found([*SOUND, pod]) == {}


def test_a_pod_and_a_job_get_no_patch_that_the_server_refuses() -> None:
    """Their pods' spec cannot be changed once they exist."""
    pod = merge(WEAK["bare-pod"][1], {"spec": {"hostNetwork": True}})
    (finding,) = found([*SOUND, pod])["host-namespaces"]
    assert finding.patch is None


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "other"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
    ],
)
def test_a_selector_selects_as_kubernetes_does(selector: dict[str, Any] | None, matches: bool) -> None:
    """None at all selects nothing, an empty one everything."""
    assert selects(selector, {"app": "web"}) is matches
