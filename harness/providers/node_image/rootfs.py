"""The operating system of a node from Debian packages. Knows nothing of Kubernetes."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness.machine.process import run
from harness.model.errors import CommandFailed, MissingProgram
from harness.providers.node_image.children import Children
from harness.providers.node_image.store import digest
from harness.providers.pins import Pins

BOOTSTRAP_SECONDS = 1800.0
PACKAGES = (
    "systemd",
    "systemd-sysv",
    "dbus",
    "conntrack",
    "iptables",
    "nftables",
    "iproute2",
    "ethtool",
    "mount",
    "kmod",
    "libseccomp2",
    "pigz",
    "e2fsprogs",
    "ca-certificates",
    "curl",
    "jq",
    "procps",
    "runc",
    "catatonit",
    "busybox-static",
)
UNNEEDED = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale")


def rootfs_key(pins: Pins) -> str:
    """What went into the root file system."""
    return digest(Path(__file__), pins.debian["suite"])


def build_rootfs(pins: Pins, children: Children, out: Path) -> None:
    """Fill the folder `out`; raises CommandFailed with the end of debootstrap's log, MissingProgram without it."""
    tree = out / "tree"
    words = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", pins.debian["suite"], str(tree)]
    try:
        children.run(words, timeout_seconds=BOOTSTRAP_SECONDS)
    except MissingProgram:
        hint = "install it: apt-get install debootstrap"
        raise MissingProgram("debootstrap: no such program; it makes the node's root file system", hint=hint) from None
    except CommandFailed as failed:
        log = tree / "debootstrap" / "debootstrap.log"
        text = log.read_text(errors="replace")[-2000:] if log.is_file() else ""
        raise CommandFailed(failed.argv, failed.code, f"{failed.output}\n{text}") from None
    _prepare(tree)
    run(["tar", "-C", str(tree), "--numeric-owner", "-cf", str(out / "layer.tar"), "."], timeout_seconds=600)


def _prepare(tree: Path) -> None:
    """Leave systemd only what a node in a container needs: no devices, no login, no mounts of its own."""
    units = tree / "lib/systemd/system"
    own = tree / "etc/systemd/system"
    for folder, pattern in (
        (units / "multi-user.target.wants", "*"),
        (units / "local-fs.target.wants", "*"),
        (units / "basic.target.wants", "*"),
        (units / "sockets.target.wants", "*udev*"),
        (units / "sockets.target.wants", "*initctl*"),
        (units / "sysinit.target.wants", "systemd-tmpfiles-setup.service"),
        (own, "*.wants/*"),
    ):
        for link in folder.glob(pattern):
            link.unlink()
    (own / "systemd-binfmt.service").symlink_to("/dev/null")
    settings = tree / "etc/systemd/journald.conf.d/node.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text("[Journal]\nReadKMsg=no\n")
    for unneeded in UNNEEDED:
        shutil.rmtree(tree / unneeded, ignore_errors=True)
