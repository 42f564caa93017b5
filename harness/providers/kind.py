"""Clusters made by kind on the container engine that runs here. Knows nothing of faults, scenarios or verdicts."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from harness.machine.locks import is_locked, locked
from harness.machine.paths import state_dir
from harness.machine.process import Completed, kill_group, pipe
from harness.machine.progress import Progress
from harness.model.cluster import Capability, ClusterRecord
from harness.model.errors import ClusterBroken, CommandFailed, MissingProgram
from harness.providers import kind_nodes
from harness.providers.base import Finding, Leftover
from harness.providers.engines import (
    Engine,
    examine_engines,
    find_engine,
    kind_environment,
    require_engine,
)
from harness.providers.host_facts import read_host_facts
from harness.providers.kind_config import (
    ClusterFiles,
    Images,
    Shape,
    canary_manifest,
    compose,
    dump,
    parse_shape,
    storage_manifest,
)
from harness.providers.kind_host import examine_host, prepare_host
from harness.providers.kind_image import choose_images, examine_images
from harness.providers.kind_outages import KUBECTL, KindOutages, engine_of
from harness.providers.programs import ensure

ALIVE_SECONDS = 30.0  # a busy machine must not make a living cluster look dead: it would be replaced
CANARY_SECONDS = 120
CAPABILITIES = (
    Capability.CONTAINERS,
    Capability.POD_NETWORK,
    Capability.NODE_EXEC,
    Capability.BOUNDED_VOLUMES,
    Capability.NODE_POWER,
    Capability.CONTROL_PLANE,
    Capability.DISPOSABLE,
)
FOUND_OUT = (Capability.NETEM, Capability.NETWORK_POLICY)
"""What depends on the machine and on the node image."""
NODES_STEP = "Preparing nodes"  # kind says it when the node containers run
SERVICE_SUBNET = "10.96.0.0/16"  # kind's own; no shape changes it
STORAGE_STEP = "Installing StorageClass"  # kind says it when the API server answers and the pod network is installed
CANARY = "--namespace=healproof-canary"


class KindProvider(KindOutages):
    """Real Kubernetes in containers."""

    name: ClassVar[str] = "kind"

    def examine(self) -> list[Finding]:
        """Whether an engine runs or can be installed, and what this host lacks. Changes nothing."""
        facts = read_host_facts()
        return [*examine_engines(), examine_images(find_engine(), facts), *examine_host(facts)]

    def prepare(self, progress: Progress) -> None:
        """Have the engine, kind itself and the node image here; makes no cluster."""
        choose_images(require_engine(progress), read_host_facts(), progress)
        ensure("kind", progress)

    def up(self, name: str, shape: str, progress: Progress) -> ClusterRecord:
        """Make the cluster after `clusters/kind/<shape>.yaml`; ready means proved by the canary."""
        parsed = parse_shape(shape)
        engine = require_engine(progress)
        facts = read_host_facts()
        prepare_host(facts, progress)
        images = choose_images(engine, facts, progress)
        cluster, files = _cluster_name(name), _files(name)
        with (
            locked(_making(cluster)),
            _removed_on_failure(engine, cluster, files),
            progress.step(f"kind cluster {cluster} ({shape})"),
        ):
            kind_nodes.remove_cluster(engine, cluster)
            _write_files(files, parsed, images)
            self._create(engine, cluster, files, images, progress)
            return self._prove(engine, name, shape, files, images)

    def alive(self, record: ClusterRecord) -> bool:
        """Whether every node runs and the API server answers `/readyz`."""
        words = [*KUBECTL, "get", "--raw=/readyz"]
        try:
            states = kind_nodes.states(engine_of(record), record.nodes)
            return set(states.values()) == {"running"} and (
                self.node_exec(record, record.nodes[0], words, timeout_seconds=ALIVE_SECONDS).code == 0
            )
        except (ClusterBroken, CommandFailed, MissingProgram):
            return False

    def down(self, record: ClusterRecord) -> None:
        """Remove the containers, volumes, network and files of the cluster."""
        with contextlib.suppress(MissingProgram):  # without its engine nothing of the cluster is left but its files
            kind_nodes.remove_cluster(engine_of(record), _cluster_name(record.name), record.nodes)
        _remove_files(_files(record.name))

    def leftovers(self, known: Sequence[ClusterRecord]) -> list[Leftover]:
        """Containers and networks of healproof's kind clusters that no record knows and no process makes right now."""
        engine = find_engine()
        names = [_cluster_name(record.name) for record in known if record.provider == self.name]
        names += [path.stem for path in _making("x").parent.glob("*.lock") if is_locked(path)]
        return kind_nodes.leftover_parts(engine, names, state_dir() / "clusters") if engine else []

    def remove(self, leftover: Leftover) -> None:
        """Remove one leftover with its volumes."""
        engine = find_engine()
        if engine is not None:
            kind_nodes.remove_part(engine, leftover)

    def node_exec(
        self,
        record: ClusterRecord,
        node: str,
        argv: Sequence[str],
        *,
        timeout_seconds: float,
        stdin: bytes | None = None,
    ) -> Completed:
        """Run a command as root on a node; raises ClusterBroken where the node or the engine does not run."""
        engine = engine_of(record)
        return kind_nodes.exec_in(engine, node, argv, timeout_seconds=timeout_seconds, stdin=stdin)

    def _create(self, engine: Engine, cluster: str, files: ClusterFiles, images: Images, progress: Progress) -> None:
        """Run kind, and start the canary as soon as the API server takes it: the two overlap."""
        argv = [
            str(ensure("kind", progress)),
            "create",
            "cluster",
            f"--name={cluster}",
            f"--config={files.kind_config}",
        ]
        argv += [f"--kubeconfig={files.kubeconfig}", "--wait=0s"]
        said: list[str] = []
        with pipe(argv, env=kind_environment(engine, cluster)) as child:
            try:
                for raw in child.stdout or ():
                    line = raw.decode(errors="replace").rstrip()
                    said.append(line)
                    if "✓" in line and NODES_STEP in line:
                        _refuse_unknown_services(engine, f"{cluster}-control-plane")
                    if "✓" in line and STORAGE_STEP in line:
                        self._start_canary(engine, f"{cluster}-control-plane", images)
            except BaseException:
                kill_group(child)
                raise
            code = child.wait()
        if code != 0:
            raise CommandFailed(argv, code, "\n".join(said), hint="`healproof doctor` checks what kind needs")
        files.kubeconfig.chmod(0o600)

    def _start_canary(self, engine: Engine, node: str, images: Images) -> None:
        manifest = canary_manifest(images).encode()
        done = kind_nodes.exec_in(engine, node, [*KUBECTL, "create", "-f", "-"], timeout_seconds=60, stdin=manifest)
        if done.code != 0:
            raise ClusterBroken(f"the canary was refused: {done.stderr.decode(errors='replace')[-500:]}")

    def _prove(self, engine: Engine, name: str, shape: str, files: ClusterFiles, images: Images) -> ClusterRecord:
        """Wait until every node's canary has its DNS, Service and volume; then describe the cluster."""
        cluster = _cluster_name(name)
        control_plane = f"{cluster}-control-plane"
        limit = f"--timeout={CANARY_SECONDS}s"
        for waiting in (
            ("wait", "--for=condition=Ready", "nodes", "--all", limit),
            ("rollout", "status", "daemonset/canary", CANARY, limit),
            ("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/storage", CANARY, limit),
        ):
            words = [*KUBECTL, *waiting]
            done = kind_nodes.exec_in(engine, control_plane, words, timeout_seconds=CANARY_SECONDS + 10)
            if done.code != 0:
                raise ClusterBroken(_what_hangs(engine, control_plane, done), hint="`healproof doctor`, then again")
        words = [*KUBECTL, "delete", "namespace", "healproof-canary", "--wait=false"]
        kind_nodes.exec_in(engine, control_plane, words, timeout_seconds=30)
        version = kind_nodes.exec_in(engine, control_plane, ["cat", "/kind/version"], timeout_seconds=30).text
        facts = _facts(engine, cluster, shape, images)
        return ClusterRecord(
            name=name,
            provider=self.name,
            shape=shape,
            kubeconfig=str(files.kubeconfig),
            context=f"kind-{cluster}",
            capabilities=CAPABILITIES + tuple(found for found in FOUND_OUT if facts[found] == "yes"),
            nodes=tuple(sorted(kind_nodes.containers(engine, cluster), key=lambda node: (node != control_plane, node))),
            audit_log=str(files.audit_log),
            kubernetes_version=version,
            facts=facts,
        )


