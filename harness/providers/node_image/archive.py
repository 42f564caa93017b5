"""Container images written as a docker-archive, which docker, podman, nerdctl and containerd all load. Runs nothing."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

EPOCH = "1970-01-01T00:00:00Z"
CHUNK_BYTES = 1 << 20


class Image(NamedTuple):
    """An image: its name with tag, its layers from the lowest as uncompressed tars, and how it starts."""

    name: str
    layers: Sequence[Path]
    entrypoint: Sequence[str] = ()
    command: Sequence[str] = ()
    environment: Mapping[str, str] = {}
    stop_signal: str = ""


def write_archive(images: Sequence[Image], architecture: str, out: Path) -> None:
    """Write all images into one archive; layers that are the same file are stored once."""
    manifest: list[dict[str, object]] = []
    stored: dict[Path, str] = {}
    with tarfile.open(out, "w") as archive:
        for image in images:
            for layer in image.layers:
                if layer not in stored:
                    stored[layer] = _sha256(layer)
                    archive.add(layer, arcname=f"{stored[layer]}/layer.tar")
            digests = [stored[layer] for layer in image.layers]
            config = json.dumps(_config(image, architecture, digests), sort_keys=True).encode()
            name = f"{hashlib.sha256(config).hexdigest()}.json"
            _add_bytes(archive, name, config)
            layers = [f"{digest}/layer.tar" for digest in digests]
            manifest.append({"Config": name, "RepoTags": [image.name], "Layers": layers})
        _add_bytes(archive, "manifest.json", json.dumps(manifest).encode())


def write_layer(out: Path, files: Mapping[str, Path], links: Mapping[str, str] | None = None) -> None:
    """A layer of programs and folders: path in the image → file or folder here; and links: path → its target."""
    with tarfile.open(out, "w") as layer:
        for folder, mode in (("tmp", 0o1777), ("etc", 0o755)):
            info = tarfile.TarInfo(folder)
            info.type, info.mode = tarfile.DIRTYPE, mode
            layer.addfile(info)
        for path, source in files.items():
            layer.add(source, arcname=path.lstrip("/"), filter=_owned_by_root)
        for path, target in (links or {}).items():
            info = tarfile.TarInfo(path.lstrip("/"))
            info.type, info.linkname, info.mode = tarfile.SYMTYPE, target, 0o777
            layer.addfile(info)


def _config(image: Image, architecture: str, layers: Sequence[str]) -> dict[str, object]:
    started: dict[str, object] = {"Env": [f"{key}={value}" for key, value in image.environment.items()]}
    if image.entrypoint:
        started["Entrypoint"] = list(image.entrypoint)
    if image.command:
        started["Cmd"] = list(image.command)
    if image.stop_signal:
        started["StopSignal"] = image.stop_signal
    return {
        "architecture": architecture,
        "os": "linux",
        "created": EPOCH,
        "config": started,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}" for layer in layers]},
        "history": [{"created": EPOCH, "created_by": "healproof"} for _ in layers],
    }


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def _owned_by_root(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    return info


def _sha256(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            total.update(chunk)
    return total.hexdigest()
