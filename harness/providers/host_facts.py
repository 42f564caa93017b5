"""What this machine's kernel and rights are, read from /proc, /sys and /dev. Asks no program, changes nothing."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import msgspec

CAP_SYS_RESOURCE = 24  # the bit's number in linux/capability.h
INOTIFY_INSTANCES = "proc/sys/fs/inotify/max_user_instances"
NOFILE_MOST = 20_000  # enough for a node; below the hard limit of most sandboxes
NPROC_MOST = 32_768


class HostFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that decide how nodes must be started. `netem` is None where nothing tells."""

    cgroup_version: int = 2
    may_raise_limits: bool = True
    has_systemd: bool = True
    has_modules_folder: bool = True
    has_loop_devices: bool = True
    netem: bool | None = None
    inotify_instances: int = 512
    root: bool = False
    debian_family: bool = False
    nofile_hard: int = NOFILE_MOST
    nproc_hard: int = NPROC_MOST


def read_host_facts(root: Path = Path("/")) -> HostFacts:
    """Read the facts below `root`, which only tests set."""
    return HostFacts(
        cgroup_version=_cgroup_version(root),
        may_raise_limits=_may_raise_limits(root),
        has_systemd=(root / "run/systemd/system").is_dir(),
        has_modules_folder=(root / "lib/modules").is_dir(),
        has_loop_devices=(root / "dev/loop-control").exists(),
        netem=_netem(root),
        inotify_instances=int(_text(root / INOTIFY_INSTANCES) or 512),
        root=os.geteuid() == 0,
        debian_family=_debian_family(root),
        nofile_hard=_hard_limit(resource.RLIMIT_NOFILE, NOFILE_MOST),
        nproc_hard=_hard_limit(resource.RLIMIT_NPROC, NPROC_MOST),
    )


def _cgroup_version(root: Path) -> int:
    folder = root / "sys/fs/cgroup"
    return 1 if folder.is_dir() and not (folder / "cgroup.controllers").exists() else 2


def _may_raise_limits(root: Path) -> bool:
    # the bounding set, not the effective one: an ordinary user's Docker daemon has what the user lacks
    for line in _text(root / "proc/self/status").splitlines():
        if line.startswith("CapBnd:"):
            return bool(int(line.split()[1], 16) >> CAP_SYS_RESOURCE & 1)
    return True


def _netem(root: Path) -> bool | None:
    if (root / "sys/module/sch_netem").is_dir():
        return True
    modules = root / "lib/modules" / os.uname().release
    listed = _text(modules / "modules.builtin") + _text(modules / "modules.dep")
    return "sch_netem" in listed if listed else None


def _debian_family(root: Path) -> bool:
    words = _text(root / "etc/os-release").replace('"', "").split()
    return any(word in {"ID=debian", "ID=ubuntu", "ID_LIKE=debian", "ID_LIKE=ubuntu"} for word in words)


def _hard_limit(which: int, most: int) -> int:
    hard = resource.getrlimit(which)[1]
    return most if hard == resource.RLIM_INFINITY else min(hard, most)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
