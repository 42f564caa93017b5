"""The remedy of `node-selector-unmatched`: rules that the nodes can meet, or a node that meets them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from harness.advise.kubectl import kubectl
from harness.advise.template import Fields, advise_template, template_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import PodSpec
from harness.model.scene import Scene
from harness.registry import REMEDIES

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_PREFERS = "Preferred rules hold where they can, and no pod waits for them."
_MOST = 100
"""The weight of a preference, the greatest that is accepted."""


@REMEDIES.enter("node-selector-unmatched")
class NodeSelectorUnmatched(Remedy):
    """A selector corrected to a label that is there; rules that are required, preferred instead."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The rules first; a label for a node where the selector is meant so."""
        spec = template_of(scene, cause.object).spec
        selector = _selector(scene, spec)
        rules = {**({"nodeSelector": selector} if selector else {}), **_rules(scene, spec)}
        if rules:
            words = [f"node selector {key} {'= ' + value if value else 'left out'}" for key, value in selector.items()]
            softened = len(rules) > bool(selector)
            words += ["rules that are preferred instead of required"] * softened
            yield advise_template(
                scene,
                cause.object,
                rules,
                text=f"Let a node take the pods: {', '.join(words)}. {_PREFERS if softened else ''}".rstrip(),
                severity=Severity.HIGH,
                commands=[kubectl("", "get", "nodes", "--show-labels")],
            )
        wanted = [f"{key}={spec.node_selector[key]}" for key in selector]
        yield Advice(
            text="If the rule is meant as it is, give a node what it asks for "
            f"({', '.join(wanted) or 'its labels'}), or "
            "add nodes: of pods that must stand apart no more than one fits on each.",
            severity=Severity.MEDIUM if rules else Severity.HIGH,
            commands=[kubectl("", "label", "node", "NODE", each) for each in wanted],
        )


def _selector(scene: Scene, spec: PodSpec) -> dict[str, str | None]:
    """For each label that no node has: the nearest value that one has, or None to leave it out."""
    changes: dict[str, str | None] = {}
    for key, value in spec.node_selector.items():
        there = {node.metadata.labels[key] for node in scene.nodes if key in node.metadata.labels}
        if value not in there:
            near = difflib.get_close_matches(value, sorted(there), n=1, cutoff=0.5)
            changes[key] = near[0] if near else None
    return changes


def _rules(scene: Scene, spec: PodSpec) -> Fields:
    """Affinities and spread constraints that are required, as preferences."""
    affinity: Fields = {}
    terms = ((spec.affinity.get("nodeAffinity") or {}).get(_REQUIRED) or {}).get("nodeSelectorTerms") or []
    if terms and not spec.node_selector:
        kept = (spec.affinity["nodeAffinity"].get(_PREFERRED)) or []
        wishes = [{"weight": _MOST, "preference": each} for each in terms]
        affinity["nodeAffinity"] = {_REQUIRED: None, _PREFERRED: [*kept, *wishes]}
    for kind in ("podAntiAffinity", "podAffinity"):
        rule = spec.affinity.get(kind) or {}
        if rule.get(_REQUIRED):
            wishes = [{"weight": _MOST, "podAffinityTerm": each} for each in rule[_REQUIRED]]
            affinity[kind] = {_REQUIRED: None, _PREFERRED: [*(rule.get(_PREFERRED) or []), *wishes]}
    return {**({"affinity": affinity} if affinity else {}), **_spread(spec.topology_spread_constraints)}


def _spread(constraints: list[dict[str, Any]]) -> Fields:
    if not any(each.get("whenUnsatisfiable") == "DoNotSchedule" for each in constraints):
        return {}
    return {"topologySpreadConstraints": [{**each, "whenUnsatisfiable": "ScheduleAnyway"} for each in constraints]}
