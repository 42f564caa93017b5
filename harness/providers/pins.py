"""The table of versions in `clusters/pins.toml`, typed. Knows no way to obtain anything."""

from __future__ import annotations

import hashlib
import tomllib

import msgspec

from harness.machine.paths import data_dir
from harness.model.errors import BadInput


class Program(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One program: its version, the module folder it is built in, and where upstream releases it.

    `sources` is the hash of its files where they are healproof's own: a program is made again when they change.
    """

    version: str
    module: str
    package: str
    go_module: str
    url: str = ""
    sha256: dict[str, str] = {}
    ldflags: str = ""
    tags: tuple[str, ...] = ()
    sources: str = ""

    def link_flags(self) -> str:
        """The linker flags with the version filled in; every build is stripped."""
        minor = self.version.lstrip("v").split(".")[1]
        return f"-s -w {self.ldflags.format(version=self.version, minor=minor)}".strip()


class Pins(msgspec.Struct, frozen=True, kw_only=True):
    """The whole table."""

    kubernetes: dict[str, str]
    programs: dict[str, Program]
    images: dict[str, str]
    debian: dict[str, str]


def load_pins() -> Pins:
    """Read the table; raises BadInput where it does not have its form."""
    path = data_dir("clusters") / "pins.toml"
    try:
        pins = msgspec.convert(tomllib.loads(path.read_text()), Pins)
        programs = {name: _with_sources(program) for name, program in pins.programs.items()}
        return msgspec.structs.replace(pins, programs=programs)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInput(f"{path}: {error}", hint="restore the file from the release you installed") from None


def _with_sources(program: Program) -> Program:
    if not program.package.startswith("./"):
        return program
    folder = data_dir("clusters") / "modules" / program.module / program.package
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*.go")):
        total.update(path.read_bytes())
    return msgspec.structs.replace(program, sources=total.hexdigest()[:12])
