"""The real allure command: has it installed once by npm, and runs it. Must not know what is in the results."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from harness.machine.locks import locked
from harness.machine.paths import cache_dir, data_dir
from harness.machine.process import run
from harness.machine.progress import Progress
from harness.model.errors import CommandFailed, HealproofError, MissingProgram

NODE_MAJOR_MIN = 20
INSTALL_SECONDS_MAX = 600.0
GENERATE_SECONDS_MAX = 300.0
SINGLE_FILE_BYTES_MAX = 4_000_000
"""Results larger than this are not put into one file: the page would be slow to open and to mail."""

_HIDDEN_LABELS = ["host", "thread", "package", "framework", "language", "parentSuite", "suite", "subSuite"]

_TRACKING = re.compile(
    r"""<script[^>]*src="https://www\.googletagmanager\.com/[^>]*></script>\s*<script>[^<]*gtag\([^<]*</script>"""
)


class Page(NamedTuple):
    """The generated page, or why there is none; `path` is the file to open."""

    path: Path | None
    reason: str = ""


def generate(
    results_dir: Path, out_dir: Path, *, progress: Progress, history: Path | None = None, title: str = "healproof"
) -> Page:
    """Turn Allure results into a page that opens from disk.

    `history` is a JSON Lines file that earlier runs' results are read from and this run's are appended to. The
    results stay usable whatever happens here: what goes wrong comes back as the reason, with what to do.
    """
    if not any(results_dir.glob("*-result.json")):
        return Page(None, f"{results_dir} has no Allure results")
    try:
        command = install(progress)
        return Page(_render(command, results_dir, out_dir, history, title))
    except (HealproofError, OSError) as error:
        return Page(None, f"{error}\n  the results are in {results_dir}")


def install(progress: Progress) -> Path:
    """The pinned allure command; the first time npm installs it into the user's cache.

    Raises MissingProgram without a fitting node or npm, CommandFailed where npm cannot install it.
    """
    version = pinned_version()
    home = cache_dir() / "npm" / f"allure-{version}"
    command = home / "node_modules" / ".bin" / "allure"
    _require_node()
    with locked(home.with_name(f".allure-{version}.lock")):
        if not command.exists():
            with progress.step(f"installing allure {version} with npm (once, about 60 MB)"):
                _install_into(home)
    return command


def pinned_version() -> str:
    """The version of allure in `clusters/pins.toml`."""
    pins: dict[str, Any] = tomllib.loads((data_dir("clusters") / "pins.toml").read_text())
    return str(pins["npm"]["allure"]["version"])


def _require_node() -> None:
    remedy = f"install Node.js {NODE_MAJOR_MIN} or newer with npm, then `healproof report`"
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise MissingProgram(f"the Allure page needs {program}, which is not on PATH", hint=remedy)
    version = run(["node", "--version"], timeout_seconds=20).text
    major = version.lstrip("v").partition(".")[0]
    if not major.isdigit() or int(major) < NODE_MAJOR_MIN:
        raise MissingProgram(f"the Allure page needs Node.js {NODE_MAJOR_MIN} or newer, node is {version}", hint=remedy)


def _install_into(home: Path) -> None:
    """Install beside the final place and move it there as a whole: an interruption leaves nothing half done."""
    part = home.with_name(f"{home.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(data_dir("clusters") / "npm" / "allure", part)
    argv = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        run(argv, timeout_seconds=INSTALL_SECONDS_MAX, cwd=part)
    except CommandFailed as error:
        hint = "npm needs a registry: check `npm ping`, or set npm's `registry` or `proxy`"
        raise CommandFailed(error.argv, error.code, error.output, hint=hint) from None
    part.rename(home)


def _render(command: Path, results_dir: Path, out_dir: Path, history: Path | None, title: str) -> Path:
    size = sum(path.stat().st_size for path in results_dir.iterdir() if path.is_file())
    out_dir = out_dir.resolve()
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent, prefix=".allure-") as folder:
        scratch = Path(folder)
        past = scratch / "history.jsonl"
        if history is not None and history.is_file():
            shutil.copyfile(history, past)
        config = _config(results_dir, past, title, single_file=size <= SINGLE_FILE_BYTES_MAX)
        rc, page = scratch / "allurerc.json", scratch / "page"
        rc.write_text(json.dumps(config, indent=2))
        argv = [str(command), "generate", "--config", str(rc), "--output", str(page), str(results_dir.resolve())]
        done = run(argv, timeout_seconds=GENERATE_SECONDS_MAX, env={"NO_COLOR": "1"})
        if not (page / "index.html").is_file():  # its exit code is 0 even then
            raise CommandFailed(argv, done.code, f"no page was written\n{done.stderr.decode(errors='replace')}")
        _remove_tracking(page)
        if (out_dir / "index.html").is_file():
            shutil.rmtree(out_dir)  # only ever a page of an earlier run
        shutil.copytree(page, out_dir, dirs_exist_ok=True)
        if history is not None and past.is_file():
            history.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(past, history)
    return out_dir / "index.html"


def _remove_tracking(page: Path) -> None:
    """Allure's template loads Google Analytics and has no switch for it: a page about a cluster must not call home."""
    for path in page.rglob("*.html"):
        path.write_text(_TRACKING.sub("", path.read_text()))


def _config(results_dir: Path, history: Path, title: str, *, single_file: bool) -> dict[str, Any]:
    awesome = {
        "singleFile": single_file,
        "reportLanguage": "en",
        "reportName": title,
        "groupBy": ["feature"],
    }
    plugins = {"awesome": {"options": awesome}}
    config: dict[str, Any] = {"name": title, "plugins": plugins, "historyPath": str(history)}
    config["hideLabels"] = _HIDDEN_LABELS
    categories = results_dir / "categories.json"
    if categories.is_file():
        # Allure 3 takes categories from its configuration only; Allure 2 reads the file itself
        config["categories"] = {"rules": json.loads(categories.read_text())}
    return config
