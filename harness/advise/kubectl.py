"""Command lines of kubectl as a person types them. Knows no cause and runs nothing."""

from __future__ import annotations

import shlex


def kubectl(namespace: str, *words: str) -> str:
    """A command line, quoted for a shell; without a namespace it is about the cluster's own objects."""
    place = ["-n", namespace] if namespace else []
    return shlex.join(["kubectl", *place, *words])


def logs(namespace: str, ref: str, container: str = "", *, previous: bool = False) -> str:
    """The end of a container's log, or of that of the container before."""
    which = ["-c", container] if container else []
    return kubectl(namespace, "logs", ref, *which, "--tail=100", *(["--previous"] if previous else []))


def events(namespace: str, ref: str) -> str:
    """The Events about one object."""
    chosen = f"--field-selector=involvedObject.name={ref.partition('/')[2]}"
    return kubectl(namespace, "get", "events", chosen, "--sort-by=.lastTimestamp")


def pods_on(node: str) -> str:
    """All pods of a node, of every namespace."""
    return kubectl("", "get", "pods", "--all-namespaces", f"--field-selector=spec.nodeName={node}", "-o", "wide")
