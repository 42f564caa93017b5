"""Command lines and amounts as people write them."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.advise.kubectl import events, kubectl, logs, pods_on
from harness.advise.sizes import quantity
from harness.diagnose.amounts import amount


@given(st.lists(st.text(min_size=1), min_size=1))
def test_a_shell_reads_the_very_words(words: list[str]) -> None:
    """Whatever stands in a name or a patch, nothing of it is taken for syntax."""
    assert shlex.split(kubectl("shop", *words)) == ["kubectl", "-n", "shop", *words]


def test_what_belongs_to_no_namespace_gets_none() -> None:
    """A node has none."""
    assert kubectl("", "uncordon", "worker") == "kubectl uncordon worker"
    assert pods_on("worker").startswith("kubectl get pods --all-namespaces --field-selector=spec.nodeName=worker")


def test_logs_and_events_are_asked_for_by_the_object() -> None:
    """Those of the container before where it has ended."""
    assert logs("shop", "pod/web-1", "main", previous=True) == (
        "kubectl -n shop logs pod/web-1 -c main --tail=100 --previous"
    )
    assert "involvedObject.name=web-1" in events("shop", "pod/web-1")


@pytest.mark.parametrize(
    ("resource", "number", "wanted"),
    [
        ("memory", 128 * 1024**2, "128Mi"),
        ("limits.memory", 129 * 1024**2, "144Mi"),
        ("requests.storage", 20 * 1024**3, "20Gi"),
        ("cpu", 0.25, "250m"),
        ("cpu", 0.251, "260m"),
        ("requests.cpu", 2, "2"),
        ("pods", 3, "3"),
        ("count/pods", 3.2, "4"),
    ],
)
def test_an_amount_is_written_in_the_unit_of_its_resource(resource: str, number: float, wanted: str) -> None:
    """Rounded up to what reads well."""
    assert quantity(resource, number) == wanted


@given(st.sampled_from(["memory", "cpu", "pods", "requests.storage"]), st.floats(min_value=0.001, max_value=1e13))
def test_a_written_amount_is_never_too_little(resource: str, number: float) -> None:
    """What was needed is granted, and at most a little more."""
    written = amount(quantity(resource, number))
    assert written >= number * (1 - 1e-9)
    assert written <= 1.3 * number + 16 * 1024**2
