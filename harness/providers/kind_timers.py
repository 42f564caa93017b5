"""The timers that kind clusters are made with: the files of `clusters/kind/timers`, read without any cluster."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML

from harness.machine.paths import data_dir
from harness.model.timers import DEFAULT, Timers, timers_of

_PROGRAMS = {
    "apiServer": "kube-apiserver",
    "controllerManager": "kube-controller-manager",
    "scheduler": "kube-scheduler",
}


def timers_names() -> list[str]:
    """The names of the files that are shipped."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def kind_timers(name: str) -> Timers:
    """The timers of the file of that name, which must be one of `timers_names`."""
    config = YAML(typ="safe").load((_folder() / f"{name}.yaml").read_text())
    kubelet: dict[str, Any] = {}
    for patch in _all(config.get("kubeadmConfigPatches", [])):
        if patch.get("kind") == "KubeletConfiguration":
            kubelet |= patch
    flags: dict[str, dict[str, str]] = {}
    for patch in config.get("kubeadmConfigPatchesJSON6902", []):
        for change in YAML(typ="safe").load(patch["patch"]):
            part = change["path"].split("/")[1]
            said = change["value"] if isinstance(change["value"], list) else [change["value"]]
            flags.setdefault(_PROGRAMS[part], {}).update({each["name"]: each["value"] for each in said})
    values = timers_of(flags, kubelet)
    origin = f"clusters/kind/timers/{name}.yaml" if values else DEFAULT.origin
    return msgspec.structs.replace(DEFAULT, origin=origin, **values)


def _all(texts: list[str]) -> list[dict[str, Any]]:
    return [document for text in texts for document in YAML(typ="safe").load_all(io.StringIO(text)) if document]


def _folder() -> Path:
    return data_dir("clusters") / "kind" / "timers"
