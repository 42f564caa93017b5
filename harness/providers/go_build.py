"""Building programs from one pinned Go module with a single `go build`. Knows neither caches nor clusters."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from harness.machine.paths import data_dir
from harness.machine.process import run
from harness.machine.progress import Progress
from harness.model.errors import CommandFailed, MissingProgram
from harness.providers.pins import Program

BUILD_SECONDS = 3600.0


def build(module: str, programs: Mapping[str, Program], bench: Path, progress: Progress) -> dict[str, Path]:
    """Build programs that share tags and linker flags into `bench`; gives their paths by program name.

    One command for all: compiling and linking overlap, and what they share is compiled once. Go keeps what is
    compiled, so an interrupted build goes on where it stopped. The user's proxies and toolchain settings stay as
    they are. Raises MissingProgram without Go, CommandFailed when the build fails.
    """
    if shutil.which("go") is None:
        raise MissingProgram(
            f"{', '.join(programs)}: not on PATH in the pinned version, and there is no Go to build with",
            hint="install Go 1.21 or newer (https://go.dev/dl); it fetches the toolchain that is needed by itself",
        )
    some = next(iter(programs.values()))
    argv = ["go", "build", "-mod=readonly", "-trimpath", "-ldflags", some.link_flags(), "-o", f"{bench}/"]
    if some.tags:
        argv += ["-tags", ",".join(some.tags)]
    argv += [program.package for program in programs.values()]
    with progress.step(f"go build {' '.join(programs)} (minutes the first time)"):
        try:
            run(
                argv,
                timeout_seconds=BUILD_SECONDS,
                cwd=data_dir("clusters") / "modules" / module,
                env={"CGO_ENABLED": "0", "GOWORK": "off"},
            )
        except CommandFailed as error:
            raise CommandFailed(argv[:2] + list(programs), error.code, error.output, hint=_hint(error.output)) from None
    return {name: _named(bench / _output(program.package), bench / name) for name, program in programs.items()}


def _output(package: str) -> str:
    """The file that Go writes for a package: its last path element that is not a major version."""
    path = PurePosixPath(package)
    return path.parent.name if re.fullmatch(r"v\d+", path.name) else path.name


def _named(made: Path, wanted: Path) -> Path:
    return made if made == wanted else made.rename(wanted)


def _hint(output: str) -> str:
    if re.search(r"dial tcp|proxyconnect|i/o timeout|no such host|connection refused", output):
        return "the Go module proxy does not answer: check the network, or GOPROXY and HTTPS_PROXY"
    return ""
