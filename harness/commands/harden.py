"""`healproof harden`: what endangers self-healing and security in manifests or a namespace, and how to change it."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from harness.commands.live import add_cluster_arguments, live
from harness.model.errors import BadInput, Exit
from harness.security.check import CHECKS, Finding, Severity, findings
from harness.security.images import scan
from harness.security.sources import Found, from_cluster, from_files

_NEVER = "never"
_WIDTH = 110


def harden(said: argparse.Namespace) -> Exit:
    """Print the findings, the worst first; fails where one is as bad as `--fail-on` says."""
    for name in said.check:
        if name not in CHECKS:
            raise BadInput(f"--check: {name!r} is not accepted; accepted is one of {', '.join(CHECKS)}")
    sources = _sources(said)
    found = [(source.objects.namespace, each) for source in sources for each in findings(source.objects, said.check)]
    unseen = [words for source in sources for words in source.unseen]
    if said.images:
        for source in sources:
            scanned = scan(_images(source))
            found += [(source.objects.namespace, each) for each in scanned.findings]
            unseen += scanned.unseen
    unseen = list(dict.fromkeys(unseen))
    sys.stdout.write(_as_json(found, unseen) if said.json else _as_text(found, unseen))
    bad = said.fail_on != _NEVER and any(each.severity.rank >= Severity(said.fail_on).rank for _, each in found)
    return Exit.FAILED if bad else Exit.PASSED


def _sources(said: argparse.Namespace) -> list[Found]:
    if bool(said.manifests) == bool(said.namespace):
        raise BadInput("healproof harden: either manifest files or --namespace says what to look at")
    if said.manifests:
        return from_files(said.manifests)
    with live(said) as cluster:
        return [from_cluster(cluster.client, said.namespace)]


def _images(source: Found) -> dict[str, set[str]]:
    users: dict[str, set[str]] = defaultdict(set)
    for workload in source.objects.workloads():
        for container in workload.all_containers:
            if image := container.data.get("image"):
                users[str(image)].add(workload.ref)
    return users


def _as_json(found: Iterable[tuple[str, Finding]], unseen: list[str]) -> str:
    rows = [
        {
            "check": each.check,
            "severity": str(each.severity),
            "namespace": namespace,
            "object": each.object,
            "seen": each.seen,
            "why": each.why,
            "patch": each.patch,
            "addition": each.addition,
            "command": _command(namespace, each),
        }
        for namespace, each in found
    ]
    return json.dumps({"schema": "healproof/harden/v1", "findings": rows, "unseen": unseen}, indent=2) + "\n"


def _as_text(found: list[tuple[str, Finding]], unseen: list[str]) -> str:
    """A table, then for each check why it matters and the commands that change it."""
    lines = [f"{each.severity:<9} {each.check:<22} {each.object}: {each.seen}" for _, each in found]
    by_check: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
    for namespace, each in found:
        by_check[each.check].append((namespace, each))
    for check, some in by_check.items():
        lines += ["", f"{check}:", *textwrap.wrap(some[0][1].why, _WIDTH, initial_indent="  ", subsequent_indent="  ")]
        lines += [f"  $ {command}" for namespace, each in some if (command := _command(namespace, each))]
    lines += ["", *(f"not looked at: {words}" for words in unseen)] if unseen else []
    lines += ["", ", ".join(_counts(found)) or "no findings"]
    return "\n".join(lines).lstrip("\n") + "\n"


def _counts(found: Iterable[tuple[str, Finding]]) -> Iterator[str]:
    severities = [each.severity for _, each in found]
    yield from (f"{severities.count(each)} {each}" for each in reversed(Severity) if each in severities)


def _command(namespace: str, finding: Finding) -> str:
    """What is typed to change it; empty where no patch can."""
    kind, _, name = finding.object.partition("/")
    within = ["-n", namespace] if namespace and kind != "namespace" else []
    if finding.patch is not None:
        words = ["kubectl", "patch", kind, name, *within, "--type", "strategic", "-p", _short(finding.patch)]
        return shlex.join(words)
    if finding.addition is not None:
        into = ["-n", namespace] if namespace else []
        return f"echo {shlex.quote(_short(finding.addition))} | {shlex.join(['kubectl', 'apply', *into, '-f', '-'])}"
    return ""


def _short(data: dict[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("manifests", nargs="*", type=Path, help="YAML files of Kubernetes objects, or folders of them")
    parser.add_argument("--namespace", default="", help="a namespace of a cluster instead; it is only read")
    add_cluster_arguments(parser)
    parser.add_argument("--check", action="append", default=[], metavar="CHECK", help="only this check; repeatable")
    parser.add_argument(
        "--fail-on",
        choices=[*map(str, Severity), _NEVER],
        default=str(Severity.HIGH),
        help="exit with 1 from this severity on (default: high)",
    )
    parser.add_argument(
        "--no-images", dest="images", action="store_false", help="do not ask trivy or grype about the images"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
