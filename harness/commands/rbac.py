"""`healproof rbac`: the least roles under which scenarios can be run on a cluster of others. Asks no cluster."""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from harness.load import validate_paths
from harness.machine.paths import data_dir
from harness.model.errors import BadInput, Exit
from harness.model.scenario import Scenario
from harness.security.needed import Needed, needed
from harness.security.roles import Granted, Rule, granted

_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_TIMERS = (
    "Left out: list pods in kube-system and get nodes/proxy, by which healproof would read the cluster's own timers. "
    "Without them budgets are made of Kubernetes' documented ones. Whoever has nodes/proxy is root on every node."
)


def rbac(said: argparse.Namespace) -> Exit:
    """Print the manifests: a ServiceAccount, its roles and bindings, and for each rule who needs it."""
    if not _NAMESPACE.fullmatch(said.namespace):
        raise BadInput(f"--namespace: {said.namespace!r} is not accepted; accepted is a name such as shop-staging")
    cluster_scope = said.cluster_scope == "allowed"
    found = needed(_scenarios(said.paths), said.namespace, controls=said.controls, cluster_scope=cluster_scope)
    if not found.scenarios:
        raise BadInput("none of these scenarios can be run so", hint="; ".join(found.left_out) or "name one")
    roles = granted(found.needs, said.namespace)
    sys.stdout.write(_as_json(roles) if said.output == "json" else _as_yaml(roles, found, cluster_scope=cluster_scope))
    for reason in found.left_out:
        sys.stderr.write(f"healproof: left out {reason}\n")
    return Exit.PASSED


def _scenarios(paths: list[Path]) -> Iterator[Scenario]:
    for _, loaded in validate_paths(paths or [data_dir("scenarios")]):
        if isinstance(loaded, BadInput):
            raise loaded
        yield from loaded


def _as_json(roles: list[Granted]) -> str:
    """A List for `kubectl apply`; who needs a rule is an annotation of its role."""
    items = [
        {
            **role.manifest,
            "metadata": {
                **role.manifest["metadata"],
                "annotations": {
                    f"healproof.dev/rule-{number}-needed-by": ", ".join(rule.who)
                    for number, rule in enumerate(role.rules, start=1)
                },
            },
        }
        if role.rules
        else role.manifest
        for role in roles
    ]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=2) + "\n"


def _as_yaml(roles: list[Granted], found: Needed, *, cluster_scope: bool) -> str:
    """The same as documents; who needs a rule is a comment above it."""
    names = ", ".join(scenario.name for scenario in found.scenarios)
    lines = [f"The least roles for {len(found.scenarios)} scenarios: {names}", _TIMERS]
    if not cluster_scope:
        lines.append("Left out: nodes; so no verdict says whether they are as they were before.")
    written = io.StringIO()
    for line in lines:
        written.write(textwrap.fill(line, 110, initial_indent="# ", subsequent_indent="#   ") + "\n")
    yaml = YAML()
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    for role in roles:
        written.write("---\n")
        yaml.dump(_commented(role), written)
    return written.getvalue()


def _commented(role: Granted) -> CommentedMap:
    document = CommentedMap(role.manifest)
    if role.rules:
        document["rules"] = rules = CommentedSeq(map(_in_lines, role.rules))
        for index, rule in enumerate(role.rules):
            rules.yaml_set_comment_before_after_key(index, before=f"needed by {', '.join(rule.who)}", indent=2)
    return document


def _in_lines(rule: Rule) -> CommentedMap:
    """The rule with each of its lists on one line."""
    written = CommentedMap()
    for key, words in rule.manifest.items():
        written[key] = CommentedSeq(words)
        written[key].fa.set_flow_style()
    return written


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("paths", nargs="*", type=Path, help="scenario files or folders (default: the shipped ones)")
    parser.add_argument(
        "--namespace",
        default="healproof",
        help="where the scenarios run, the one allowed namespace (default: healproof)",
    )
    parser.add_argument("--controls", action="store_true", help="also what their broken twins need")
    parser.add_argument(
        "--cluster-scope",
        choices=("allowed", "no"),
        default="allowed",
        help="no: nothing outside of the namespace; what needs more is left out and named (default: allowed)",
    )
    parser.add_argument("--output", choices=("yaml", "json"), default="yaml", help="default: yaml")
