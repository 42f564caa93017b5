"""`healproof budget`: how long healing takes by Kubernetes' own timers, from manifests and without any cluster."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from ruamel.yaml import YAML

from harness.budget.family import OWNERS
from harness.budget.forecast import Ground, predict
from harness.budget.manifest import FORMS
from harness.kube.client import Client
from harness.load import load_file, load_workload, looks_like_scenario
from harness.load_typed import Place, convert, listed, nearest
from harness.load_yaml import Problem, Refused, read_documents
from harness.model.budget import Budget, Term, interval
from harness.model.errors import BadInput, Exit
from harness.model.scenario import Fault
from harness.model.timers import Timers
from harness.model.units import Ref, decode_token
from harness.observe.timers import read_timers
from harness.providers import catalogue
from harness.providers.kind_timers import kind_timers, timers_names
from harness.registry import FAULTS

_PLACES = ("select", "hosting", "of")
"""The fields that say what is hit: filled in with the workload where they are not said."""


class _Row(NamedTuple):
    """What is predicted of one object: by which faults, in which file, and what it says."""

    file: Path
    faults: str
    budget: Budget


def budget(said: argparse.Namespace) -> Exit:
    """Print the budgets of every workload, or of every promise of a scenario, term by term with their sources."""
    timers = _timers(said.timers)
    ground = Ground(timers, {"": said.nodes} if said.nodes else {})
    rows = [row for path in said.paths for file in _files(path) for row in _rows(file, said.fault, ground)]
    if said.json:
        found = [{"file": str(row.file), **_as_data(row.budget)} for row in rows]
        sys.stdout.write(json.dumps({"timers": msgspec.to_builtins(timers), "budgets": found}, indent=2) + "\n")
        return Exit.PASSED
    sys.stdout.write(f"timers: {timers.origin}\n")
    for (file, of), group in itertools.groupby(rows, key=lambda row: (row.file, row.budget.of)):
        sys.stdout.write(f"\n{of} ({file})\n" + "".join(f"{line}\n" for line in _said(list(group))))
    return Exit.PASSED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("paths", nargs="+", type=Path, help="files of manifests, scenario files, or folders of them")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[,KEY=VALUE]",
        help="only this fault, such as container-kill,times=3; several together are one story (default: each alone)",
    )
    parser.add_argument(
        "--timers", default="default", help=f"{', '.join(timers_names())}, or a cluster's name (default: default)"
    )
    parser.add_argument("--nodes", type=int, default=0, help="nodes of the cluster, all in one zone (default: unknown)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _rows(file: Path, written: list[str], ground: Ground) -> Iterator[_Row]:
    if not looks_like_scenario(file):
        manifests = load_workload(file)
        _check(file)
        yield from _of_manifests(file, manifests, written, ground)
        return
    for scenario in load_file(file):
        if written:
            yield from _of_manifests(file, scenario.manifests, written, ground)
            continue
        for promise in scenario.expect:
            if promise.heals_since:
                found = predict(scenario.faults, scenario.manifests, promise.of, promise.heals_since, ground)
                yield _Row(file, f"{scenario.name}, {promise.name}: {found.fault}", found)


def _check(file: Path) -> None:
    """Refuse fields that a budget needs and that cannot be read, each with its line."""
    problems: list[Problem] = []
    for document in read_documents(file):
        place = Place(file, document, problems)
        listed_ones = place.at("items").items() if place.value["kind"] == "List" else [place]
        for each in listed_ones:
            form = FORMS.get(str(each.value["kind"]))
            if form is not None:
                convert(each, form)
    if problems:
        raise Refused(problems)


def _of_manifests(file: Path, manifests: list[dict[str, Any]], written: list[str], ground: Ground) -> Iterator[_Row]:
    for manifest in manifests:
        kind = str(manifest["kind"]).lower()
        if kind not in OWNERS:
            continue
        of = Ref(f"{kind}/{manifest['metadata']['name']}")
        stories = [[_fault(word, of, manifest) for word in written]] if written else _each(of, manifest)
        for faults in stories:
            for found in _predictions(faults, manifests, of, ground):
                yield _Row(file, found.fault, found)


def _predictions(faults: list[Fault], manifests: list[dict[str, Any]], of: Ref, ground: Ground) -> Iterator[Budget]:
    """From the injection, and where nothing heals before the undo from that as well."""
    first = predict(faults, manifests, of, "injection", ground)
    yield first
    if not first.finite:
        undone = predict(faults, manifests, of, "undo", ground)
        if undone.finite:
            yield undone


def _said(rows: list[_Row]) -> Iterator[str]:
    """The rows in words; faults with the same terms together."""
    for alike, group in itertools.groupby(_sorted(rows), key=_likeness):
        names = "; ".join(dict.fromkeys(row.faults for row in group))
        budget = alike[-1]
        since = " once it is undone" if budget.since == "undo" else ""
        yield f"  {names}{since}: {budget.words}"
        yield from (_term(term) for term in budget.terms)
        yield from (f"{_term(term)} (beside it)" for term in budget.beside)


def _sorted(rows: list[_Row]) -> list[_Row]:
    """In their order, but each beside the first that is like it."""
    first: dict[str, int] = {}
    for index, row in enumerate(rows):
        first.setdefault(repr(_likeness(row)), index)
    return sorted(rows, key=lambda row: first[repr(_likeness(row))])


def _likeness(row: _Row) -> tuple[Budget]:
    return (msgspec.structs.replace(row.budget, fault=""),)


def _term(term: Term) -> str:
    return f"    {interval(term.low, term.high):>12}  {term.text} [{term.source}]"


def _as_data(budget: Budget) -> dict[str, Any]:
    ends = {"low": round(budget.low, 3), "high": round(budget.high, 3)} if budget.finite else {}
    data: dict[str, Any] = msgspec.to_builtins(budget)
    return {**data, "since": budget.since, **ends}


def _files(path: Path) -> list[Path]:
    """A folder stands for the YAML files below it."""
    if not path.is_dir():
        return [path]
    found = sorted(file for pattern in ("*.yaml", "*.yml") for file in path.rglob(pattern))
    if not found:
        raise BadInput(f"{path}: no YAML file in this folder", hint="name a file of manifests or a scenario")
    return found


def _timers(name: str) -> Timers:
    if name in timers_names():
        return kind_timers(name)
    record = catalogue.load_record(name)
    if record is None:
        known = ", ".join([*timers_names(), *(each.name for each in catalogue.load_records())])
        raise BadInput(f"--timers: {name!r} is not accepted; accepted is one of {known}")
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    try:
        return read_timers(client, record)
    finally:
        client.close()


def _each(of: Ref, manifest: dict[str, Any]) -> Iterator[list[Fault]]:
    """Every fault that has a budget, alone, as its example has it but on this workload."""
    for name, kind in FAULTS.items():
        fields = {key: value for key, value in kind.example.fields.items() if key not in _PLACES}
        if kind.budget:
            with contextlib.suppress(BadInput):  # one that this kind of workload cannot have
                yield [_made(name, fields, of, manifest)]


def _fault(written: str, of: Ref, manifest: dict[str, Any]) -> Fault:
    """A fault as the command line says it."""
    name, *pairs = written.split(",")
    if name not in FAULTS:
        raise BadInput(f"--fault: unknown fault {name!r}{nearest(name, FAULTS)}; accepted is one of {listed(FAULTS)}")
    fields = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(f"--fault: {pair!r} is not accepted; accepted is KEY=VALUE, such as {name},times=3")
        fields[key] = YAML(typ="safe").load(value)
    return _made(name, fields, of, manifest)


def _made(name: str, fields: dict[str, Any], of: Ref, manifest: dict[str, Any]) -> Fault:
    kind = FAULTS[name]
    keys = {field.encode_name for field in msgspec.structs.fields(kind)}
    labels = manifest["spec"]["template"].get("metadata", {}).get("labels", {})
    pods = ",".join(f"{key}={value}" for key, value in labels.items())
    places = {"select": pods, "hosting": pods, "of": str(of)}
    if "node" in fields:
        del places["hosting"]
    try:
        fault = msgspec.convert(
            {key: value for key, value in places.items() if key in keys} | fields, kind, dec_hook=decode_token
        )
    except (msgspec.ValidationError, ValueError) as error:
        raise BadInput(f"--fault {name}: {error}; accepted are the keys {listed(sorted(keys))}") from None
    reason = fault.refuse()
    if reason:
        raise BadInput(f"--fault {name}: {reason}")
    return fault
