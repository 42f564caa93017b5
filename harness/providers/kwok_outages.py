"""Simulated nodes and control-plane processes of kwok clusters taken down and brought back. Knows nothing of faults."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec

from harness.machine.clock import wait_until
from harness.machine.locks import locked
from harness.machine.process import spawn
from harness.machine.progress import Silent
from harness.model.cluster import CONTROL_PLANE_PARTS, ClusterRecord, Down, Outage
from harness.model.errors import ClusterBroken
from harness.providers.bare_api import Answer, BareApi
from harness.providers.kwok_parts import Files, command_line
from harness.providers.kwok_shape import PROGRAMS, SIMULATED, load_shape
from harness.providers.processes import Identity, end, identify, is_frozen, running, with_argument_below
from harness.providers.programs import ensure

GRACE_SECONDS = 30.0  # as long as the kubelet gives a static pod to end
BACK_SECONDS = 60.0
ANSWERING = ("etcd", "kube-apiserver")  # without either no request is answered
DEADMAN = "healproof-deadman"
_THAW = 'sleep "$1"; kill -s CONT "$2"'


class KwokOutages:
    """The levers of a kwok cluster; a node is its label, a part of the control plane a process."""

    def halt_node(self, record: ClusterRecord, node: str, how: Outage) -> None:
        """Take away the label by which kwok knows the node: nothing reports for it or its pods any more.

        `how` makes no difference: behind a simulated node is nothing that could end in one way or another.
        """
        _label(record, node, None)

    def restore_node(self, record: ClusterRecord, node: str) -> None:
        """Give the label back; a Node object that was deleted is not made again."""
        _label(record, node, "true")

    def halt_part(self, record: ClusterRecord, part: str, how: Outage, *, limit_seconds: float) -> None:
        """Kill, end or freeze the part's process. Nothing but `restore_part` starts it again.

        What is frozen goes on by itself after `limit_seconds`: a process beside it sees to that.
        """
        files = files_of(record)
        with _held(files):
            identity = part_identity(record, part)
            if not running(identity) or is_frozen(identity):
                return
            _halted(files, part).touch()
            if how is Outage.PAUSED:
                words = [DEADMAN, f"{limit_seconds:.1f}", str(identity.pid), f"{files.folder}/{part}"]
                spawn(["sh", "-c", _THAW, *words], log=files.log(part), cwd=files.folder)
                os.kill(identity.pid, signal.SIGSTOP)
                wait_until(lambda: is_frozen(identity), timeout_seconds=5, every_seconds=0.01)
                return
            if how is Outage.STOPPED:
                os.kill(identity.pid, signal.SIGTERM)
                wait_until(lambda: not running(identity), timeout_seconds=GRACE_SECONDS)
            end([identity])

    def restore_part(self, record: ClusterRecord, part: str) -> None:
        """Thaw the part, or start it with the same command line, log and files; then whatever ended without it.

        Controllers end themselves when they cannot renew their lease, where a kubelet would start them again.
        """
        part_identity(record, part)
        files = files_of(record)
        with _held(files):
            end_deadmen(files.folder, part)
            _halted(files, part).unlink(missing_ok=True)
            identity = _start(record, files, part)
            with contextlib.suppress(ProcessLookupError):
                os.kill(identity.pid, signal.SIGCONT)

            def back() -> bool:
                _start(record, files, part)  # again: the kernel may not have let go of its predecessor's port yet
                return _runs(record, part)

            if not wait_until(back, timeout_seconds=BACK_SECONDS, every_seconds=0.2):
                said = files.log(part).read_text(errors="replace")[-1000:].strip()
                raise ClusterBroken(f"{part} of cluster {record.name} does not come back\n{said}")
            for other in PROGRAMS:
                if not _halted(files, other).exists():
                    _start(record, files, other)

    def down_now(self, record: ClusterRecord) -> list[Down]:
        """Processes that do not run; nodes without kwok's label, as far as the API server answers."""
        down = [Down("part", part, how) for part in PROGRAMS if (how := _outage(part_identity(record, part)))]
        if any(each.name in ANSWERING for each in down):
            return down
        answer = _ask(record, "GET", "/api/v1/nodes")
        if answer.status != 200:
            return down
        listed = msgspec.json.decode(answer.body, type=_Nodes).items
        seen = {node.metadata.name: node.metadata.labels.get(SIMULATED) for node in listed}
        lost = [node for node in record.nodes if seen.get(node) != "true"]
        return down + [Down("node", node, "stopped" if node in seen else "gone") for node in lost]


