"""Where a PersistentVolume lives: its folder on a node, and the processes that have it mounted. Reads only."""

from __future__ import annotations

from typing import Any, NamedTuple

from harness.damage.containers import pids
from harness.damage.site import Site
from harness.kube import actions
from harness.machine.process import Completed
from harness.model.errors import ClusterBroken, GuardRefused, InjectionFailed
from harness.model.timeline import Evidence
from harness.model.units import Ref

PROBE = ".healproof-probe"


class Volume(NamedTuple):
    """A claim's volume as the node sees it: `mounts` are paths through the containers that use it."""

    claim: str
    node: str
    path: str
    mounts: tuple[str, ...]


def locate(site: Site, claim: Ref) -> Volume:
    """Find the folder and node of a claim's volume, and refuse one that is no file system of its own."""
    volume = actions.get(site.client, "persistentvolumes", _volume_name(site, claim))
    spec = volume["spec"]
    path = (spec.get("hostPath") or spec.get("local") or {}).get("path")
    if not path:
        raise InjectionFailed(f"{claim}: its volume is neither `local` nor `hostPath`, so no node folder can be broken")
    users = [pod for pod in site.picture.pods() if _uses(pod, claim.name) and pod.active]
    if not users:
        raise InjectionFailed(f"{claim}: no pod of namespace {site.namespace} uses it")
    node = users[0].spec.node_name
    _refuse_shared(site, claim, node, path)
    mounts = tuple(mount for pod in users for mount in _mounts(site, pod.metadata.name, node, claim.name))
    return Volume(claim.name, node, path, mounts)


def evidence(site: Site, volume: Volume, index: int, wanted: str) -> list[Evidence]:
    """Try to write through the containers' own mounts; it bites when every attempt fails with `wanted`."""
    found = []
    for mount in volume.mounts:
        tried = site.node_exec(volume.node, ["dd", "if=/dev/zero", f"of={mount}/{PROBE}", "bs=4096", "count=1"])
        said = _last_line(tried)
        found.append(
            Evidence(
                t=site.clock.now(),
                index=index,
                source="a write through the container's own mount",
                seen=said if tried.code else "the write succeeded",
                bit=tried.code != 0 and wanted in said,
            )
        )
    return found


def is_mounted(site: Site, node: str, path: str) -> bool:
    """Whether a folder of a node is a file system of its own; raises ClusterBroken where the node does not answer."""
    asked = site.node_exec(node, ["findmnt", "-n", "--mountpoint", path])
    if asked.code not in (0, 1):  # 1 is findmnt's "not found"; undo must not take no answer for it
        raise ClusterBroken(f"node {node}: findmnt: {asked.stderr.decode(errors='replace').strip()[-300:]}")
    return asked.code == 0


def _volume_name(site: Site, claim: Ref) -> str:
    bound = actions.get(site.client, "persistentvolumeclaims", claim.name, site.namespace)
    name = bound["spec"].get("volumeName", "")
    if not name:
        raise InjectionFailed(f"{claim} is not bound to a volume")
    return str(name)


def _refuse_shared(site: Site, claim: Ref, node: str, path: str) -> None:
    """Filling a folder of the node's own disk would hurt everything on the node."""
    if not is_mounted(site, node, path):
        raise GuardRefused(
            f"{claim}: its volume {path} is part of the node's own file system",
            hint="use a storage class whose volumes are file systems of their own; healproof's kind clusters have one",
        )


def _mounts(site: Site, pod_name: str, node: str, claim: str) -> list[str]:
    """`/proc/PID/root/MOUNTPATH` on the node for each running container that mounts the claim."""
    pod = actions.get(site.client, "pods", pod_name, site.namespace)
    volumes = {
        volume["name"]
        for volume in pod["spec"].get("volumes", [])
        if volume.get("persistentVolumeClaim", {}).get("claimName") == claim
    }
    ids = {s["name"]: s.get("containerID", "").rpartition("//")[2] for s in pod["status"].get("containerStatuses", [])}
    running = pids(site, node)
    return [
        f"/proc/{running[ids[container['name']]]}/root{mount['mountPath']}"
        for container in pod["spec"]["containers"]
        for mount in container.get("volumeMounts", [])
        if mount["name"] in volumes and ids.get(container["name"]) in running
    ]


def _uses(pod: Any, claim: str) -> bool:
    sources = (volume.persistent_volume_claim for volume in pod.spec.volumes)
    return any(source is not None and source.claim_name == claim for source in sources)


def _last_line(ended: Completed) -> str:
    lines = ended.stderr.decode(errors="replace").strip().splitlines()
    return next((line for line in lines if "error" in line.lower() or "dd:" in line), lines[-1] if lines else "")