def _refuse_unknown_services(engine: Engine, node: str) -> None:
    """Answer at once for a Service that kube-proxy has not programmed yet, instead of silence.

    CoreDNS asks for the API server's Service before kube-proxy runs. Left unanswered, its first connection stays in
    the kernel's connection table without its translation, and CoreDNS tries again only after 30 s. What kube-proxy
    has translated never meets this rule.
    """
    rule = ["-d", SERVICE_SUBNET, "-j", "REJECT"]
    done = kind_nodes.exec_in(engine, node, ["iptables", "-w", "-A", "FORWARD", *rule], timeout_seconds=30)
    if done.code != 0:
        raise ClusterBroken(f"{node}: iptables: {done.stderr.decode(errors='replace').strip()[-300:]}")


def _what_hangs(engine: Engine, node: str, done: Completed) -> str:
    words = [*KUBECTL, "get", "pods", "--all-namespaces", "--output=wide"]
    pods = kind_nodes.exec_in(engine, node, words, timeout_seconds=30).text
    return f"the cluster never became ready: {done.stderr.decode(errors='replace').strip()[-500:]}\n{pods}"


def _facts(engine: Engine, cluster: str, shape: str, images: Images) -> dict[str, str]:
    # the kernel's own answer: nothing else tells for sure whether it has netem
    tried = ["sh", "-c", "tc qdisc add dev lo root netem delay 0ms && tc qdisc del dev lo root"]
    netem = kind_nodes.exec_in(engine, f"{cluster}-control-plane", tried, timeout_seconds=20).code == 0
    # kind's own network plug-in enforces NetworkPolicies, that of the node image that healproof builds does not
    kindnet = [*KUBECTL, "get", "daemonset", "kindnet", "--namespace=kube-system"]
    policies = kind_nodes.exec_in(engine, f"{cluster}-control-plane", kindnet, timeout_seconds=20).code == 0
    return {
        "engine": engine.name,
        "network": cluster,
        "image": images.node,
        "agnhost": images.agnhost,
        "timers": parse_shape(shape).timers,
        Capability.NETEM: "yes" if netem else "no",
        Capability.NETWORK_POLICY: "yes" if policies else "no",
    }


