"""What kind's nodes need of the machine itself, put right where that is harmless and allowed. Knows no engine."""

from __future__ import annotations

from pathlib import Path

from harness.machine.progress import Progress
from harness.model.errors import ClusterBroken
from harness.providers.base import Finding
from harness.providers.host_facts import INOTIFY_INSTANCES, HostFacts

INOTIFY_WANTED = 512  # kind's own advice; a node takes about 20, so the usual 128 end with the second cluster
MODULES_REMEDY = "sudo mkdir -p /lib/modules"
INOTIFY_REMEDY = f"sudo sysctl fs.inotify.max_user_instances={INOTIFY_WANTED}"


def prepare_host(facts: HostFacts, progress: Progress) -> None:
    """As root, make /lib/modules where it is missing and raise a low inotify limit; else say what to do.

    Raises ClusterBroken where nodes cannot start.
    """
    if not facts.has_modules_folder:  # every node mounts it, even where the kernel has no modules
        if not facts.root:
            raise ClusterBroken("/lib/modules does not exist, and kind mounts it", hint=MODULES_REMEDY)
        Path("/lib/modules").mkdir(parents=True, exist_ok=True)
    if facts.inotify_instances < INOTIFY_WANTED:
        low = f"fs.inotify.max_user_instances is {facts.inotify_instances}: too low for several clusters"
        try:
            Path("/", INOTIFY_INSTANCES).write_text(str(INOTIFY_WANTED))
        except OSError:
            progress.say(f"{low}; {INOTIFY_REMEDY}")
        else:
            progress.say(f"{low}; raised to {INOTIFY_WANTED} until the machine restarts")


def examine_host(facts: HostFacts) -> list[Finding]:
    """What `healproof doctor` says of the machine. Changes nothing."""
    modules = facts.has_modules_folder or facts.root
    seen = "there" if facts.has_modules_folder else "missing; an empty one serves"
    low = facts.inotify_instances < INOTIFY_WANTED
    limit = f"{facts.inotify_instances}{', enough for one cluster' if low else ''}"
    return [
        Finding("/lib/modules", modules, seen, "" if modules else MODULES_REMEDY),
        Finding("inotify instances", True, limit, INOTIFY_REMEDY if low else ""),
    ]
