"""A PersistentVolume whose files are gone."""

from __future__ import annotations

import secrets
from typing import ClassVar

from harness.damage import volumes
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.shell import script
from harness.damage.site import Site
from harness.damage.volumes import Volume
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.model.units import Ref
from harness.registry import FAULTS

_HIDDEN = ".healproof-lost-"
# $1 the volume's folder, $2 where its files go. A file may end by itself meanwhile.
_LOSE = """
cd "$1"; mkdir -p -m 0000 "$2"
for entry in * .[!.]* ..?*; do
  case $entry in "$2" | lost+found) continue ;; esac
  [ -e "$entry" ] || [ -L "$entry" ] || continue
  mv -nT "$entry" "$2/$entry" || [ ! -e "$entry" ]
done
"""
# $3 what the name of a newer file gets, empty where it is dropped
_FIND = """
cd "$1" 2>/dev/null && [ -d "$2" ] || exit 0
for entry in "$2"/* "$2"/.[!.]* "$2"/..?*; do
  [ -e "$entry" ] || [ -L "$entry" ] || continue
  name=${entry##*/}
  if [ -e "$name" ] || [ -L "$name" ]; then
    if [ -n "$3" ]; then mv -T "$name" "$name$3"; else rm -rf "$name"; fi
  fi
  mv -T "$entry" "$name"
done
rmdir "$2"
"""


@FAULTS.enter("volume-data-lost")
class VolumeDataLost(Stepwise, frozen=True, kw_only=True):
    """Takes all files of the volume of claim `of` away: it is mounted, writable and empty.

    They are moved into a closed, hidden folder of the same file system, so nothing is copied and what a process has
    open stays open, as after a deletion. The volume must be a file system of its own, or the guard refuses.
    Kubernetes does not heal it. Evidence: the container's own mount lacks the files. Undo: they are moved back; a
    file that was made meanwhile under the same name is kept beside it as `NAME.healproof-newer-ID`, or dropped where
    `keep-newer` is false. Other new files stay.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.BOUNDED_VOLUMES})
    heals: ClassVar[str] = "nobody: the data must be restored"
    example: ClassVar[Example] = Example(
        {"of": "persistentvolumeclaim/data-ledger-0"}, Effect.LASTS, "ledger", "statefulset/ledger"
    )

    of: Ref
    keep_newer: bool = True

    def plan(self, site: Site) -> Plan:
        """Find the volume and its files."""
        volume = volumes.locate(site, self.of)
        files = set(_list(site, volume, volume.path)) - {"lost+found"}
        if not files:
            raise InjectionFailed(f"{self.of}: its volume holds no file that could be lost")
        mark = secrets.token_hex(4)
        hidden, newer = f"{_HIDDEN}{mark}", f".healproof-newer-{mark}" if self.keep_newer else ""
        step = OnNode(
            deed=f"take away the files of {volume.path}",
            node=volume.node,
            script=script(_LOSE, volume.path, hidden),
            back=script(_FIND, volume.path, hidden, newer),
        )
        return Plan(namespace=site.namespace, steps=[step], facts={"volume": volume, "files": sorted(files)})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """List the containers' own mounts."""
        volume: Volume = plan.facts["volume"]
        return [proof for mount in volume.mounts for proof in _look(site, volume, mount, plan.facts["files"], index)]


def _look(site: Site, volume: Volume, mount: str, files: list[str], index: int) -> list[Evidence]:
    def look() -> tuple[bool, str]:
        names = _list(site, volume, mount)
        left = [name for name in files if name in names]
        return any(name.startswith(_HIDDEN) for name in names) and not left, f"{len(left)} of {len(files)} files left"

    return seen(site, index, "a list of the container's own mount", look, within_seconds=3)


def _list(site: Site, volume: Volume, folder: str) -> list[str]:
    return site.node_exec(volume.node, ["ls", "-A", "--", folder]).text.splitlines()
