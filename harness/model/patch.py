"""Strategic merge patches on plain manifests, as far as workloads need them. Knows no scenario and no cluster."""

from __future__ import annotations

from typing import Any


def patched(manifest: dict[str, Any], patches: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A manifest with the patch of its object, where `patches` has one."""
    ref = f"{manifest.get('kind', '').lower()}/{manifest.get('metadata', {}).get('name', '')}"
    patch = patches.get(ref)
    return merge(manifest, patch) if patch else manifest


def merge(target: Any, patch: Any) -> Any:
    """A strategic merge patch on plain data: null removes, lists of named objects merge by `name`."""
    if isinstance(target, dict) and isinstance(patch, dict):
        merged = {**target}
        for key, value in patch.items():
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = merge(target.get(key), value)
        return merged
    if is_named(target) and is_named(patch):
        wanted = {item["name"]: item for item in patch}
        kept = [merge(item, wanted.pop(item["name"])) if item["name"] in wanted else item for item in target]
        return kept + list(wanted.values())
    return patch


def is_named(value: Any) -> bool:
    """Whether it is a list that merges by `name`."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and isinstance(item.get("name"), str) for item in value)
    )
