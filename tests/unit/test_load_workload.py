"""What loading a workload promises: manifests that can be applied to any namespace, or an error at its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sample_scenarios as sample

from harness.load_workload import load_workload
from harness.model.errors import BadInput


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ({"metadata": {"name": "web", "namespace": "prod"}}, "5: namespace of service/web; accepted: no namespace"),
        ({"kind": "Namespace"}, "2: a manifest of kind Namespace; accepted: any other kind"),
        ({"kind": None}, "2: `kind` cannot be empty; accepted: text that is not empty"),
        ({"metadata": {}}, "3: `metadata` lacks `name`; accepted: `name`: text that is not empty"),
        ({"metadata": "web"}, "3: `metadata` cannot be 'web'; accepted: a mapping with the keys name"),
        ({"kind": "List"}, "1: a List without `items`; accepted: `items`: a list of Kubernetes manifests"),
        ({"kind": "List", "items": []}, "1: no manifests; accepted: at least one Kubernetes manifest"),
        ({"kind": "List", "items": [{"kind": "x"}]}, "3: `items[0]` lacks `apiVersion`"),
    ],
)
def test_a_workload_that_cannot_be_applied_is_refused(tmp_path: Path, manifest: dict[str, Any], message: str) -> None:
    """A manifest needs apiVersion, kind and a name, and must not choose its namespace."""
    path = tmp_path / "web.yaml"
    path.write_text(sample.dump({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}} | manifest))
    with pytest.raises(BadInput) as caught:
        load_workload(path)
    assert caught.value.message.startswith(f"{path}:{message}")


def test_a_list_stands_for_its_items(tmp_path: Path) -> None:
    """`kind: List` is what kubectl writes; its items count as manifests of the file."""
    path = tmp_path / "web.yaml"
    path.write_text(sample.dump({"apiVersion": "v1", "kind": "List", "items": sample.workload()}, *sample.workload()))
    assert load_workload(path) == sample.workload() * 2
