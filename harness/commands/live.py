"""Which live cluster a command looks at, from its options: only one that healproof knows or that was named."""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from harness.damage.site import NodeExec
from harness.damage.ways import reach
from harness.kube.client import Client
from harness.model.cluster import Capability, ClusterRecord
from harness.model.errors import BadInput
from harness.providers import catalogue
from harness.providers.kubeconfig_file import contexts, extract, files_in_use

_OTHERWISE = "--cluster NAME, or --kubeconfig FILE and --context NAME"


class Live(NamedTuple):
    """A cluster that is there: `namespace` is its context's own, `nodes` are known without asking it.

    `node_exec` is None where its nodes may not be entered. `record` is how it is reached again; of a cluster that only
    a kubeconfig names it allows nothing.
    """

    client: Client
    namespace: str
    record: ClusterRecord
    nodes: tuple[str, ...] = ()
    node_exec: NodeExec | None = None


@contextlib.contextmanager
def live(said: argparse.Namespace) -> Iterator[Live]:
    """The cluster of `--cluster`, or of `--kubeconfig` and `--context`, else the only one; raises BadInput."""
    named = said.kubeconfig or said.context
    if named and said.cluster:
        raise BadInput("--cluster and --kubeconfig or --context name two clusters", hint="leave one out")
    if named and said.node_access:
        raise BadInput(
            "--node-access needs a cluster of `healproof list`",
            hint="attach to it with --healproof-node-access first, then name it with --cluster",
        )
    chosen = _of_kubeconfig(said) if named else _of_record(known_cluster(said.cluster), node_access=said.node_access)
    try:
        yield chosen
    finally:
        chosen.client.close()


def add_cluster_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say which cluster."""
    parser.add_argument("--cluster", default="", help="a name from `healproof list` (default: the only one)")
    parser.add_argument("--kubeconfig", type=Path, default=None, metavar="FILE", help="another cluster's kubeconfig")
    parser.add_argument(
        "--context",
        default="",
        help="a context of that file, or of the files that kubectl uses (may be left out where FILE has only one)",
    )
    parser.add_argument(
        "--node-access",
        action="store_true",
        help="enter nodes of a cluster that healproof attached to, each by a privileged pod that lives for a moment",
    )


def known_cluster(
    name: str, *, otherwise: str = "--cluster NAME, or --kubeconfig FILE and --context NAME"
) -> ClusterRecord:
    """The cluster of this name from `healproof list`, with '' the only one; `otherwise` is what else could be said.

    Raises BadInput where none, or more than one, fits.
    """
    records = catalogue.load_records()
    fit = [record for record in records if name in ("", record.name)]
    if len(fit) == 1:
        return fit[0]
    names = ", ".join(record.name for record in records) or "none"
    wrong = f"no cluster {name!r}" if name else f"{len(records)} clusters, and none was named"
    raise BadInput(wrong, hint=f"{otherwise}; clusters here: {names}")


def _of_kubeconfig(said: argparse.Namespace) -> Live:
    files = files_in_use(said.kubeconfig)
    context = said.context or _only_context(files)
    content = extract(files, context)
    with tempfile.TemporaryDirectory(prefix="healproof-") as folder:  # a context may come of several files
        path = Path(folder) / "kubeconfig"
        path.touch(mode=0o600)
        path.write_text(json.dumps(content, default=str))
        client = Client.from_kubeconfig(path, context)
    home = next(file for file in files if context in contexts((file,)))
    record = ClusterRecord(
        name=context, provider="kubeconfig", shape="any", kubeconfig=str(home.resolve()), context=context, namespaces=()
    )
    return Live(client, _namespace(content), record)


def _only_context(files: tuple[Path, ...]) -> str:
    names = contexts(files)
    if len(names) != 1:
        raise BadInput(
            f"{', '.join(map(str, files))}: {len(names)} contexts, and none was named",
            hint=f"--context NAME; contexts there: {', '.join(names) or 'none'}",
        )
    return names[0]


def _of_record(record: ClusterRecord, *, node_access: bool) -> Live:
    """Nodes of healproof's own clusters are entered freely; elsewhere a pod must be made for that, so only if told."""
    can_enter = Capability.NODE_EXEC in record.capabilities
    if node_access and not can_enter:
        raise BadInput(
            f"--node-access: nodes of cluster {record.name} cannot be entered",
            hint="attach to it again with --healproof-node-access",
        )
    enters = can_enter and (record.disposable or node_access)
    content = extract((Path(record.kubeconfig),), record.context)
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    return Live(client, _namespace(content), record, record.nodes, reach(record) if enters else None)


def _namespace(content: dict[str, Any]) -> str:
    return str(content["contexts"][0]["context"].get("namespace") or "default")
