"""Where healproof keeps its files: the XDG cache and state folders of the user, and the data shipped with it."""

from __future__ import annotations

import os
from pathlib import Path


def cache_dir() -> Path:
    """Things that can be made again: programs, node images. Removing the folder costs time, never data."""
    return _xdg("XDG_CACHE_HOME", ".cache")


def state_dir() -> Path:
    """Things that must not be lost: journals, and the records and kubeconfig files of clusters. Owner-only."""
    folder = _xdg("XDG_STATE_HOME", ".local/state")
    if folder.stat().st_mode & 0o077:  # made by somebody else; journals and kubeconfigs below it are the owner's alone
        folder.chmod(0o700)
    return folder


def data_dir(name: str) -> Path:
    """A shipped folder, such as `clusters`: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parent.parent
    installed = package / f"_{name}"
    return installed if installed.is_dir() else package.parent / name


def _xdg(variable: str, below_home: str) -> Path:
    base = Path(os.environ.get(variable) or Path.home() / below_home)
    folder = base / "healproof"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
