"""What this machine can run, what it lacks, and which provider that leaves. Changes nothing."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.machine.paths import cache_dir, state_dir
from harness.machine.process import run
from harness.model.errors import HealproofError, MissingProgram
from harness.providers.base import Finding
from harness.providers.catalogue import provider_named

AUTO = "auto"
_ASK_SECONDS = 10.0
_TOOLS = (
    ("uv", ("--version",), "not needed; with it the environment is made in seconds (https://docs.astral.sh/uv)"),
    ("go", ("version",), "needed where programs cannot be downloaded: install Go 1.21 or newer (https://go.dev/dl)"),
    ("node", ("--version",), "needed for the Allure page only: install Node.js 20 or newer"),
    ("npm", ("--version",), "needed for the Allure page only: comes with Node.js"),
    ("allure", ("--version",), "`make chaos` gets it by npm where node is there; the other reports need nothing"),
)
_KIND_MEMORY_GB, _KWOK_MEMORY_GB, _DISK_GB = 3.0, 1.0, 6.0


def examine() -> list[Finding]:
    """Everything `healproof doctor` shows: the machine, the tools, each provider, and what would be chosen."""
    providers = examine_providers()
    found = [*examine_machine(), *examine_tools()]
    for name, findings in providers.items():
        found += [finding._replace(subject=f"{name}: {finding.subject}") for finding in findings]
    return [*found, _choice(providers)]


def choose(requested: str = AUTO) -> str:
    """The provider to use: the requested one, or for `auto` kind where an engine runs or can be installed, else kwok.

    Raises BadInput for an unknown name, MissingProgram for `auto` on a machine where neither can run.
    """
    if requested != AUTO:
        return provider_named(requested).name
    for name in ("kind", "kwok"):
        if not lacking(provider_named(name).examine()):
            return name
    raise MissingProgram(
        "neither kind nor kwok can run here", hint="`healproof doctor` says what each of them lacks and what to do"
    )


def lacking(findings: Sequence[Finding]) -> list[Finding]:
    """What keeps a provider from running here; empty where nothing does."""
    return [finding for finding in findings if not finding.ok]


def examine_providers() -> dict[str, list[Finding]]:
    """What each provider needs from the machine, by name; for kubeconfig, the contexts that could be named."""
    return {name: provider_named(name).examine() for name in ("kind", "kwok", "kubeconfig")}


def examine_machine() -> list[Finding]:
    """Python, system, rights, processors, memory, and the disk behind the cache and state folders."""
    version = platform.python_version()
    python = sys.version_info >= (3, 11)
    rights = (
        "root" if os.geteuid() == 0 else "not root: an engine cannot be installed, kwok and rootless engines can run"
    )
    memory = memory_gb()
    return [
        Finding("python", python, version, "" if python else "install Python 3.11 or newer"),
        Finding(
            "system",
            True,
            f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} processors",
        ),
        Finding("rights", True, rights),
        _memory(memory),
        *(_disk(subject, folder) for subject, folder in (("cache", cache_dir()), ("state", state_dir()))),
    ]


def examine_tools() -> list[Finding]:
    """The programs that make things faster or nicer; none of them is needed for a verdict."""
    return [_tool(name, words, remedy) for name, words, remedy in _TOOLS]


def memory_gb() -> float | None:
    """Memory that new processes can have, in GB; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1e6 for line in lines if line.startswith("MemAvailable:")), None)


def _choice(providers: Mapping[str, Sequence[Finding]]) -> Finding:
    without_kind = lacking(providers["kind"])
    if not without_kind:
        return Finding("cluster", True, "kind: every scenario can run")
    reasons = "; ".join(f"{finding.subject}: {finding.seen}" for finding in without_kind)
    remedy = next((finding.remedy for finding in without_kind if finding.remedy), "")
    if lacking(providers["kwok"]):
        return Finding("cluster", False, f"neither kind nor kwok can run ({reasons})", remedy)
    seen = f"kwok: scenarios that need containers, traffic or volumes are left out, as kind cannot run ({reasons})"
    return Finding("cluster", True, seen, remedy)


def _memory(free: float | None) -> Finding:
    if free is None:
        return Finding("memory", True, "unknown")
    remedy = ""
    if free < _KIND_MEMORY_GB:
        needs = f"a kind cluster of four nodes takes about {_KIND_MEMORY_GB:.0f} GB, a kwok cluster"
        remedy = f"{needs} {_KWOK_MEMORY_GB:.0f} GB"
    return Finding("memory", free >= _KWOK_MEMORY_GB, f"{free:.1f} GB available", remedy)


def _disk(subject: str, folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free / 1e9
    # a build from modules fills Go's own caches as well
    enough = free >= (_DISK_GB if subject == "cache" else 0.5)
    remedy = "" if enough else f"free some, or point XDG_{subject.upper()}_HOME to a larger disk"
    return Finding(f"disk for {subject}", enough, f"{free:.0f} GB free at {folder}", remedy)


def _tool(name: str, words: Sequence[str], remedy: str) -> Finding:
    if shutil.which(name) is None:
        return Finding(name, True, "not installed", remedy)
    try:
        answer = run([name, *words], timeout_seconds=_ASK_SECONDS, check=False)
    except (HealproofError, OSError) as error:
        return Finding(name, True, f"does not start: {error}".splitlines()[0], remedy)
    lines = answer.text.splitlines()
    if answer.code != 0 or not lines:
        return Finding(name, True, f"ends with code {answer.code}", remedy)
    return Finding(name, True, lines[0])
