"""The kubeconfig provider: somebody's own cluster, entered only with a context and namespaces that were named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import msgspec

from harness.kube.client import Client
from harness.kube.rights import OWN, Right, may
from harness.machine.process import Completed
from harness.machine.progress import Progress
from harness.model.cluster import Capability, ClusterRecord, Down, Outage
from harness.model.errors import ApiError, BadInput, ClusterBroken, HealproofError
from harness.providers.base import Finding, Leftover
from harness.providers.cluster_files import cluster_dir
from harness.providers.kubeconfig_file import contexts, extract, files_in_use
from harness.providers.node_pod import run_on_node

ANSWER_SECONDS = 5.0
CAPABILITIES = (Capability.CONTAINERS, Capability.POD_NETWORK)
"""What is taken for granted; commands on nodes only where they were allowed."""


def rights(namespace: str) -> list[Right]:
    """What attaching to a cluster takes; its version and health everybody may ask who is known to it."""
    of_namespace = may("get", "namespaces", namespace)[0]._replace(namespace=OWN)  # RBAC counts it as in itself
    return [of_namespace, *may("list", "nodes")]


class KubeconfigProvider:
    """A cluster that exists already. `up` attaches to it, `down` forgets it; neither changes anything in it."""

    name: ClassVar[str] = "kubeconfig"

    def __init__(
        self,
        *,
        context: str = "",
        namespaces: Sequence[str] = (),
        kubeconfig: Path | None = None,
        node_access: bool = False,
    ) -> None:
        """`kubeconfig` is the user's file, by default those that kubectl uses; it is only ever read.

        `node_access` allows commands on nodes, through a privileged pod in the first of the namespaces.
        """
        self._context = context
        self._namespaces = tuple(namespaces)
        self._files = files_in_use(kubeconfig)
        self._node_access = node_access

    def examine(self) -> list[Finding]:
        """Which contexts could be named."""
        try:
            names = contexts(self._files)
        except HealproofError as error:
            return [Finding("kubeconfig", False, error.message, "repair the file, or name another")]
        files = ", ".join(str(file) for file in self._files)
        seen = f"{files}: {', '.join(names) or 'no context'}"
        return [Finding("kubeconfig", bool(names), seen, "" if names else "only needed for clusters of your own")]

    def prepare(self, progress: Progress) -> None:
        """Nothing: the cluster is there."""

    def up(self, name: str, shape: str, progress: Progress) -> ClusterRecord:
        """Attach to the named context; the shape is the cluster's own business."""
        self._require_named()
        target = cluster_dir(name) / "kubeconfig"
        content = json.dumps(extract(self._files, self._context), indent=2, default=str)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.touch(mode=0o600)
        target.write_text(content)
        try:
            with progress.step(f"attaching to context {self._context}"):
                return self._record(name, shape, target)
        except BaseException:
            target.unlink()
            raise

    def alive(self, record: ClusterRecord) -> bool:
        """Whether the API server answers these credentials, and the record allows just what this provider was told."""
        if self._context and (record.context, record.namespaces, Capability.NODE_EXEC in record.capabilities) != (
            self._context,
            self._namespaces,
            self._node_access,
        ):
            return False
        try:
            client = Client.from_kubeconfig(record.kubeconfig, record.context)
        except BadInput:
            return False
        try:
            return _answers(client)
        finally:
            client.close()

    def down(self, record: ClusterRecord) -> None:
        """Forget the cluster: the copied credentials are removed."""
        Path(record.kubeconfig).unlink(missing_ok=True)

    def leftovers(self, known: Sequence[ClusterRecord]) -> list[Leftover]:
        """None: what a dead run left in a cluster is the journal's to know."""
        return []

    def remove(self, leftover: Leftover) -> None:
        """Nothing to remove."""
        raise BadInput(f"{leftover.kind} {leftover.name} is not the kubeconfig provider's")

    def node_exec(
        self,
        record: ClusterRecord,
        node: str,
        argv: Sequence[str],
        *,
        timeout_seconds: float,
        stdin: bytes | None = None,
    ) -> Completed:
        """Run a command as root on a node, through a privileged pod that lives as long as the command."""
        if Capability.NODE_EXEC not in record.capabilities or not record.namespaces:
            raise ClusterBroken(
                f"{record.name}: commands on nodes were not allowed", hint="attach again with node access allowed"
            )
        client = Client.from_kubeconfig(record.kubeconfig, record.context)
        try:
            return run_on_node(client, record.namespaces[0], node, argv, timeout_seconds=timeout_seconds, stdin=stdin)
        finally:
            client.close()

    def halt_node(self, record: ClusterRecord, node: str, how: Outage) -> None:
        """Never: nothing here reaches the machines of somebody's own cluster."""
        raise _out_of_reach(record, f"node {node}")

    def restore_node(self, record: ClusterRecord, node: str) -> None:
        """Never, as `halt_node`."""
        raise _out_of_reach(record, f"node {node}")

    def halt_part(self, record: ClusterRecord, part: str, how: Outage, *, limit_seconds: float) -> None:
        """Never: the control plane of somebody's own cluster is not healproof's to break."""
        raise _out_of_reach(record, part)

    def restore_part(self, record: ClusterRecord, part: str) -> None:
        """Never, as `halt_part`."""
        raise _out_of_reach(record, part)

    def down_now(self, record: ClusterRecord) -> list[Down]:
        """None: this provider takes nothing down."""
        return []

    def _require_named(self) -> None:
        if not self._context:
            names = ", ".join(contexts(self._files)) or "none"
            raise BadInput("no context was named", hint=f"name one explicitly; contexts there: {names}")
        if not self._namespaces:
            raise BadInput(
                f"no namespace of context {self._context!r} was allowed",
                hint="name each namespace that may be touched; nothing else will be",
            )

    def _record(self, name: str, shape: str, target: Path) -> ClusterRecord:
        client = Client.from_kubeconfig(target, self._context)
        try:
            if not _answers(client):
                raise ClusterBroken(
                    f"context {self._context!r}: {client.server} is not ready", hint="try `kubectl get --raw /readyz`"
                )
            for namespace in self._namespaces:
                _require_namespace(client, namespace)
            version = msgspec.json.decode(client.request("GET", "/version"), type=_Version).git_version
            nodes = _nodes(client)
        finally:
            client.close()
        capabilities = list(CAPABILITIES)
        if self._node_access:
            capabilities.append(Capability.NODE_EXEC)
        return ClusterRecord(
            name=name,
            provider=self.name,
            shape=shape,
            kubeconfig=str(target),
            context=self._context,
            capabilities=tuple(capabilities),
            nodes=nodes,
            namespaces=self._namespaces,
            kubernetes_version=version,
        )


