"""Where clusters keep their records and files on this machine. Knows no provider."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from harness.machine.paths import state_dir
from harness.model.cluster import ClusterRecord
from harness.model.errors import BadInput

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,48}[a-z0-9])?")


def clusters_dir() -> Path:
    """The folder with one folder a cluster, owner-only."""
    folder = state_dir() / "clusters"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def cluster_dir(name: str) -> Path:
    """The folder of one cluster, which need not exist; raises BadInput where the name cannot be a cluster's."""
    if not _NAME.fullmatch(name):
        raise BadInput(f"cluster name {name!r}", hint="lower-case letters, digits and hyphens, at most 50 characters")
    return clusters_dir() / name


def record_path(name: str) -> Path:
    """Where the record of a cluster is, or would be."""
    return cluster_dir(name) / "cluster.json"


def lock_path(name: str) -> Path:
    """The lock that is held while a cluster is made or removed."""
    return clusters_dir() / f"{cluster_dir(name).name}.lock"


def save_record(record: ClusterRecord) -> None:
    """Put a record on disk at once and whole."""
    path = record_path(record.name)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    half = path.with_suffix(".new")
    half.write_bytes(msgspec.json.encode(record))
    half.replace(path)


def load_record(name: str) -> ClusterRecord | None:
    """The record of a cluster; None where there is none. Raises BadInput where the file is not one."""
    path = record_path(name)
    try:
        return msgspec.json.decode(path.read_bytes(), type=ClusterRecord)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise BadInput(
            f"{path}: {error}", hint="remove its folder; `healproof down` ends what is left running"
        ) from None


def load_records() -> list[ClusterRecord]:
    """The records of all clusters, by name; raises BadInput as `load_record`."""
    names = sorted(path.parent.name for path in clusters_dir().glob("*/cluster.json"))
    return [record for name in names if (record := load_record(name)) is not None]
