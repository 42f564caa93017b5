"""The kwok provider: a real control plane as plain processes and simulated nodes; it needs no container engine."""

from __future__ import annotations

import contextlib
import random
import shutil
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar, NoReturn, TypeVar

import msgspec

from harness.machine.clock import Clock, Monotonic, wait_until
from harness.machine.locks import is_locked, locked
from harness.machine.process import Completed, spawn
from harness.machine.progress import Progress
from harness.model.cluster import Capability, ClusterRecord
from harness.model.errors import ClusterBroken
from harness.providers.bare_api import BareApi
from harness.providers.base import Finding, Leftover
from harness.providers.cluster_files import cluster_dir, clusters_dir, lock_path
from harness.providers.kwok_outages import KwokOutages, end_deadmen, part_identity
from harness.providers.kwok_parts import Files, NodesSeen, command_line, write_kubeconfig, write_tokens
from harness.providers.kwok_shape import PROGRAMS, Shape, load_shape
from harness.providers.pins import load_pins
from harness.providers.processes import Identity, end, identify, running, with_argument_below
from harness.providers.programs import ensure_many, located

T = TypeVar("T")

CAPABILITIES = (Capability.NODE_POWER, Capability.CONTROL_PLANE, Capability.DISPOSABLE)

START_SECONDS = 60.0
ALIVE_SECONDS = 15.0  # a busy machine must not make a living cluster look dead: it would be replaced
_LOOK_SECONDS = 0.02
_PORTS = range(20000, 30000)  # below the ephemeral ports, which any outgoing connection may take
_CREATORS = 4


class KwokProvider(KwokOutages):
    """Clusters of etcd, API server, controller manager, scheduler and kwok, each a process of this user."""

    name: ClassVar[str] = "kwok"

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Monotonic()

    def examine(self) -> list[Finding]:
        """Linux, and each program: on PATH, made already, or buildable."""
        linux = sys.platform == "linux"
        findings = [Finding("system", linux, sys.platform, "" if linux else "kwok clusters need Linux: use kind")]
        can_build = shutil.which("go") is not None
        for program in PROGRAMS:
            place = located(program)
            seen = str(place) if place else f"not here; {'built by Go at first use' if can_build else 'and no Go'}"
            remedy = "" if place or can_build else "install Go 1.21 or newer, or the program in its pinned version"
            findings.append(Finding(program, place is not None or can_build, seen, remedy))
        return findings

    def prepare(self, progress: Progress) -> None:
        """Have the programs, so that a later `up` takes seconds."""
        ensure_many(PROGRAMS, progress)

    def up(self, name: str, shape: str, progress: Progress) -> ClusterRecord:
        """Start the processes and wait until all nodes are ready and a pod was scheduled and runs."""
        chosen = load_shape(shape)
        programs = ensure_many(PROGRAMS, progress)
        self._sweep(name)
        files = Files(cluster_dir(name) / "kwok")
        files.folder.mkdir(mode=0o700, parents=True)
        try:
            with progress.step(f"kwok cluster {name}: {chosen.nodes} simulated nodes"):
                facts = self._start(name, chosen, programs, files)
        except BaseException:
            self._sweep(name)
            raise
        return ClusterRecord(
            name=name,
            provider=self.name,
            shape=shape,
            kubeconfig=str(files.kubeconfig),
            context=name,
            capabilities=CAPABILITIES,
            nodes=chosen.node_names(),
            audit_log=str(files.audit_log),
            kubernetes_version=load_pins().kubernetes["version"],
            facts=facts,
        )

    def alive(self, record: ClusterRecord) -> bool:
        """Whether every one of its processes runs and the API server is ready."""
        if not all(program in record.facts and running(part_identity(record, program)) for program in PROGRAMS):
            return False
        files = Files(Path(record.facts["folder"]))
        try:
            api = BareApi(int(record.facts["port"]), files.authority, files.token())
        except OSError:
            return False
        ready = api.ask("GET", "/readyz", timeout_seconds=ALIVE_SECONDS).status == 200
        api.close()
        return ready

    def down(self, record: ClusterRecord) -> None:
        """End its processes and remove their folder."""
        self._sweep(record.name)

    def leftovers(self, known: Sequence[ClusterRecord]) -> list[Leftover]:
        """Processes and folders of clusters that have no record and that nobody is making right now."""
        names = {record.name for record in known}
        orphans = [
            path
            for path in sorted(clusters_dir().glob("*/kwok"))
            if path.parent.name not in names and not is_locked(lock_path(path.parent.name))
        ]
        found = [Leftover("folder", str(path)) for path in orphans]
        gone_folders = {
            str(identity): words
            for identity, words in _processes(clusters_dir()).items()
            if (owner := _owner(words)) and owner not in names and not is_locked(lock_path(owner))
        }
        return found + [Leftover("process", f"{key} {Path(words[0]).name}") for key, words in gone_folders.items()]

    def remove(self, leftover: Leftover) -> None:
        """End a process, or remove a folder with all processes that use it."""
        if leftover.kind == "process":
            end([Identity.parse(leftover.name.partition(" ")[0])])
        else:
            self._sweep(Path(leftover.name).parent.name)

    def node_exec(
        self,
        record: ClusterRecord,
        node: str,
        argv: Sequence[str],
        *,
        timeout_seconds: float,
        stdin: bytes | None = None,
    ) -> Completed:
        """Never: there is nothing behind a simulated node."""
        raise ClusterBroken(
            f"{record.name}: node {node} is simulated, {argv[0]!r} cannot run on it", hint="use a kind cluster"
        )

    def _start(self, name: str, shape: Shape, programs: Mapping[str, Path], files: Files) -> dict[str, str]:
        write_tokens(files)
        port = _free_port(files)
        started: dict[str, Identity] = {}

        def launch(*parts: str) -> None:
            for part in parts:
                argv = command_line(part, programs[part], files, shape, port)
                pid = spawn(argv, log=files.log(part), cwd=files.folder)
                started[part] = identify(pid) or Identity(pid, 0)

        def wait(what: str, look: Callable[[], T | None]) -> T:
            return self._wait(what, look, started, files)

        launch("etcd", "kube-apiserver")
        wait("the API server's certificate", lambda: _certificate(files))
        write_kubeconfig(files, name, port)
        launch("kwok")
        api = BareApi(port, files.authority, files.token())
        wait("the API server", lambda: api.ask("GET", "/livez/ping").status == 200 or None)
        # its absence for the first second would cost the controllers' leader election a retry
        api.create("/api/v1/namespaces", {"metadata": {"name": "kube-system"}})
        wait("the API server to be ready", lambda: api.ask("GET", "/readyz").status == 200 or None)
        launch("kube-controller-manager", "kube-scheduler")
        _create_nodes(shape, lambda: BareApi(port, files.authority, files.token()))
        wait("all nodes to be ready", lambda: _all_ready(api, shape))
        self._prove(api, wait)
        api.close()
        return {part: str(identity) for part, identity in started.items()} | {
            "folder": str(files.folder),
            "port": str(port),
        }

    def _wait(self, what: str, look: Callable[[], T | None], started: Mapping[str, Identity], files: Files) -> T:
        """Look until something is seen; raises ClusterBroken with the log of whichever process died meanwhile."""

        def look_alive() -> T | None:
            for part, identity in started.items():
                if not running(identity):
                    _died(part, files, f"ended while waiting for {what}")
            return look()

        seen = wait_until(look_alive, timeout_seconds=START_SECONDS, every_seconds=_LOOK_SECONDS, clock=self._clock)
        if seen is None:
            _died("kube-apiserver", files, f"waited {START_SECONDS:.0f} s for {what}")
        return seen

    def _prove(self, api: BareApi, wait: Callable[[str, Callable[[], bool | None]], bool]) -> None:
        """A pod is admitted, scheduled and runs: every part of the control plane did its work once."""
        pods = "/api/v1/namespaces/default/pods"
        container = {"name": "ready", "image": "healproof.local/ready"}
        pod = {"metadata": {"name": "healproof-ready"}, "spec": {"containers": [container]}}
        # refused until the controller manager has made the namespace's service account
        wait("a pod to be admitted", lambda: api.ask("POST", pods, pod).status in (201, 409) or None)
        wait("a pod to run", lambda: b'"phase":"Running"' in api.ask("GET", f"{pods}/healproof-ready").body or None)
        api.ask("DELETE", f"{pods}/healproof-ready", {"gracePeriodSeconds": 0})

    def _sweep(self, name: str) -> None:
        """End every program of the cluster, with or without a record of it, and remove what it kept in its folder."""
        folder = cluster_dir(name) / "kwok"
        end_deadmen(folder)
        end(_processes(folder))
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # the record is still in it, or it never was
            folder.parent.rmdir()