class _Version(msgspec.Struct, rename={"git_version": "gitVersion"}):
    git_version: str = ""


class _Meta(msgspec.Struct):
    name: str


class _Named(msgspec.Struct):
    metadata: _Meta


class _List(msgspec.Struct):
    items: list[_Named]


def _out_of_reach(record: ClusterRecord, what: str) -> ClusterBroken:
    return ClusterBroken(
        f"{what} of cluster {record.name} cannot be taken down: healproof did not make the cluster",
        hint="use a kind or kwok cluster",
    )


def _answers(client: Client) -> bool:
    try:
        client.request("GET", "/readyz", timeout_seconds=ANSWER_SECONDS)
    except ApiError as error:
        return error.status == 403  # an answer, from a server that keeps its health to administrators
    except ClusterBroken:
        return False
    return True


def _require_namespace(client: Client, namespace: str) -> None:
    try:
        client.request("GET", f"/api/v1/namespaces/{namespace}")
    except ApiError as error:
        if error.status == 404:
            raise BadInput(f"namespace {namespace!r} does not exist", hint="create it first, or name another") from None
        if error.status != 403:  # a role may well cover a namespace's content and not the namespace itself
            raise


def _nodes(client: Client) -> tuple[str, ...]:
    try:
        listed = msgspec.json.decode(client.request("GET", "/api/v1/nodes", query={"limit": 5000}), type=_List)
    except ApiError as error:
        if error.status == 403:
            return ()
        raise
    return tuple(sorted(item.metadata.name for item in listed.items))
