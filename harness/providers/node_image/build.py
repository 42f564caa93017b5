"""The order of the image build: programs and operating system side by side, then companion images, then the node."""

from __future__ import annotations

import platform
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from harness.machine.locks import locked
from harness.machine.paths import cache_dir, data_dir
from harness.machine.process import run
from harness.machine.progress import Progress
from harness.model.errors import BadInput
from harness.providers.engines import Engine
from harness.providers.host_facts import HostFacts
from harness.providers.node_image.archive import Image, write_archive
from harness.providers.node_image.children import Children
from harness.providers.node_image.companions import companion_images
from harness.providers.node_image.needs import announce_and_check
from harness.providers.node_image.node_tree import fill_node_tree
from harness.providers.node_image.rootfs import build_rootfs, rootfs_key
from harness.providers.node_image.store import Store, digest
from harness.providers.pins import Pins
from harness.providers.programs import ensure_many, located

Parts = tuple[dict[str, Path], Path]  # programs by name, and the folder of the root file system

LOAD_SECONDS = 600.0
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
PROGRAMS = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "kubelet",
    "kubeadm",
    "kubectl",
    "agnhost",
    "local-path-provisioner",
    "routes",
    "etcd",
    "coredns",
    "containerd",
    "ctr",
    "containerd-shim-runc-v2",
    "host-local",
    "loopback",
    "ptp",
    "portmap",
)
ENTRYPOINT = ("/usr/local/bin/entrypoint", "/sbin/init")


def image_name(pins: Pins, facts: HostFacts) -> str:
    """The built image's name; its tag holds the hash of everything that goes into it."""
    return f"localhost/healproof-node:{pins.kubernetes['version']}-{image_key(pins, facts)}"


def image_key(pins: Pins, facts: HostFacts) -> str:
    """The hash of everything that goes into the image: pins, lock files, shipped files, this code."""
    code = Path(__file__).parent
    sources = [code / f"{name}.py" for name in ("archive", "build", "companions", "node_tree")]
    clusters = data_dir("clusters")
    locks = [clusters / "modules" / pins.programs[name].module / "go.sum" for name in PROGRAMS]
    pinned = [repr(pins.programs[name]) for name in PROGRAMS]
    images = repr(sorted(pins.images.items()))
    return digest(
        *sources,
        clusters / "kind" / "node-image",
        *locks,
        *pinned,
        images,
        rootfs_key(pins),
        repr(facts.may_raise_limits),
    )


def build_image(engine: Engine, pins: Pins, facts: HostFacts, progress: Progress) -> str:
    """Make the image and load it into the engine, unless it is there; gives its name.

    Raises DiskFullError, MissingProgram, CommandFailed; finished steps stay, so the next call goes on there.
    """
    name, key = image_name(pins, facts), image_key(pins, facts)
    store = Store(cache_dir() / "node-image")
    if engine.has_image(name):
        return name
    with locked(store.root / "lock"):
        if engine.has_image(name):  # another process made it while this one waited
            return name
        announce_and_check(store.root, facts, progress, programs_built=all(located(program) for program in PROGRAMS))
        parts = _parts(store, pins, progress)
        store.forget("image", key)  # the engine lost its copy
        store.made("image", key, partial(_make_node, engine, pins, facts, parts=parts), progress)
        _remove_older(engine, name)
    return name


def _parts(store: Store, pins: Pins, progress: Progress) -> Parts:
    """The programs and the root file system; debootstrap mostly waits for its downloads, so Go runs beside it."""
    children = Children()

    def operating_system() -> Path:
        return store.made("rootfs", rootfs_key(pins), partial(build_rootfs, pins, children), progress)

    with ThreadPoolExecutor(max_workers=1) as worker:
        rootfs = worker.submit(operating_system)
        try:
            binaries = ensure_many(PROGRAMS, progress, from_path=False)
        except BaseException:
            children.end()  # the executor waits for its thread: without this an interrupt would wait for debootstrap
            raise
        return binaries, rootfs.result()


def _make_node(engine: Engine, pins: Pins, facts: HostFacts, folder: Path, *, parts: Parts) -> None:
    """Write the node's upper layer over the operating system's, load both, and keep only the note that it is done."""
    binaries, rootfs = parts
    scratch, tree = folder / "scratch", folder / "scratch" / "tree"
    tree.mkdir(parents=True)
    images = scratch / "images.tar"
    write_archive(companion_images(pins, binaries, rootfs / "tree", scratch), architecture(), images)
    fill_node_tree(pins, facts, binaries, images, tree)
    layer = scratch / "node-layer.tar"
    run(["tar", "-C", str(tree), "--owner=0", "--group=0", "-cf", str(layer), "."], timeout_seconds=LOAD_SECONDS)
    node = Image(
        image_name(pins, facts),
        (rootfs / "layer.tar", layer),
        entrypoint=ENTRYPOINT,
        environment={"container": "docker"},
        stop_signal="SIGRTMIN+3",
    )
    archive = scratch / "node.tar"
    write_archive([node], architecture(), archive)
    engine.run("load", "-i", str(archive), timeout_seconds=LOAD_SECONDS)
    shutil.rmtree(scratch)
    (folder / "name").write_text(node.name)


def _remove_older(engine: Engine, name: str) -> None:
    """Give back the disk of images built before; the engine itself refuses to remove one that a cluster still uses."""
    repository = name.rsplit(":", 1)[0]
    listed = engine.run("images", "--format", "{{.Repository}}:{{.Tag}}").text.split()
    for older in listed:
        if older.startswith(f"{repository}:") and older != name:
            engine.run("rmi", older, check=False)


def architecture() -> str:
    """This machine's architecture in Go's words; raises BadInput where nothing is pinned for it."""
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise BadInput(f"no node image can be built on {machine}", hint=f"one of {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[machine]
