"""Where a program comes from: PATH, upstream's release, or a build from pinned modules; it knows no cluster."""

from __future__ import annotations

import errno
import hashlib
import json
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from harness.machine.locks import locked
from harness.machine.paths import cache_dir, data_dir
from harness.machine.process import run
from harness.machine.progress import Progress
from harness.model.errors import BadInput, CommandFailed, HealproofError
from harness.providers.download import fetch
from harness.providers.go_build import build
from harness.providers.pins import Program, load_pins

ASK_SECONDS = 5.0
_HOW_TO_ASK = {
    "kubectl": ("version", "--client"),
    "kind": ("version",),
    **dict.fromkeys(
        ("kwok", "kwokctl", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"), ("--version",)
    ),
}
"""The programs taken from PATH, and how each tells its version; the others go into images and are always made."""

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64", "amd64": "amd64"}


def ensure(name: str, progress: Progress) -> Path:
    """The path of one program, made ready if it is not; see `ensure_many`."""
    return ensure_many((name,), progress)[name]


def ensure_many(names: Sequence[str], progress: Progress, *, from_path: bool = True) -> dict[str, Path]:
    """The paths of programs, by name; what is missing is downloaded or built, once for all processes.

    `from_path=False` leaves out the programs on PATH, for those that go into an image. Raises BadInput for a name
    that is not pinned, MissingProgram where there is no Go to build with, CommandFailed where a build fails,
    HealproofError where the disk is full.
    """
    pinned = load_pins().programs
    unknown = sorted(set(names) - set(pinned))
    if unknown:
        raise BadInput(f"no pinned program {', '.join(unknown)}", hint=f"pins.toml names: {', '.join(sorted(pinned))}")
    found = {name: place for name in names if (place := _ready(name, pinned[name], from_path)) is not None}
    missing = [name for name in names if name not in found]
    for module in sorted({pinned[name].module for name in missing}):
        wanted = {name: pinned[name] for name in missing if pinned[name].module == module}
        found |= _obtain(module, wanted, progress)
    return found


def located(name: str) -> Path | None:
    """The program where it is ready to run at once, else None; downloads and builds nothing."""
    program = load_pins().programs.get(name)
    return _ready(name, program, from_path=True) if program is not None else None


def _ready(name: str, program: Program, from_path: bool) -> Path | None:
    if from_path and (place := _on_path(name, program)) is not None:
        return place
    cached = _cached(name, program)
    return cached if cached.is_file() else None


def _on_path(name: str, program: Program) -> Path | None:
    place = shutil.which(name) if name in _HOW_TO_ASK else None
    if place is None:
        return None
    try:
        answer = run([place, *_HOW_TO_ASK[name]], timeout_seconds=ASK_SECONDS, check=False)
    except (HealproofError, OSError):  # OSError: a file that is executable and yet no program
        return None
    return Path(place) if _fits(answer.text, program.version) else None


def _fits(answer: str, version: str) -> bool:
    """Whether the first version in a program's answer has the pinned version's major and minor."""
    told = re.search(r"\bv?(\d+)\.(\d+)\.\d+", answer)
    return told is not None and list(told.groups()) == version.lstrip("v").split(".")[:2]


def _obtain(module: str, wanted: dict[str, Program], progress: Progress) -> dict[str, Path]:
    with _disk_errors(), locked(_programs_dir() / f"{module}.lock"):
        # another process may have made them while this one waited for the lock
        left = {name: program for name, program in wanted.items() if not _cached(name, program).is_file()}
        with _workbench() as bench:
            for name, program in left.items():
                _download(name, program, bench, progress)
        left = {name: program for name, program in left.items() if not _cached(name, program).is_file()}
        for group in _alike(left):
            with _workbench() as bench:
                for name, made in build(module, group, bench, progress).items():
                    _keep(made, _cached(name, group[name]))
    return {name: _cached(name, program) for name, program in wanted.items()}


def _download(name: str, program: Program, bench: Path, progress: Progress) -> None:
    system, architecture = _here()
    checksum = program.sha256.get(f"{system}-{architecture}")
    if not program.url or checksum is None:
        return
    url = program.url.format(version=program.version, os=system, arch=architecture)
    if fetch(url, checksum, bench / name, progress):
        _keep(bench / name, _cached(name, program))


def _alike(programs: dict[str, Program]) -> list[dict[str, Program]]:
    """Groups that one `go build` can make: the same tags and linker flags."""
    groups: dict[tuple[tuple[str, ...], str], dict[str, Program]] = {}
    for name, program in programs.items():
        groups.setdefault((program.tags, program.link_flags()), {})[name] = program
    return list(groups.values())


def _keep(made: Path, place: Path) -> None:
    """Put a finished program into the cache so that nobody ever sees half of it."""
    made.chmod(0o755)
    place.parent.mkdir(parents=True, exist_ok=True)
    made.rename(place)


@contextmanager
def _workbench() -> Iterator[Path]:
    """A folder on the cache's own file system, so that finished files are renamed into place."""
    with tempfile.TemporaryDirectory(prefix=".making-", dir=_programs_dir()) as bench:
        yield Path(bench)


@contextmanager
def _disk_errors() -> Iterator[None]:
    place = _programs_dir()
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _disk_full(place) from None
    except CommandFailed as error:
        if "no space left on device" not in error.output and "disk quota exceeded" not in error.output:
            raise
        raise _disk_full(place) from None


def _disk_full(place: Path) -> HealproofError:
    free = shutil.disk_usage(place).free
    return HealproofError(
        f"no space left while making programs below {place} ({free / 1e9:.1f} GB free)",
        hint="free about 6 GB, or point XDG_CACHE_HOME, GOCACHE and GOMODCACHE to a larger disk; what is done is kept",
    )


def _cached(name: str, program: Program) -> Path:
    return _programs_dir() / f"{name}-{_inputs_hash(name, program)}" / name


def _inputs_hash(name: str, program: Program) -> str:
    """What decides a program's content: its pin, the lock files of its module, and the platform."""
    digest = hashlib.sha256(json.dumps([name, _here(), msgspec.to_builtins(program)]).encode())
    for lock_file in ("go.mod", "go.sum"):
        digest.update((data_dir("clusters") / "modules" / program.module / lock_file).read_bytes())
    return digest.hexdigest()[:16]


def _here() -> tuple[str, str]:
    machine = platform.machine().lower()
    return platform.system().lower(), _ARCHITECTURES.get(machine, machine)


def _programs_dir() -> Path:
    folder = cache_dir() / "programs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
