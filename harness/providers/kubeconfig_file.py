"""The user's kubeconfig files, only read: one context taken out of them as data. Never talks to a cluster."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from harness.model.errors import BadInput

_Entry = dict[str, Any]
_PATHS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")


def files_in_use(named: Path | None) -> tuple[Path, ...]:
    """The file the user named, else those of KUBECONFIG, else the one in the home folder, as kubectl does."""
    if named is not None:
        return (named.expanduser(),)
    listed = os.environ.get("KUBECONFIG", "")
    return tuple(Path(part) for part in listed.split(os.pathsep) if part) or (Path.home() / ".kube" / "config",)


def contexts(files: tuple[Path, ...]) -> tuple[str, ...]:
    """The names of the contexts in these files; a file that is not there holds none."""
    return tuple(sorted(_entries(_read(files), "contexts")))


def extract(files: tuple[Path, ...], context: str) -> _Entry:
    """A kubeconfig with that one context, its cluster and its user, and paths that hold from anywhere.

    Raises BadInput where the context does not exist, points to nothing or to a missing file, or cannot be read.
    """
    read = _read(files)
    known = _entries(read, "contexts")
    if context not in known:
        names = ", ".join(sorted(known)) or "none"
        raise BadInput(f"context {context!r} is in none of {_names(files)}", hint=f"contexts there: {names}")
    chosen = known[context]
    parts: _Entry = {"apiVersion": "v1", "kind": "Config", "current-context": context}
    parts["contexts"] = [{"name": context, "context": chosen}]
    for kind in ("cluster", "user"):
        name = str(chosen.get(kind, ""))
        entry = _entries(read, f"{kind}s").get(name)
        if entry is None:
            raise BadInput(f"context {context!r} names the {kind} {name!r}, which is in none of {_names(files)}")
        for missing in (entry[key] for key in _PATHS if entry.get(key) and not Path(entry[key]).is_file()):
            raise BadInput(f"context {context!r}: its {kind} {name!r} needs the file {missing}, which is not there")
        parts[f"{kind}s"] = [{"name": name, kind: entry}]
    return parts


def _read(files: tuple[Path, ...]) -> list[tuple[Path, _Entry]]:
    read = []
    for file in files:
        try:
            content = YAML(typ="safe", pure=True).load(file.read_text())
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError, YAMLError) as error:
            raise BadInput(f"kubeconfig {file}: {error}") from None
        if not isinstance(content, dict):
            raise BadInput(f"kubeconfig {file}: not a mapping")
        read.append((file.resolve().parent, content))
    return read


def _entries(read: list[tuple[Path, _Entry]], section: str) -> dict[str, _Entry]:
    """The named entries of a section; where files disagree the first one counts, as kubectl has it."""
    found: dict[str, _Entry] = {}
    for folder, content in read:
        for entry in content.get(section) or []:
            if isinstance(entry, dict) and isinstance(body := entry.get(section.removesuffix("s")), dict):
                found.setdefault(str(entry.get("name", "")), _absolute(body, folder))
    return found


def _absolute(entry: Mapping[str, Any], folder: Path) -> _Entry:
    whole = dict(entry)
    for key in _PATHS:
        if whole.get(key):
            whole[key] = str(folder / str(whole[key]))
    plugin = whole.get("exec")
    if isinstance(plugin, dict) and os.sep in str(plugin.get("command", "")):
        whole["exec"] = {**plugin, "command": str(folder / str(plugin["command"]))}
    return whole


def _names(files: tuple[Path, ...]) -> str:
    return ", ".join(str(file) for file in files)
