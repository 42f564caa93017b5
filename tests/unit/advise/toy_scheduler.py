"""A toy scheduler: which node takes a pod, or its own words why none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from diagnose.scenes import Document

from harness.diagnose.amounts import amount

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def place(spec: Document, others: list[Document], declared: list[Document]) -> tuple[str, str]:
    """The first node that takes it, and why none does."""
    nodes = [each for each in declared if each["kind"] == "Node"]
    said: Counter[str] = Counter()
    for node in nodes:
        there = [each for each in others if each["spec"]["nodeName"] == node["metadata"]["name"]]
        why = next(_reasons(spec, node, there), "")
        if not why:
            return node["metadata"]["name"], ""
        said[why] += 1
    words = ", ".join(f"{count} {why}" for why, count in said.items())
    return "", f"0/{len(nodes)} nodes are available: {words}."


def _reasons(spec: Document, node: Document, there: list[Document]) -> Iterator[str]:
    labels, about = node["metadata"]["labels"], node["spec"]
    if about.get("unschedulable"):
        yield "node(s) were unschedulable"
    if any(not _tolerated(taint, spec.get("tolerations", [])) for taint in about.get("taints") or []):
        yield "node(s) had untolerated taint(s)"
    affinity = spec.get("affinity", {})
    terms = affinity.get("nodeAffinity", {}).get(_REQUIRED, {}).get("nodeSelectorTerms", [])
    if not spec.get("nodeSelector", {}).items() <= labels.items() or (
        terms and not any(_fits(term, labels) for term in terms)
    ):
        yield "node(s) didn't match Pod's node affinity/selector"
    if affinity.get("podAntiAffinity", {}).get(_REQUIRED) and there:
        yield "node(s) didn't match pod anti-affinity rules"
    ports = {port.get("hostPort") for each in spec["containers"] for port in each["ports"]} - {None}
    taken = {port.get("hostPort") for pod in there for each in pod["spec"]["containers"] for port in each["ports"]}
    if ports & taken:
        yield "node(s) didn't have free ports for the requested pod ports"
    for resource in ("cpu", "memory"):
        asked = sum(_request(each["spec"], resource) for each in there) + _request(spec, resource)
        if asked > amount(node["status"]["allocatable"][resource]):
            yield f"Insufficient {resource}"


def _tolerated(taint: Document, tolerations: list[Document]) -> bool:
    return any(
        each["key"] == taint["key"]
        and each.get("effect", taint["effect"]) == taint["effect"]
        and (each["operator"] == "Exists" or each.get("value", "") == taint.get("value", ""))
        for each in tolerations
    )


def _fits(term: Document, labels: dict[str, str]) -> bool:
    return all(labels.get(each["key"]) in each["values"] for each in term["matchExpressions"])


def _request(spec: Document, resource: str) -> float:
    return sum(amount(each["resources"].get("requests", {}).get(resource, "")) for each in spec["containers"])
