"""Fetching one released file whose checksum is known. Knows neither pins nor programs."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from pathlib import Path

from harness.machine.progress import Progress

CONNECT_SECONDS = 10.0
_PIECE_BYTES = 1 << 20


def fetch(url: str, sha256: str, target: Path, progress: Progress) -> bool:
    """Whether `target` now holds the file with that checksum; without an answer, or with another content, it does not.

    A download that fails is not an error: the program can be built instead. OSError of the local disk is raised.
    """
    try:
        with progress.step(f"download {url}"):
            digest = _save(url, target)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        progress.say(f"{url}: {error}")
    else:
        if digest == sha256:
            return True
        progress.say(f"{url}: sha256 is {digest}, pinned is {sha256}; not used")
    target.unlink(missing_ok=True)
    return False


def _save(url: str, target: Path) -> str:
    digest = hashlib.sha256()
    with urllib.request.urlopen(url, timeout=CONNECT_SECONDS) as answer, target.open("wb") as sink:  # noqa: S310 - pinned https addresses
        while piece := answer.read(_PIECE_BYTES):
            digest.update(piece)
            sink.write(piece)
    return digest.hexdigest()
