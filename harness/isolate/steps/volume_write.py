"""The step `volume-write`: how long a small write to a volume takes, or that it fails."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from harness.damage.containers import IN_CONTAINER
from harness.damage.shell import script
from harness.damage.site import NodeExec
from harness.diagnose.volumes import claims_of
from harness.isolate.answers import read_writes
from harness.isolate.guests import guest_name, plain_pod, security_of
from harness.isolate.network import PODS_MAX
from harness.isolate.step import STEPS, Errand, IsolationStep, Means, Place, Write
from harness.kube import actions
from harness.kube.exec import exec_in_pod
from harness.model.errors import ApiError, ClusterBroken
from harness.model.full.cluster import Claim
from harness.model.full.pods import Pod
from harness.model.scene import Look

_BYTES = 4096
_SECONDS_MAX = 15.0
# $1 the file, $2 bytes; busybox's date has no parts of a second, so the time is that of the machine's own count
_IN_POD = """
read -r began rest </proc/uptime
said=$(dd if=/dev/zero of="$1" bs="$2" count=1 conv=fsync 2>&1) || { echo "error ${said##*: }"; rm -f "$1"; exit 0; }
read -r ended rest </proc/uptime; rm -f "$1"
echo "beside $(echo "$began $ended" | awk '{printf "%.2f", $2 - $1}')"
"""


class _Mounted(NamedTuple):
    """A claim that a container of a pod mounts for writing."""

    pod: Pod
    volume: str
    claim: str
    container: str


@STEPS.enter("volume-write")
class VolumeWrite(IsolationStep):
    """Writes four kilobytes to a volume of a pod, waits until they are on the disk, and removes them.

    Through its node, as the container (whose own limits hold) and beside it: slow both times is the disk, slow the
    first time only is the container's limit. Where nodes cannot be entered only beside it, from a helper pod with the
    same claim on the same node.
    """

    makes = "a small file in a volume, removed at once, and a helper pod for it where nodes cannot be entered"

    def errands(self, place: Place, means: Means) -> Iterator[Errand]:
        """One for each claim of the pods that run."""
        mounted = [each for pod in place.pods for each in _mounted(pod)]
        for each in mounted[:PODS_MAX]:
            yield _by_node(each, means, means.node_exec) if means.node_exec else _by_guest(each, means)

    def told(self, look: Look) -> str:
        """The seconds, as the container and beside it."""
        facts = look.facts
        if "error" in facts:
            return facts["error"]
        names = {"write-seconds": "as the container", "beside-seconds": "beside it"}
        took = [f"{float(facts[key]):.2f} s {how}" for key, how in names.items() if key in facts]
        return f"{_BYTES} bytes were on the disk after {', '.join(took)}"


def _mounted(pod: Pod) -> Iterator[_Mounted]:
    claims = claims_of(pod)
    for container in pod.spec.containers if pod.active and pod.spec.node_name else ():
        for mount in container.volume_mounts:
            if mount.name in claims and not mount.read_only:
                yield _Mounted(pod, mount.name, claims[mount.name], container.name)


def _by_node(each: _Mounted, means: Means, enter: NodeExec) -> Errand:
    node, claim = each.pod.spec.node_name, means.scene.named("persistentvolumeclaims", Claim, each.claim)
    bound = claim.spec.volume_name if claim else ""
    running = next((s.container_id for s in each.pod.status.container_statuses if s.name == each.container), "")
    file = f".isolation-{secrets.token_hex(4)}"
    text = IN_CONTAINER + Path(__file__).parent.with_name("write.sh").read_text()
    id_ = running.rpartition("//")[2] or "no-container"
    words = script(text, each.pod.metadata.uid, id_, bound, file, _BYTES)

    def run() -> list[Look]:
        if not bound:
            raise ClusterBroken(f"claim {each.claim} is bound to no volume")
        done = enter(node, ["sh", "-s"], timeout_seconds=min(_SECONDS_MAX, means.left()), stdin=words.encode())
        return [_look(each, done.text, f"a write on node {node}")]

    return Errand(f"volume/{each.pod.metadata.name}/{each.volume}", run, Write(node, script(_REMOVE, bound, file)))


# $1 the volume, $2 the file
_REMOVE = """
grep -F -- "$1" /proc/1/mountinfo | cut -d ' ' -f 5 | while read -r place; do rm -f "$place/$2"; done
"""


def _by_guest(each: _Mounted, means: Means) -> Errand:
    name, namespace, node = guest_name(), means.scene.namespace, each.pod.spec.node_name
    try:
        security = security_of(actions.get(means.client, "pods", each.pod.metadata.name, namespace))
    except ApiError:
        security = {}
    pod = plain_pod(name, means.image, means.left(), node=node, claim=each.claim, security=security)

    def run() -> list[Look]:
        lacks = means.lodge.wait_ready(name, means.left() / 2)
        if lacks:
            raise ClusterBroken(f"no helper pod with claim {each.claim} on node {node}: {lacks}")
        argv = ["sh", "-c", _IN_POD, "write", f"/volume/.{name}", str(_BYTES)]
        done = exec_in_pod(means.client, namespace, name, argv, timeout_seconds=min(_SECONDS_MAX, means.left()))
        return [_look(each, done.stdout.decode(errors="replace"), f"a write from a helper pod on node {node}")]

    return Errand(f"volume/{each.pod.metadata.name}/{each.volume}", run, pod)


def _look(each: _Mounted, text: str, source: str) -> Look:
    said = read_writes(text)
    if not said:
        raise ClusterBroken("the write was not heard to its end")
    names: dict[str, str] = {"as-pod": "write-seconds", "beside": "beside-seconds", "error": "error"}
    facts = {names[key]: value for key, value in said.items()}
    about = f"volume/{each.pod.metadata.name}/{each.volume}"
    return Look(kind="mount", about=about, facts=facts, good="error" not in facts, source=source)
