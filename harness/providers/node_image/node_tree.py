"""What a kind node has above its operating system: programs, kind's own files, and the images already in containerd."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from harness.machine.clock import wait_until
from harness.machine.paths import data_dir
from harness.machine.process import kill_group, pipe, run
from harness.model.errors import HealproofError
from harness.providers.host_facts import HostFacts
from harness.providers.pins import Pins

DOWNLOAD_SECONDS = 600.0
IMPORT_SECONDS = 300.0
SERVICES = ("kubelet", "containerd", "undo-mount-hacks")
PLACES = {
    "usr/bin": ("kubelet", "kubeadm", "kubectl"),
    "usr/local/bin": ("containerd", "ctr", "containerd-shim-runc-v2"),
    "opt/cni/bin": ("host-local", "loopback", "ptp", "portmap"),
}
CONTENT = "io.containerd.content.v1.content"
SNAPSHOTS = "io.containerd.snapshotter.v1.overlayfs"
METADATA = "io.containerd.metadata.v1.bolt"


def fill_node_tree(pins: Pins, facts: HostFacts, binaries: Mapping[str, Path], images: Path, tree: Path) -> None:
    """Fill the folder `tree` with everything above the operating system; `images` is the archive to preload."""
    _copy_kind_files(_module_folder(pins) / "images" / "base" / "files", tree)
    for place, programs in PLACES.items():
        for program in programs:
            _put(binaries[program], tree / place / program, mode=0o755)
    shipped = data_dir("clusters") / "kind" / "node-image"
    _put(shipped / "cni.yaml", tree / "kind/manifests/default-cni.yaml", mode=0o644)
    _put(shipped / "pods.conflist.template", tree / "etc/cni/pods.conflist.template", mode=0o644)
    for folder in ("etc/cni/net.d", "etc/kubernetes/manifests"):
        (tree / folder).mkdir(parents=True, exist_ok=True)
    (tree / "kind/version").write_text(pins.kubernetes["version"])
    _configure_containerd(tree, pins.images["pause"], restricted=not facts.may_raise_limits)
    _write_container_defaults(binaries["ctr"], tree / "etc/containerd/cri-base.json")
    wants = tree / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    for service in SERVICES:
        (wants / f"{service}.service").symlink_to(f"/etc/systemd/system/{service}.service")
    _preload(binaries, images, tree)


def _module_folder(pins: Pins) -> Path:
    """Where the Go tool keeps kind's sources; it downloads them where they are missing."""
    kind = pins.programs["kind"]
    words = ["go", "mod", "download", "-json", kind.go_module]
    told = run(words, timeout_seconds=DOWNLOAD_SECONDS, cwd=data_dir("clusters") / "modules" / kind.module)
    return Path(json.loads(told.stdout)["Dir"])


def _copy_kind_files(source: Path, tree: Path) -> None:
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if path.is_file():
            _put(path, tree / name, mode=0o755 if name.parent.name == "bin" else 0o644)


def _put(source: Path, place: Path, *, mode: int) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, place)
    place.chmod(mode)


def _configure_containerd(tree: Path, pause: str, *, restricted: bool) -> None:
    """Name the pause image that is here, and let containerd write the pod network's configuration itself.

    `restricted` is for a host without the right to raise limits. Said here, kind need not patch the file and
    restart containerd on each node.
    """
    path = tree / "etc/containerd/config.toml"
    text, found = re.subn(r"sandbox_image = .*", f"sandbox_image = {json.dumps(pause)}", path.read_text())
    if found != 1:
        raise HealproofError(f"kind's {path.name} names the sandbox image {found} times, not once")
    if restricted:
        text = text.replace("restrict_oom_score_adj = false", "restrict_oom_score_adj = true")
    section = '\n[plugins."io.containerd.grpc.v1.cri".cni]\n  conf_template = "/etc/cni/pods.conflist.template"\n'
    path.write_text(text + section)


def _write_container_defaults(ctr: Path, out: Path) -> None:
    spec = json.loads(run([str(ctr), "oci", "spec"], timeout_seconds=20).stdout)
    # rlimits: a container keeps its node's, which may be lower than containerd's defaults
    spec["process"].pop("rlimits", None)
    hooks = spec.setdefault("hooks", {}).setdefault("createContainer", [])
    hooks.append({"path": "/kind/bin/mount-product-files.sh"})
    out.write_text(json.dumps(spec))


def _preload(binaries: Mapping[str, Path], images: Path, tree: Path) -> None:
    """Import and unpack the images with a containerd of our own, and lay its store where nodes share it.

    Blobs and unpacked layers go below /kind, which every node reads from the one image (and from one page cache);
    below /var each node would copy them into its volume when it starts, and unpack them when it first runs them.
    """
    root = tree.parent / "containerd"
    with _containerd(binaries, root) as ctr:
        words = [*ctr, "-n", "k8s.io", "images", "import", "--local", "--discard-unpacked-layers", str(images)]
        run(words, timeout_seconds=IMPORT_SECONDS)
        # layers that are unpacked are not needed a second time
        run([*ctr, "-n", "k8s.io", "content", "prune", "references"], timeout_seconds=IMPORT_SECONDS)
    store = tree / "var/lib/containerd"
    store.mkdir(parents=True)
    (root / CONTENT).rename(tree / "kind/content")
    (store / CONTENT).symlink_to("/kind/content")
    (root / METADATA).rename(store / METADATA)
    (root / SNAPSHOTS).rename(store / SNAPSHOTS)
    for layer in sorted((store / SNAPSHOTS / "snapshots").glob("*/fs")):
        shared = tree / "kind/layers" / layer.parent.name
        shared.parent.mkdir(exist_ok=True)
        layer.rename(shared)
        layer.symlink_to(f"/kind/layers/{layer.parent.name}")
    shutil.rmtree(root)


@contextmanager
def _containerd(binaries: Mapping[str, Path], root: Path) -> Iterator[list[str]]:
    """A containerd with nothing but its image store; gives the words that begin a `ctr` command."""
    root.mkdir()
    socket = root / "c.sock"
    disabled = [f"io.containerd.{name}" for name in ("grpc.v1.cri", "cri.v1.images", "cri.v1.runtime")]
    disabled += [f"io.containerd.{name}" for name in ("internal.v1.opt", "nri.v1.nri", "internal.v1.restart")]
    config = root / "config.toml"
    config.write_text(
        "".join(
            f"{key} = {json.dumps(value)}\n"
            for key, value in {
                "version": 2,
                "root": str(root),
                "state": str(root / "state"),
                "disabled_plugins": disabled,
            }.items()
        )
        # it says little, so that its output, which is read only when it fails, never fills the pipe
        + f'[grpc]\naddress = {json.dumps(str(socket))}\n[debug]\nlevel = "error"\n'
    )
    ctr = [str(binaries["ctr"]), "--address", str(socket)]
    with pipe([str(binaries["containerd"]), "--config", str(config)]) as child:
        try:
            answers = [*ctr, "version"]
            if not wait_until(lambda: run(answers, timeout_seconds=10, check=False).code == 0, timeout_seconds=30):
                kill_group(child)
                said = child.stdout.read() if child.stdout else b""
                raise HealproofError(
                    f"containerd does not start on this machine:\n{said.decode(errors='replace')[-2000:]}"
                )
            yield ctr
        finally:
            kill_group(child)
