"""Finished steps of the image build on disk, by a hash of what went into them. Knows nothing of what a step makes."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from harness.machine.progress import Progress
from harness.model.errors import CommandFailed, HealproofError

LEAST_FREE_BYTES = 64 << 20


class DiskFullError(HealproofError):
    """The disk ran full, or has too little room to begin."""

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="free some space, or point XDG_CACHE_HOME at a larger disk, and run again")


class Store:
    """A folder of finished steps. A step is made beside its place and renamed: half a step is never found."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def made(self, name: str, key: str, make: Callable[[Path], None], progress: Progress) -> Path:
        """The folder of a step: the finished one where its key fits, else `make` fills a new one.

        Older versions of the step are removed. Raises DiskFullError and leaves nothing half done behind.
        """
        place = self.root / f"{name}-{key}"
        if place.is_dir():
            return place
        fresh = self.root / f".{name}-{key}"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        try:
            with progress.step(f"node image: {name}"):
                make(fresh)
            fresh.rename(place)
        except BaseException as error:
            full = ran_full(error, self.root)
            shutil.rmtree(fresh, ignore_errors=True)
            if full:
                raise DiskFullError(f"the disk under {self.root} ran full while making {name}") from error
            raise
        for old in self.root.glob(f"{name}-*"):
            if old != place and len(old.name) == len(place.name):
                shutil.rmtree(old, ignore_errors=True)
        return place

    def forget(self, name: str, key: str) -> None:
        """Remove a finished step, so that it is made again."""
        shutil.rmtree(self.root / f"{name}-{key}", ignore_errors=True)


def digest(*inputs: str | bytes | Path) -> str:
    """Twelve hex digits over texts, files and folders (names and contents)."""
    total = hashlib.sha256()
    for each in inputs:
        if isinstance(each, Path):
            for path in sorted(each.rglob("*")) if each.is_dir() else [each]:
                if path.is_file():
                    total.update(str(path.relative_to(each)).encode() + b"\0" + path.read_bytes())
        else:
            total.update(each.encode() if isinstance(each, str) else each)
        total.update(b"\0\0")
    return total.hexdigest()[:12]


def ran_full(error: BaseException, folder: Path) -> bool:
    """Whether an error, of this process or of a program it started, comes from a full disk.

    Some programs say no more than that a write was short, so what is left in `folder` counts too.
    """
    if isinstance(error, CommandFailed):
        said = os.strerror(errno.ENOSPC).lower() in error.output.lower()
        return said or shutil.disk_usage(folder).free < LEAST_FREE_BYTES
    return isinstance(error, OSError) and error.errno == errno.ENOSPC
