"""A toy admission: what the API server says when it refuses the next pod of a Deployment, by what is declared."""

from __future__ import annotations

from collections.abc import Iterator

from diagnose.scenes import NAMESPACE, Document

from harness.diagnose.amounts import amount

_STANDARD = "pod-security.kubernetes.io/enforce"
_WANTED = {
    "allowPrivilegeEscalation != false": ("allowPrivilegeEscalation", False),
    "unrestricted capabilities": ("capabilities", {"drop": ["ALL"]}),
    "runAsNonRoot != true": ("runAsNonRoot", True),
    "seccompProfile": ("seccompProfile", {"type": "RuntimeDefault"}),
}


def refusal(deployment: Document, declared: list[Document]) -> str:
    """Why its pods are refused, '' where they are not; a quota counts all of them at once."""
    spec = deployment["spec"]["template"]["spec"]
    return next(
        iter(
            [
                *_named(spec, declared),
                *_security(spec, declared),
                *_webhooks(declared),
                *_ranges(spec, declared),
                *_quotas(deployment, declared),
            ]
        ),
        "",
    )


def used(resource: str, pods: list[Document]) -> str:
    """What pods take of a quota's resource."""
    return str(int(sum(_taken(resource, each["spec"]) for each in pods)))


def _named(spec: Document, declared: list[Document]) -> Iterator[str]:
    there = {(each["kind"], each["metadata"]["name"]) for each in declared} | {("ServiceAccount", "default")}
    account, priority = spec.get("serviceAccountName", "default"), spec.get("priorityClassName")
    if ("ServiceAccount", account) not in there:
        sought = f"error looking up service account shop/{account}"
        yield f'pods "web-" is forbidden: {sought}: serviceaccount "{account}" not found'
    if priority and ("PriorityClass", priority) not in there:
        yield f'pods "web-" is forbidden: no PriorityClass with name {priority} was found'


def _security(spec: Document, declared: list[Document]) -> Iterator[str]:
    levels = [each["metadata"].get("labels", {}).get(_STANDARD) for each in declared if each["kind"] == "Namespace"]
    contexts = [each.get("securityContext", {}) for each in spec["containers"]]
    broken = [word for word, (key, value) in _WANTED.items() if any(each.get(key) != value for each in contexts)]
    if "restricted" in levels and broken:
        yield f'pods "web-x" is forbidden: violates PodSecurity "restricted:latest": {", ".join(broken)}'


def _webhooks(declared: list[Document]) -> Iterator[str]:
    for each in declared:
        for hook in each.get("webhooks", []):
            rules = (hook.get("namespaceSelector") or {}).get("matchExpressions", [])
            spared = any(NAMESPACE in rule["values"] for rule in rules if rule["operator"] == "NotIn")
            if hook["failurePolicy"] == "Fail" and not spared:
                yield f'failed calling webhook "{hook["name"]}": no endpoints available for service "policy"'


def _ranges(spec: Document, declared: list[Document]) -> Iterator[str]:
    limits = [limit for each in declared if each["kind"] == "LimitRange" for limit in each["spec"]["limits"]]
    for limit in limits:
        for resource, most in limit["max"].items():
            for each in spec["containers"]:
                asked = each["resources"].get("limits", {}).get(resource, "")
                if amount(asked) > amount(most):
                    yield f"maximum {resource} usage per Container is {most}, but limit is {asked}"


def _quotas(deployment: Document, declared: list[Document]) -> Iterator[str]:
    spec, wanted = deployment["spec"]["template"]["spec"], deployment["spec"]["replicas"]
    for each in declared:
        if each["kind"] != "ResourceQuota":
            continue
        name = each["metadata"]["name"]
        for resource, most in each["spec"]["hard"].items():
            one = _taken(resource, spec)
            if not one:
                yield f'pods "web-x" is forbidden: failed quota: {name}: must specify {resource} for: main'
            elif wanted * one > amount(most):
                yield (
                    f'pods "web-x" is forbidden: exceeded quota: {name}, requested: {resource}={one:.0f}, used: '
                    f"{resource}=0, limited: {resource}={most}"
                )


def _taken(resource: str, spec: Document) -> float:
    if resource == "pods":
        return 1.0
    part, _, name = resource.rpartition(".")
    return sum(amount(each["resources"].get(part, {}).get(name, "")) for each in spec["containers"])
