"""A PersistentVolume on a slow disk."""

from __future__ import annotations

from math import ceil
from typing import ClassVar

from harness.damage import volumes
from harness.damage.containers import IN_CONTAINER
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.shell import script
from harness.damage.site import Site
from harness.damage.volumes import Volume
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.model.units import Rate, Ref
from harness.registry import FAULTS

_EXPECTED_SECONDS = 1.5
"""How long the write that is the evidence should take at the rate."""
_WRITTEN_BYTES_MAX = 1 << 20
# $1 the volume's folder, $2… processes. A line for the disk (a partition has no limit of its own), one for each group
_FIND = f"""{IN_CONTAINER}
device=$(findmnt -n -o MAJ:MIN --mountpoint "$1" | tr -d ' '); shift
[ ! -e "/sys/dev/block/$device/partition" ] || device=$(cat "/sys/dev/block/$device/../dev")
[ ! -e "/sys/dev/block/$device" ] || echo "$device"
for pid; do group "$pid" blkio; done
"""
# $1 device, $2 bytes a second or 0 for no limit, $3… control groups; one that is gone needs nothing
_LIMIT = """
device=$1 rate=$2; shift 2; limit=$rate; [ "$rate" != 0 ] || limit=max
for folder; do
  [ -d "$folder" ] || continue
  if [ -e "$folder/io.max" ]; then
    echo "$device rbps=$limit wbps=$limit" >"$folder/io.max"
  elif [ -e "$folder/blkio.throttle.write_bps_device" ]; then
    echo "$device $rate" >"$folder/blkio.throttle.write_bps_device"
    echo "$device $rate" >"$folder/blkio.throttle.read_bps_device"
  elif [ "$rate" != 0 ]; then
    echo "the kernel limits no disk here: neither io.max nor blkio.throttle.write_bps_device in $folder" >&2; exit 1
  fi
done
"""
# $1 file, $2 control group, $3 bytes. How long a synchronous write takes in that group, and in the node's own, in ms
_WRITE = """
write() { began=$(date +%s%3N); dd if=/dev/zero of="$1" bs="$2" count=1 oflag=dsync 2>/dev/null; code=$?
  echo $(($(date +%s%3N) - began)); return $code; }
(echo 0 >"$2/cgroup.procs" && write "$1" "$3"); write "$1" "$3"; rm -f "$1"
"""


@FAULTS.enter("volume-slow")
class VolumeSlow(Stepwise, frozen=True, kw_only=True):
    """Limits what the containers that mount claim `of` read from its disk, and write to it, to `rate` each.

    By the kernel's disk limits (`io.max`, or `blkio.throttle` of control groups version 1) on the control groups of
    the containers that run now; a restarted container is fast again. Under version 1 only writes that wait for the
    disk (`fsync`, `O_SYNC`, `O_DIRECT`) are slow, buffered ones are not. The volume must be a file system of its own
    on a block device; a tmpfs is refused. Kubernetes does not heal it. Evidence: a synchronous write through the
    container's own mount, in its control group, is that slow, and in the node's own group is not. Undo: no limit.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.BOUNDED_VOLUMES})
    heals: ClassVar[str] = "nobody"
    example: ClassVar[Example] = Example(
        {"of": "persistentvolumeclaim/data-ledger-0", "rate": "8kbit"}, Effect.LASTS, "ledger", "statefulset/ledger"
    )

    of: Ref
    rate: Rate

    def plan(self, site: Site) -> Plan:
        """Find the disk and the containers' control groups."""
        volume = volumes.locate(site, self.of)
        found = site.node_exec(volume.node, ["sh", "-c", script(_FIND, volume.path, *map(_process, volume.mounts))])
        device, *folders = found.text.splitlines() or [""]
        if found.code != 0 or ":" not in device or len(folders) != len(volume.mounts):
            raise InjectionFailed(
                f"{self.of}: its volume {volume.path} is on no block device that could be slow",
                hint="a tmpfs has none; healproof's kind clusters use one where the machine has no loop devices",
            )
        step = OnNode(
            deed=f"slow {volume.path} down to {self.rate}",
            node=volume.node,
            script=script(_LIMIT, device, self._bytes_a_second(), *folders),
            back=script(_LIMIT, device, 0, *folders),
        )
        return Plan(namespace=site.namespace, steps=[step], facts={"volume": volume, "folders": folders})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Write as each container would."""
        volume: Volume = plan.facts["volume"]
        pairs = zip(volume.mounts, plan.facts["folders"], strict=True)
        return [proof for mount, folder in pairs for proof in self._look(site, volume, mount, folder, index)]

    def _bytes_a_second(self) -> int:
        return max(1, round(self.rate / 8))

    def _look(self, site: Site, volume: Volume, mount: str, folder: str, index: int) -> list[Evidence]:
        rate = self._bytes_a_second()
        size = min(_WRITTEN_BYTES_MAX, max(1, ceil(rate * _EXPECTED_SECONDS / 4096)) * 4096)
        words = script(_WRITE, f"{mount}/{volumes.PROBE}", folder, size)
        least_ms = 500 * size / rate

        def look() -> tuple[bool, str]:
            told = site.node_exec(volume.node, ["sh", "-c", words], timeout_seconds=30 + 3 * size / rate)
            times = [int(line) for line in told.text.splitlines() if line.isdigit()]
            if len(times) != 2:
                return False, f"the write failed: {told.stderr.decode(errors='replace').strip()[-200:]}"
            slow, fast = times
            return slow >= least_ms and slow > 2 * fast, f"{size} bytes took {slow} ms, outside of the group {fast} ms"

        return seen(site, index, "a synchronous write through the container's own mount", look, within_seconds=1)


def _process(mount: str) -> str:
    return mount.split("/")[2]  # /proc/PID/root/…