def files_of(record: ClusterRecord) -> Files:
    """Where a cluster keeps what."""
    return Files(Path(record.facts["folder"]))


def part_identity(record: ClusterRecord, part: str) -> Identity:
    """The process of a part: the one that was started last, which the record of a dead run need not know."""
    if part not in record.facts or part not in PROGRAMS:
        raise ClusterBroken(
            f"no part {part!r} in kwok cluster {record.name}", hint=f"parts: {', '.join(CONTROL_PLANE_PARTS)}"
        )
    try:
        return Identity.parse(_restarted(files_of(record), part).read_text())
    except FileNotFoundError:
        return Identity.parse(record.facts[part])


def end_deadmen(folder: Path, part: str = "") -> None:
    """End the processes that would thaw a part (all of them where none is named) of the cluster in that folder."""
    for identity, words in with_argument_below(folder).items():
        if DEADMAN in words and (not part or words[-1] == f"{folder}/{part}"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(identity.pid, signal.SIGKILL)  # its `sleep` with it


def _start(record: ClusterRecord, files: Files, part: str) -> Identity:
    """Start a part that does not run; gives its process."""
    identity = part_identity(record, part)
    if running(identity):
        return identity
    argv = command_line(part, ensure(part, Silent()), files, load_shape(record.shape), int(record.facts["port"]))
    pid = spawn(argv, log=files.log(part), cwd=files.folder)
    started = identify(pid) or Identity(pid, 0)
    _restarted(files, part).write_text(str(started))
    return started


def _runs(record: ClusterRecord, part: str) -> bool:
    if _outage(part_identity(record, part)):
        return False
    if part not in ANSWERING or any(_outage(part_identity(record, each)) for each in ANSWERING):
        return True
    return _ask(record, "GET", "/readyz").status == 200


def _outage(identity: Identity) -> str:
    if not running(identity):
        return "stopped"
    return "paused" if is_frozen(identity) else ""


def _label(record: ClusterRecord, node: str, value: str | None) -> None:
    answer = _ask(record, "PATCH", f"/api/v1/nodes/{node}", {"metadata": {"labels": {SIMULATED: value}}})
    if answer.status == 200 or (answer.status == 404 and value is not None):
        return
    why = f"{answer.status} {answer.body.decode(errors='replace')[:200]}" if answer.status else "no answer"
    raise ClusterBroken(f"cluster {record.name}, node {node}: {why}")


def _ask(record: ClusterRecord, method: str, path: str, body: object = None) -> Answer:
    files = files_of(record)
    try:
        api = BareApi(int(record.facts["port"]), files.authority, files.token())
    except OSError:
        return Answer(0, b"")
    try:
        return api.ask(method, path, body)
    finally:
        api.close()


@contextlib.contextmanager
def _held(files: Files) -> Iterator[None]:
    """One at a time: two who restore must not start a part twice."""
    with locked(files.folder / "parts.lock"):
        yield


def _restarted(files: Files, part: str) -> Path:
    """Beside the record, not in it: the journals of runs hold copies of the record, and a part may be restarted."""
    return files.folder / f"{part}.process"


def _halted(files: Files, part: str) -> Path:
    """Whether a part is down because somebody wanted it to be."""
    return files.folder / f"{part}.halted"


class _Meta(msgspec.Struct):
    name: str
    labels: dict[str, str] = {}


class _Node(msgspec.Struct):
    metadata: _Meta


class _Nodes(msgspec.Struct):
    items: list[_Node]
