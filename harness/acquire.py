"""Which cluster a run gets: from its options to the record of a cluster that lives."""

from __future__ import annotations

from pathlib import Path

from harness.machine.progress import Progress
from harness.model.cluster import ClusterRecord
from harness.model.errors import BadInput
from harness.options import Options
from harness.providers import catalogue, doctor
from harness.providers.kubeconfig import KubeconfigProvider
from harness.providers.pins import load_pins

SHAPES = {"kind": "three-workers", "kwok": "default"}
PROVIDERS = ("auto", *SHAPES, "kubeconfig")


def acquire(options: Options, progress: Progress) -> ClusterRecord:
    """The run's cluster: reused where it lives, made otherwise. Raises BadInput, HealproofError."""
    known = catalogue.load_record(options.cluster) if options.cluster not in PROVIDERS else None
    if known is not None:
        return catalogue.up(known.provider, known.shape, name=known.name, progress=progress)
    if options.cluster not in PROVIDERS:
        names = ", ".join((*PROVIDERS, *(record.name for record in catalogue.load_records())))
        raise BadInput(f"--healproof-cluster: {options.cluster!r} is not accepted; accepted is one of {names}")
    if options.cluster == "kubeconfig":
        return _attach(options, progress)
    provider = doctor.choose(options.cluster)
    return catalogue.up(provider, options.shape or SHAPES[provider], progress=progress)


def prober_image() -> str:
    """The image that availability traffic is sent from; upstream's name, built where there is no registry."""
    return load_pins().images["agnhost"]


def _attach(options: Options, progress: Progress) -> ClusterRecord:
    provider = KubeconfigProvider(
        kubeconfig=Path(options.kubeconfig) if options.kubeconfig else None,
        context=options.context,
        namespaces=options.namespaces,
        node_access=options.node_access,
    )
    name = catalogue.cluster_name("kubeconfig", "any", options.context)
    return catalogue.up("kubeconfig", "any", name=name, using=provider, progress=progress)
