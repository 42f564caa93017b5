"""Which cluster a run gets: from its options to the record of a cluster that lives."""

from __future__ import annotations

from pathlib import Path

from harness.damage import guard
from harness.machine.progress import Progress
from harness.model.cluster import ClusterRecord
from harness.model.errors import BadInput
from harness.options import Options
from harness.providers import catalogue, doctor
from harness.providers.kubeconfig import KubeconfigProvider
from harness.providers.pins import load_pins

SHAPES = {"kind": "two-workers", "kwok": "default"}
PROVIDERS = ("auto", *SHAPES, "kubeconfig")


def acquire(options: Options, progress: Progress, *, worker: str = "") -> ClusterRecord:
    """The run's cluster: reused where it lives, made otherwise; with `worker` one of that worker's own.

    Raises BadInput, HealproofError.
    """
    if options.cluster not in PROVIDERS:
        known = {record.name: record for record in catalogue.load_records()}
        if options.cluster not in known:
            names = ", ".join((*PROVIDERS, *known))
            raise BadInput(f"--healproof-cluster: {options.cluster!r} is not accepted; accepted is one of {names}")
        chosen = known[options.cluster]
        return catalogue.up(chosen.provider, chosen.shape, name=chosen.name, progress=progress)
    if options.cluster == "kubeconfig":
        return _attach(options, progress)
    provider = doctor.choose(options.cluster)
    shape = options.shape or SHAPES[provider]
    return catalogue.up(provider, shape, name=catalogue.cluster_name(provider, shape, worker), progress=progress)


def prober_image() -> str:
    """The image that availability traffic is sent from; upstream's name, built where there is no registry."""
    return load_pins().images["agnhost"]


def _attach(options: Options, progress: Progress) -> ClusterRecord:
    for namespace in options.namespaces:
        guard.check_unprotected(namespace, options.limits().protected)
    provider = KubeconfigProvider(
        kubeconfig=Path(options.kubeconfig) if options.kubeconfig else None,
        context=options.context,
        namespaces=options.namespaces,
        node_access=options.node_access,
    )
    name = catalogue.cluster_name("kubeconfig", "any", options.context)
    return catalogue.up("kubeconfig", "any", name=name, using=provider, progress=progress)
