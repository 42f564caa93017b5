"""Scenarios from YAML files: the form they are written in and what must agree in them. Knows no cluster."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from harness.load_budget import check_budgets
from harness.load_control import ControlForm, check_control
from harness.load_typed import Place, convert, listed, nearest, shown
from harness.load_workload import is_in_workload, load_workload, manifest_ref
from harness.load_yaml import BYTES_MAX, Problem, Refused, read_documents
from harness.model.cluster import Capability
from harness.model.errors import BadInput
from harness.model.scenario import TIMING, Expectation, Fault, Scenario, Severity, yaml_key
from harness.model.units import Ref, Seconds
from harness.registry import EXPECTATIONS, FAULTS

__all__ = ["ScenarioForm", "load_file", "load_workload", "looks_like_scenario", "validate_paths"]

ROWS_MAX = 26

Faults = Mapping[str, type[Fault]]
Expectations = Mapping[str, type[Expectation]]
P = TypeVar("P", bound=Fault | Expectation)

_KEBAB = "a name of at most 63 characters in kebab-case, such as web-outlives-a-lost-pod"
_PATHS = "the path of a file of Kubernetes manifests, or a list of such paths, relative to this file"
Name = Annotated[
    str, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=63, description=_KEBAB, extra={"accepted": _KEBAB})
]
Text = Annotated[str, Meta(pattern=r"\S", extra={"accepted": "text that is not empty"})]


class ScenarioForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename=yaml_key):
    """One scenario: a workload, the faults injected into it, and what is promised to hold or to heal."""

    scenario: Name
    why: Annotated[Text, Meta(description="What the promise is worth to the people who rely on it.")]
    severity: Severity = Severity.NORMAL
    rows: list[Annotated[int, Meta(ge=1, le=ROWS_MAX)]] = []
    tags: list[Text] = []
    needs: Annotated[
        list[Capability], Meta(description="What the workload needs of a cluster beyond its faults and promises.")
    ] = []
    workload: Annotated[
        str | Annotated[list[str], Meta(min_length=1)], Meta(description=_PATHS, extra={"accepted": _PATHS})
    ]
    faults: Annotated[
        list[dict[str, Any]],
        Meta(
            description="What is injected; without faults it is a control experiment.",
            extra={"accepted": "a list of faults, each a mapping of its name to its fields"},
        ),
    ] = []
    expect: Annotated[
        list[dict[str, Any]],
        Meta(
            min_length=1,
            description="What is promised; at least one.",
            extra={"accepted": "a list of at least one expectation, each a mapping of its name to its fields"},
        ),
    ]
    control: Annotated[
        dict[Name, ControlForm], Meta(description="Broken twins of the workload that must not keep the promises.")
    ] = {}
    baseline: Annotated[
        Seconds, Meta(description="How long the workload may take to become healthy before the faults.")
    ] = msgspec.field(default_factory=lambda: Seconds(90))
    observe: Annotated[Seconds, Meta(description="How long to look at least after the last injection.")] = (
        msgspec.field(default_factory=lambda: Seconds(0))
    )


def load_file(path: Path, *, faults: Faults = FAULTS, expectations: Expectations = EXPECTATIONS) -> list[Scenario]:
    """All scenarios of a YAML file, one a document.

    Raises BadInput with one line `path:LINE: what is wrong; accepted: …` for each problem of the file and of the
    workload files it names.
    """
    problems: list[Problem] = []
    scenarios: list[Scenario | None] = []
    names: dict[str, Place] = {}
    for document in read_documents(path):
        place = Place(path, document, problems)
        name = place.entries().get("scenario")
        if name is not None and isinstance(name.value, str) and names.setdefault(name.value, name) is not name:
            name.refuse(f"scenario name {shown(name.value)} again", "each name once in a file")
        scenarios.append(_scenario(place, faults, expectations))
    if problems:
        raise Refused(problems)
    return [scenario for scenario in scenarios if scenario is not None]


def looks_like_scenario(path: Path) -> bool:
    """Whether a file is YAML with a top-level key `scenario` somewhere; reads it but does not parse it.

    The copies of scenarios that an earlier run's Allure results hold are none: their workload is a record, no path.
    """
    if path.suffix not in (".yaml", ".yml") or path.parent.name == "allure-results":
        return False
    try:
        with path.open("rb") as file:
            head = file.read(BYTES_MAX)
    except OSError:
        return False
    return re.search(rb"""^(\xef\xbb\xbf)?["']?scenario["']?[ \t]*:""", head, re.MULTILINE) is not None


def validate_paths(
    paths: Iterable[Path], *, faults: Faults = FAULTS, expectations: Expectations = EXPECTATIONS
) -> list[tuple[Path, list[Scenario] | BadInput]]:
    """Each file with its scenarios or with what is wrong with it; a folder stands for the scenario files below it."""
    return [(file, _attempt(file, faults, expectations)) for path in paths for file in _files(path)]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if looks_like_scenario(file)) or [path]


def _attempt(path: Path, faults: Faults, expectations: Expectations) -> list[Scenario] | BadInput:
    if path.is_dir():
        return Refused([Problem(path, 1, "no scenario in this folder", "a folder with scenario files below it")])
    try:
        return load_file(path, faults=faults, expectations=expectations)
    except BadInput as error:
        return error