def _write_files(files: ClusterFiles, shape: Shape, images: Images) -> None:
    _remove_files(files)
    files.audit_log.parent.mkdir(mode=0o700, parents=True)
    # made here, so that it is the user's own even where the API server runs as root; it only appends
    files.audit_log.touch(mode=0o600)
    files.kubeconfig.touch(mode=0o600)
    files.storage.write_text(storage_manifest(images))
    files.kind_config.write_text(dump([compose(shape, images, files, read_host_facts())]))


def _remove_files(files: ClusterFiles) -> None:
    shutil.rmtree(files.audit_log.parent, ignore_errors=True)
    for path in (files.kubeconfig, files.kind_config, files.storage):
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _removed_on_failure(engine: Engine, cluster: str, files: ClusterFiles) -> Iterator[None]:
    try:
        yield
    except BaseException:
        kind_nodes.remove_cluster(engine, cluster)
        _remove_files(files)
        raise


def _files(name: str) -> ClusterFiles:
    folder = state_dir() / "clusters" / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ClusterFiles(folder=folder)


def _making(cluster: str) -> Path:
    """The lock that is held while the cluster is being made and has no record yet."""
    return state_dir() / "kind" / f"{cluster}.lock"


def _cluster_name(name: str) -> str:
    return name if name.startswith(kind_nodes.PREFIX) else f"{kind_nodes.PREFIX}{name}"
