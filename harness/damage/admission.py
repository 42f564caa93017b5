"""Whether the API server would admit another pod now, found out by a dry run. Changes nothing, knows no fault."""

from __future__ import annotations

from typing import Any

from harness.damage.plan import seen
from harness.damage.site import Site
from harness.kube import actions
from harness.kube.resources import resource
from harness.kube.rights import Right, may
from harness.model.errors import ApiError
from harness.model.timeline import Evidence

_SMALLEST: dict[str, Any] = {"metadata": {}, "spec": {"containers": [{"name": "any", "image": "any"}]}}


def refused(site: Site, index: int, words: str) -> list[Evidence]:
    """It bit once a copy of one of the namespace's pods is refused with these words."""

    def look() -> tuple[bool, str]:
        said = refusal(site)
        return words in said, said or "another pod would be admitted"

    return seen(site, index, "a dry run of creating a pod", look)


def rights() -> list[Right]:
    """What the dry run takes."""
    return may("list create", "pods")


def refusal(site: Site) -> str:
    """What the API server has against one more pod like those that are there; an empty string where nothing."""
    pods = resource("pods").path(site.namespace)
    try:
        site.client.request("POST", pods, body=_copy(site), query={"dryRun": "All"})
    except ApiError as error:
        return error.message
    return ""


def _copy(site: Site) -> dict[str, Any]:
    """A controlled pod as new; a namespace without any is asked for the smallest pod there can be."""
    pods = actions.listed(site.client, "pods", site.namespace)
    controlled = [pod for pod in pods if pod["metadata"].get("ownerReferences")]
    model = controlled[0] if controlled else _SMALLEST
    spec = {key: value for key, value in model["spec"].items() if key not in ("nodeName", "ephemeralContainers")}
    labels = model["metadata"].get("labels", {})
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "healproof-dry-run-", "labels": labels},
        "spec": spec,
    }
