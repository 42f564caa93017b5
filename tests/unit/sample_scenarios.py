"""A valid scenario with its workload, and faults and expectations of the tests' own: loading is tested alone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta
from ruamel.yaml import YAML

from harness.load import load_file
from harness.model.scenario import Expectation, Fault, Scenario
from harness.model.units import Ref, Seconds, Selector, Share
from harness.registry import Registry

FAULTS: Registry[type[Fault]] = Registry("fault", "harness.model")
EXPECTATIONS: Registry[type[Expectation]] = Registry("expectation", "harness.model")


@FAULTS.enter("pods-die")
class PodsDie(Fault):
    """Pods die, for tests."""

    select: Selector
    count: Annotated[int, Meta(ge=1, le=100)] = 1
    share: Share | None = None
    how: Literal["delete", "evict"] = "delete"
    owner: Ref | None = None


@FAULTS.enter("nothing")
class Nothing(Fault):
    """Nothing happens, for tests."""


@EXPECTATIONS.enter("heals")
class Heals(Expectation):
    """It heals in time, for tests. `hold` must be shorter than `within`."""

    within: Seconds
    hold: Seconds | None = None

    def refuse(self) -> str:
        if self.hold is not None and self.hold >= self.within:
            return f"hold {self.hold} is not shorter than within {self.within}"
        return ""


@EXPECTATIONS.enter("serves")
class Serves(Expectation):
    """It goes on serving, for tests."""

    at_least: Share


def workload() -> list[dict[str, Any]]:
    """A fresh copy of the workload's manifests."""
    template = {"spec": {"containers": [{"name": "web", "image": "web:1", "ports": [{"containerPort": 8080}]}]}}
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {"replicas": 3, "template": template},
        },
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}},
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "db"},
            "spec": {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]},
        },
    ]


def scenario() -> dict[str, Any]:
    """A fresh copy of a scenario that says everything a scenario can say."""
    return {
        "scenario": "web-outlives-lost-pods",
        "why": "Losing replicas must be invisible to users.",
        "severity": "critical",
        "rows": [1, 26],
        "tags": ["pods"],
        "needs": ["containers"],
        "workload": ["workloads/web.yaml"],
        "faults": [
            {"pods-die": {"select": "app=web", "count": 2, "after": "2s", "for": "1m30s", "owner": "deployment/web"}},
            {"pods-die": {"select": "app=web,tier=front", "share": "50%", "how": "evict"}},
            {"nothing": {}},
        ],
        "expect": [
            {"heals": {"of": "deployment/web", "within": "30s", "hold": "3s"}},
            {"serves": {"of": "service/web", "at-least": "99.5%"}},
            {"heals": {"of": "persistentvolumeclaim/data-db-0", "within": "500ms"}},
            {"heals": {"of": "node/worker-1", "within": "1h"}},
        ],
        "control": {
            "one-replica": {
                "why": "One replica cannot lose one.",
                "patch": {"deployment/web": {"spec": {"replicas": 1}}},
                "fails": ["serves"],
            },
            "no-replica": {"patch": {"deployment/web": {"spec": {"replicas": 0}}}, "inconclusive": "no baseline"},
        },
        "baseline": "60s",
        "observe": "500ms",
    }


def dump(*documents: object) -> str:
    """Documents as YAML text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    stream = io.StringIO()
    yaml.dump_all(documents, stream)
    return stream.getvalue()


def write(folder: Path, *documents: object, manifests: list[dict[str, Any]] | None = None) -> Path:
    """Write scenario documents and the workload beside them; gives the scenario file."""
    return write_text(folder, dump(*documents), dump(*(workload() if manifests is None else manifests)))


def write_text(folder: Path, text: str | bytes, manifests: str | bytes | None = None) -> Path:
    """Write a scenario file and its workload as they are."""
    (folder / "workloads").mkdir(exist_ok=True)
    texts = {"workloads/web.yaml": dump(*workload()) if manifests is None else manifests, "scenario.yaml": text}
    for name, content in texts.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / "scenario.yaml"


def load(path: Path) -> list[Scenario]:
    """Load with the faults and expectations of this module."""
    return load_file(path, faults=FAULTS, expectations=EXPECTATIONS)
