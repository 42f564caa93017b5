"""Broken twins as they are written in a scenario file: their form, and what must agree in them. Knows no cluster."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from harness.load_typed import Place, listed, nearest, shown
from harness.load_workload import manifest_ref
from harness.model.cluster import Capability
from harness.model.patch import merge
from harness.model.scenario import NO_FAULT, Control, Fault, yaml_key


class ControlForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename=yaml_key):
    """A broken twin: what is patched in the workload, or which further faults are injected, and what must then fail."""

    why: str = ""
    patch: dict[str, dict[str, Any]] = {}
    faults: Annotated[
        list[dict[str, Any]],
        Meta(
            description="Injected beside the scenario's own, such as one that switches off who would heal them.",
            extra={"accepted": "a list of faults, each a mapping of its name to its fields"},
        ),
    ] = []
    fails: list[str] = []
    inconclusive: str = ""
    needs: list[Capability] = []

    def typed(self, faults: list[Fault]) -> Control:
        """The control itself, with its faults as values."""
        return Control(
            why=self.why,
            patch=self.patch,
            faults=faults,
            fails=self.fails,
            inconclusive=self.inconclusive,
            needs=self.needs,
        )


def check_control(place: Place, name: str, expected: list[str] | None, manifests: list[dict[str, Any]] | None) -> None:
    """What a control says must agree with the scenario; `expected` and `manifests` are None where these are wrong."""
    fields = place.entries()
    if name == NO_FAULT:
        place.refuse(
            f"a control of the name {NO_FAULT}", "any other name: that one is every scenario without its faults"
        )
    outcomes = [key for key in ("fails", "inconclusive") if key in fields and fields[key].value]
    if len(outcomes) != 1:
        wrong = f"{place.label} says {' and '.join(outcomes) or 'neither fails nor inconclusive'}"
        place.refuse(wrong, "either `fails`, the expectations that the twin must not meet, or `inconclusive`")
    for promise in fields["fails"].items() if "fails" in fields else ():
        if expected is not None and isinstance(promise.value, str) and promise.value not in expected:
            wrong = f"{shown(promise.value)} is not among the expectations{nearest(promise.value, expected)}"
            promise.refuse(wrong, listed(dict.fromkeys(expected)))
    if manifests is not None:
        _check_patch(place, {manifest_ref(manifest): manifest for manifest in manifests})


def _check_patch(place: Place, by_ref: dict[str, dict[str, Any]]) -> None:
    fields = place.entries()
    patches = fields["patch"].entries() if "patch" in fields else {}
    for ref, patch in patches.items():
        if ref not in by_ref:
            patch.refuse(f"`{ref}` is not in the workload{nearest(ref, by_ref)}", listed(sorted(by_ref)))
    unchanged = all(ref in by_ref and merge(by_ref[ref], patch.value) == by_ref[ref] for ref, patch in patches.items())
    if unchanged and ("patch" in fields or not ("faults" in fields and fields["faults"].value)):
        wrong = f"the patch of {place.label} changes nothing"
        place.refuse(wrong, "a patch that breaks the workload, or `faults` that keep it from healing")
