"""The JSON Schemas of what users write and read: scenario files and results. Made from the types that load them."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.load import Expectations, Faults, ScenarioForm
from harness.model.result import RunResult
from harness.model.units import Deadline, Token
from harness.registry import EXPECTATIONS, FAULTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def scenario_schema(*, faults: Faults = FAULTS, expectations: Expectations = EXPECTATIONS) -> dict[str, Any]:
    """The JSON Schema of one YAML document of a scenario file, with every registered fault and expectation."""
    parts: list[type] = [*faults.values(), *expectations.values()]
    refs, definitions = _definitions([ScenarioForm, *parts])
    form = definitions["ScenarioForm"]["properties"]
    form["faults"]["items"] = any_fault = _one_of({name: refs[part] for name, part in faults.items()})
    definitions["ControlForm"]["properties"]["faults"]["items"] = any_fault
    for part in faults.values():
        if part.nests:
            definitions[part.__name__]["properties"][part.nests]["items"] = any_fault
    form["expect"]["items"] = _one_of({name: refs[part] for name, part in expectations.items()})
    return _document("healproof scenario", refs[ScenarioForm], definitions)


def results_schema() -> dict[str, Any]:
    """The JSON Schema of `results.json`."""
    refs, definitions = _definitions([RunResult])
    return _document("healproof results", refs[RunResult], definitions)


def _document(title: str, root: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": DIALECT, "title": title, **root, "$defs": definitions}


def _definitions(kinds: list[type]) -> tuple[dict[type, dict[str, Any]], dict[str, Any]]:
    """A reference to the schema of each type, and the schemas by name."""
    refs, definitions = msgspec.json.schema_components(kinds, schema_hook=_token_schema, ref_template="#/$defs/{name}")
    return dict(zip(kinds, refs, strict=True)), definitions


def _one_of(parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A mapping of exactly one registered name to its fields; not `oneOf`, for which editors show no clear error."""
    return {
        "type": "object",
        "properties": parts,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _token_schema(kind: type) -> dict[str, Any]:
    if not issubclass(kind, Token):
        raise NotImplementedError(f"no schema for {kind.__name__}")
    schema = {"description": kind.accepted, **kind.schema}
    return {"anyOf": [schema, {"const": 0}]} if issubclass(kind, Deadline) else schema
