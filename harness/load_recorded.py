"""Scenarios and timelines back from the files of a run, for judging them again offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from harness.model.cluster import Capability
from harness.model.errors import BadInput
from harness.model.scenario import Control, Expectation, Fault, Scenario, Severity
from harness.model.timeline import AnyEntry, Header, decode_entry
from harness.model.units import Seconds, decode_token
from harness.registry import EXPECTATIONS, FAULTS, Registry

P = TypeVar("P", bound=Fault | Expectation)


def read_timeline(path: Path) -> list[AnyEntry]:
    """All entries of a `timeline.jsonl`; a last line cut off in the writing is left out. Raises BadInput."""
    try:
        whole = path.read_bytes().rpartition(b"\n")[0]
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    entries = []
    for number, line in enumerate(whole.split(b"\n") if whole else [], start=1):
        try:
            entries.append(decode_entry(line))
        except (msgspec.DecodeError, KeyError) as error:
            raise BadInput(f"{path}:{number}: not an entry of a timeline: {error}") from None
    return entries


def recorded_scenario(path: Path, entries: list[AnyEntry]) -> Scenario:
    """The scenario that a timeline was recorded for, from its header."""
    if not entries or not isinstance(entries[0], Header):
        raise BadInput(f"{path}:1: not a timeline; accepted is a file that begins with a header entry")
    try:
        return _scenario(path, entries[0].scenario)
    except (KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
        raise BadInput(f"{path}:1: not the header of a timeline: {error!r}") from None


def _scenario(path: Path, data: dict[str, Any]) -> Scenario:
    return Scenario(
        name=data["scenario"],
        why=data["why"],
        severity=Severity(data["severity"]),
        rows=data["rows"],
        tags=data["tags"],
        manifests=data["workload"],
        faults=[_part(path, item, FAULTS) for item in data["faults"]],
        expect=[_part(path, item, EXPECTATIONS) for item in data["expect"]],
        baseline=Seconds.parse(data["baseline"]),
        observe=Seconds.parse(data["observe"]),
        requires=[Capability(need) for need in data["needs"]],
        control={name: _control(path, item) for name, item in data.get("control", {}).items()},
        source=data["source"],
        twin_of=data.get("twin", ""),
    )


def _control(path: Path, data: dict[str, Any]) -> Control:
    """A control as recorded; those of older runs have no faults."""
    own = msgspec.convert({key: value for key, value in data.items() if key != "faults"}, Control)
    return msgspec.structs.replace(own, faults=[_part(path, item, FAULTS) for item in data.get("faults", [])])


def _part(path: Path, item: dict[str, Any], registry: Registry[type[P]]) -> P:
    ((name, fields),) = item.items()
    if name not in registry:
        raise BadInput(f"{path}:1: {registry.noun} {name!r} is not installed here; accepted: {', '.join(registry)}")
    return msgspec.convert(fields, registry[name], dec_hook=decode_token)
