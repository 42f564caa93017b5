"""Rights as RBAC manifests: one identity, a Role for each namespace, a ClusterRole for what lives in none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from harness.kube.rights import CLUSTER, OWN
from harness.security.needed import Need

NAME = "healproof"
API = "rbac.authorization.k8s.io"
_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete")

Manifest = dict[str, Any]


class Rule(NamedTuple):
    """One rule of a role, and who needs it."""

    verbs: tuple[str, ...]
    group: str
    resources: tuple[str, ...]
    names: tuple[str, ...]
    who: tuple[str, ...]

    @property
    def manifest(self) -> Manifest:
        """The rule as RBAC writes it."""
        rule: Manifest = {"apiGroups": [self.group], "resources": list(self.resources), "verbs": list(self.verbs)}
        return {**rule, "resourceNames": list(self.names)} if self.names else rule


class Granted(NamedTuple):
    """A role's manifest, with its rules in the same order."""

    manifest: Manifest
    rules: list[Rule]


def granted(needs: Iterable[Need], namespace: str) -> list[Granted]:
    """The ServiceAccount in `namespace`, and each role with its binding to it; what is no role has no rules."""
    by_scope: dict[str, list[Need]] = defaultdict(list)
    for need in needs:
        by_scope[need.right.namespace].append(need)
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": NAME, "namespace": namespace}}
    found = [Granted(account, [])]
    for scope in sorted(by_scope):
        rules = list(_rules(by_scope[scope]))
        kind = "ClusterRole" if scope == CLUSTER else "Role"
        # what is not in the scenario's namespace carries its name: there may be an identity for each
        meta = {"name": NAME, "namespace": namespace} if scope == OWN else {"name": f"{NAME}-{namespace}"}
        if scope not in (OWN, CLUSTER):
            meta["namespace"] = scope
        role = {"apiVersion": f"{API}/v1", "kind": kind, "metadata": meta, "rules": [rule.manifest for rule in rules]}
        found += [Granted(role, rules), Granted(_binding(role, namespace), [])]
    return found


def _binding(role: Manifest, namespace: str) -> Manifest:
    return {
        "apiVersion": f"{API}/v1",
        "kind": f"{role['kind']}Binding",
        "metadata": dict(role["metadata"]),
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": namespace}],
        "roleRef": {"apiGroup": API, "kind": role["kind"], "name": role["metadata"]["name"]},
    }


def _rules(needs: list[Need]) -> Iterator[Rule]:
    """As few rules as say no more than is needed: first verbs of one resource are put together, then resources."""
    asked: dict[tuple[str, str, str], list[Need]] = defaultdict(list)
    for need in needs:
        asked[need.right.group, need.right.resource, need.right.verb].append(need)
    single = [_rule(*what, some) for what, some in sorted(asked.items())]
    by_verb: dict[Rule, list[str]] = defaultdict(list)
    for rule in single:
        by_verb[rule._replace(verbs=())] += rule.verbs
    by_resource: dict[Rule, list[str]] = defaultdict(list)
    for rule, verbs in by_verb.items():
        ordered = tuple(sorted(verbs, key=_VERBS.index))
        by_resource[rule._replace(verbs=ordered, resources=())] += rule.resources
    for rule, resources in by_resource.items():
        yield rule._replace(resources=tuple(resources))


def _rule(group: str, resource: str, verb: str, needs: list[Need]) -> Rule:
    names = tuple(sorted({need.right.name for need in needs} - {""}))
    return Rule((verb,), group, (resource,), names, tuple(sorted({need.who for need in needs})))
