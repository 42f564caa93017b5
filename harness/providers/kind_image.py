"""Which images a kind cluster is made with: kind's own where they can be had, else the built ones."""

from __future__ import annotations

from harness.machine.progress import Progress
from harness.providers.base import Finding
from harness.providers.engines import Engine
from harness.providers.host_facts import HostFacts
from harness.providers.kind_config import Images
from harness.providers.node_image.build import build_image, image_name
from harness.providers.node_image.companions import control_plane_tags
from harness.providers.node_image.needs import lacking
from harness.providers.pins import Pins, load_pins


def choose_images(engine: Engine, facts: HostFacts, progress: Progress) -> Images:
    """The images to use; pulls or builds the node image where it is not here.

    What is here is used without asking a registry. Raises what the build raises, CommandFailed for a broken pull.
    """
    pins = load_pins()
    official = pins.images["node"]
    if engine.has_image(official):
        return _images(pins, official)
    if engine.has_image(image_name(pins, facts)):
        return _images(pins, image_name(pins, facts), built=True)
    if engine.registry_answers(official):
        with progress.step(f"pulling {official.partition('@')[0]}"):
            engine.pull(official)
        return _images(pins, official)
    return _images(pins, build_image(engine, pins, facts, progress), built=True)


def examine_images(engine: Engine | None, facts: HostFacts) -> Finding:
    """Where the node image would come from, and whether that can work. Changes nothing."""
    pins, subject = load_pins(), "kind node image"
    official = pins.images["node"]
    if engine and engine.has_image(official):
        return Finding(subject, True, f"{official.partition('@')[0]} is here")
    if engine and engine.has_image(image_name(pins, facts)):
        return Finding(subject, True, f"{image_name(pins, facts)} is here")
    if engine and engine.registry_answers(official):
        return Finding(subject, True, f"{official.partition('@')[0]} will be pulled")
    if problem := lacking(facts):
        return Finding(subject, False, problem.message, problem.hint)
    return Finding(subject, True, "no registry answers: one will be built, once, from Go modules and Debian packages")


def _images(pins: Pins, node: str, *, built: bool = False) -> Images:
    return Images(
        node=node,
        agnhost=pins.images["agnhost"],
        provisioner=pins.images["local-path-provisioner"],
        tags=control_plane_tags(pins) if built else {},
    )