def _processes(folder: Path) -> dict[Identity, tuple[str, ...]]:
    """Our programs that work below a folder; whoever merely reads a log or uses the kubeconfig there is spared."""
    found = with_argument_below(folder)
    return {identity: words for identity, words in found.items() if Path(words[0]).name in PROGRAMS}


def _free_port(files: Files) -> int:
    """A port that nobody listens on and no other cluster has taken; taken from now on."""
    with locked(clusters_dir() / "ports.lock"):
        taken = {int(path.read_text()) for path in clusters_dir().glob("*/kwok/port")}
        for port in random.sample(_PORTS, 100):
            with socket.socket() as probe:
                if port not in taken and probe.connect_ex(("127.0.0.1", port)) != 0:
                    files.port.write_text(str(port))
                    return port
    raise ClusterBroken(f"no free port between {_PORTS.start} and {_PORTS.stop}", hint="end what listens on them")


def _certificate(files: Files) -> bool | None:
    """Whether the API server has written its certificate and the one that signed it."""
    try:
        return files.authority.read_text().count("END CERTIFICATE") == 2 or None
    except FileNotFoundError:
        return None


def _create_nodes(shape: Shape, connect: Callable[[], BareApi]) -> None:
    version = load_pins().kubernetes["version"]

    def create(first: int) -> None:
        api = connect()
        for number in range(first, shape.nodes + 1, _CREATORS):
            api.create("/api/v1/nodes", shape.manifest(number, version))
        api.close()

    with ThreadPoolExecutor(_CREATORS) as creators:
        list(creators.map(create, range(1, _CREATORS + 1)))


def _all_ready(api: BareApi, shape: Shape) -> bool | None:
    answer = api.ask("GET", "/api/v1/nodes")
    if answer.status != 200:
        return None
    nodes = msgspec.json.decode(answer.body, type=NodesSeen).items
    return (len(nodes) == shape.nodes and all(node.ready() for node in nodes)) or None


def _owner(words: Sequence[str]) -> str | None:
    """The name of the cluster in whose kwok folder a process has a path among its arguments."""
    mark = f"{clusters_dir()}/"
    for word in words[1:]:
        _, found, rest = word.partition(mark)
        name, _, below = rest.partition("/")
        if found and below.startswith("kwok/"):
            return name
    return None


def _died(part: str, files: Files, why: str) -> NoReturn:
    log = files.log(part)
    tail = log.read_text(errors="replace")[-1500:] if log.exists() else "no output"
    raise ClusterBroken(f"{part}: {why}\n{tail.strip()}", hint="try again; `healproof doctor` checks the machine")