class _Part(NamedTuple, Generic[P]):
    """A fault or an expectation as written; `value` is None where it was refused. A `nested` one is in another."""

    place: Place
    name: str
    value: P | None
    nested: bool = False


def _scenario(place: Place, faults: Faults, expectations: Expectations) -> Scenario | None:
    before = len(place.problems)
    form = convert(place, ScenarioForm)
    entries = place.entries()
    fault_parts = _fault_parts(entries.get("faults"), faults)
    expect_parts = _parts(entries.get("expect"), expectations, "expectation")
    manifests = _workload(entries.get("workload"))
    controls = entries["control"].entries() if "control" in entries else {}
    control_parts = {key: _fault_parts(control.entries().get("faults"), faults) for key, control in controls.items()}
    parts: list[_Part[Any]] = [*fault_parts, *expect_parts, *itertools.chain(*control_parts.values())]
    for part in parts:
        if part.value is not None and manifests is not None:
            _check_refs(part.place, part.value, manifests)
    for part in parts:
        reason = part.value.refuse() if part.value is not None else ""
        if reason:
            part.place.refuse(f"{part.place.label}: {reason}", _summary(type(part.value)))
    expected = [part.name for part in expect_parts]
    all_known = "expect" in entries and len(expected) == len(entries["expect"].items())
    for key, control in controls.items():
        check_control(control, key, expected if all_known else None, manifests)
    if form is None or manifests is None or len(place.problems) > before:
        return None
    scenario = Scenario(
        name=form.scenario,
        why=form.why,
        severity=form.severity,
        rows=form.rows,
        tags=form.tags,
        requires=form.needs,
        manifests=manifests,
        faults=_outer(fault_parts),
        expect=[part.value for part in expect_parts if part.value is not None],
        control={key: control.typed(_outer(control_parts[key])) for key, control in form.control.items()},
        baseline=form.baseline,
        observe=form.observe,
        source=str(place.path),
    )
    check_budgets(scenario, [part.place for part in expect_parts])
    return scenario


def _outer(parts: list[_Part[Fault]]) -> list[Fault]:
    return [part.value for part in parts if part.value is not None and not part.nested]


def _fault_parts(place: Place | None, faults: Faults) -> list[_Part[Fault]]:
    """The faults, and after them those that are nested in them."""
    parts = _parts(place, faults, "fault")
    for position, part in enumerate(list(parts)):
        before = len(part.place.problems)
        inner = part.place.entries().get(faults[part.name].nests)
        for choice in _parts(inner, faults, "fault"):
            parts.append(choice._replace(nested=True))
            for key, entry in choice.place.entries().items():
                if key in TIMING:
                    entry.refuse(f"{entry.label} inside `{part.name}`", f"`{key}` of `{part.name}` itself")
        if len(part.place.problems) > before:
            parts[position] = part._replace(value=None)
    return parts


def _parts(place: Place | None, registry: Mapping[str, type[P]], noun: str) -> list[_Part[P]]:
    parts = []
    for item in place.items() if place is not None else ():
        entries = item.entries()
        if len(entries) != 1:
            if isinstance(item.value, dict):  # else the form has refused it
                wrong = f"{item.label} has {len(entries)} keys: {listed(entries)}"
                item.refuse(wrong, f"one key, the name of the {noun}, with all its fields below it")
            continue
        ((name, entry),) = entries.items()
        if name not in registry:
            entry.refuse(f"unknown {noun} `{name}`{nearest(name, registry)}", listed(registry))
            continue
        parts.append(_Part(entry, name, convert(entry, registry[name])))
    return parts


def _workload(place: Place | None) -> list[dict[str, Any]] | None:
    """The manifests of all workload files; None where there is any problem with them."""
    if place is None:
        return None
    manifests: dict[str, dict[str, Any]] = {}
    before = len(place.problems)
    for item in place.items() or [place]:
        file = place.path.parent / item.value if isinstance(item.value, str) else None
        if file is None:
            return None  # the form has refused it
        if not _is_file(file):
            item.refuse(f"workload {shown(item.value)} is not a file that exists", _PATHS)
            continue
        try:
            loaded = load_workload(file)
        except Refused as error:
            place.problems.extend(error.problems)
            continue
        for manifest in loaded:
            identity = f"{manifest['apiVersion'].rpartition('/')[0]}/{manifest_ref(manifest)}".removeprefix("/")
            if manifests.setdefault(identity, manifest) is not manifest:
                item.refuse(f"{manifest_ref(manifest)} again in {shown(item.value)}", "each object once in a workload")
    return list(manifests.values()) if len(place.problems) == before else None


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):  # a name that is too long, or that no file can have
        return False


def _check_refs(place: Place, part: Fault | Expectation, manifests: list[dict[str, Any]]) -> None:
    """Every object that a fault or an expectation refers to must be in the workload."""
    entries = place.entries()
    for field in msgspec.structs.fields(part):
        value = getattr(part, field.name)
        for ref in value if isinstance(value, list | tuple) else (value,):
            if isinstance(ref, Ref) and not is_in_workload(ref, manifests):
                wrong = f"{ref} is not in the workload{nearest(ref, map(manifest_ref, manifests))}"
                entries.get(field.encode_name, place).refuse(wrong, listed(sorted(map(manifest_ref, manifests))))


def _summary(part: type) -> str:
    """The first sentence of a class's docstring."""
    return (part.__doc__ or part.__name__).strip().partition("\n\n")[0]
