"""The images that a cluster runs, made of the built programs under the names they have upstream. Runs no engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from harness.machine.process import run
from harness.model.errors import HealproofError
from harness.providers.node_image.archive import Image, write_layer
from harness.providers.pins import Pins

ROUTES = "localhost/healproof-routes:built"
SEARCH_PATH = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
LIBRARY = re.compile(r"(/\S+\.so\S*) \(0x")
FIREWALL_PROGRAMS = ("xtables-legacy-multi", "xtables-nft-multi", "nft", "conntrack")


def control_plane_tags(pins: Pins) -> dict[str, str]:
    """The tags of etcd and CoreDNS that kubeadm must ask for, since it names older ones by itself."""
    return {"etcd": f"{pins.programs['etcd'].version.lstrip('v')}-0", "dns": pins.programs["coredns"].version}


def companion_images(pins: Pins, binaries: Mapping[str, Path], tree: Path, scratch: Path) -> list[Image]:
    """Write every image's layer into the folder `scratch` and describe the images.

    `binaries` maps a program's name to its file; `tree` is the node's root file system.
    """
    kubernetes, tags = pins.kubernetes["version"], control_plane_tags(pins)
    busybox = _busybox(tree)

    def image(
        name: str,
        program: str,
        *,
        at: str = "/usr/local/bin",
        starts: bool = False,
        files: Mapping[str, Path] | None = None,
        links: Mapping[str, str] | None = None,
        below: tuple[Path, ...] = (),
        command: tuple[str, ...] = (),
    ) -> Image:
        layer = scratch / f"{program}.tar"
        path = f"{at}/{program}"
        write_layer(layer, {path: binaries[program], **(files or {})}, links)
        return Image(name, (*below, layer), (path,) if starts else (), command, SEARCH_PATH)

    firewall = scratch / "firewall.tar"
    write_layer(firewall, *firewall_slice(tree))
    return [
        *(
            image(f"registry.k8s.io/{name}:{kubernetes}", name)
            for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
        ),
        image(f"registry.k8s.io/kube-proxy:{kubernetes}", "kube-proxy", below=(firewall,)),
        image(f"registry.k8s.io/etcd:{tags['etcd']}", "etcd"),
        image(f"registry.k8s.io/coredns/coredns:{tags['dns']}", "coredns", at="", starts=True),
        image(ROUTES, "routes", starts=True, below=(firewall,)),
        image(pins.images["local-path-provisioner"], "local-path-provisioner"),
        image(
            pins.images["agnhost"],
            "agnhost",
            at="",
            starts=True,
            command=("pause",),
            files={"/bin/busybox": busybox},
            links={**_applet_links(tree), "/agnhost-2": "agnhost"},
        ),
        _own_image(pins.images["busybox"], scratch, {"/bin/busybox": busybox}, _applet_links(tree), command=("sh",)),
        _own_image(pins.images["pause"], scratch, {"/pause": tree / "usr/bin/catatonit"}, {}, starts=("/pause", "-P")),
    ]


def firewall_slice(tree: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """kube-proxy's iptables: the programs, their extensions, and every library that either loads.

    Gives path in the image → file here, and links. The extensions' own libraries are no dependency of iptables
    itself, and without them a rule that needs one fails while kube-proxy runs.
    """
    extensions = sorted((tree / "usr/lib").glob("*/xtables"))
    programs = [f"/usr/sbin/{name}" for name in FIREWALL_PROGRAMS]
    objects = [f"/{path.relative_to(tree)}" for folder in extensions for path in folder.glob("*.so")]
    told = run(["chroot", str(tree), "ldd", *programs, *objects], timeout_seconds=60, check=False)
    libraries = set(LIBRARY.findall(told.text)) - set(objects)
    if not libraries:
        raise HealproofError(f"ldd found no library of iptables in {tree}", hint="remove that folder and build again")
    files = {name: tree / name.lstrip("/") for name in programs}
    files |= {f"/{folder.relative_to(tree)}": folder for folder in extensions}
    # Debian's /lib is a link to /usr/lib: each library is stored once, at its true place
    files |= {_true_place(name): (tree / _true_place(name).lstrip("/")).resolve() for name in libraries}
    links = {"/lib": "usr/lib", "/lib64": "usr/lib64"}
    for family in ("iptables", "ip6tables"):
        for use in ("", "-save", "-restore"):
            links[f"/usr/sbin/{family}{use}"] = "xtables-nft-multi"
    return files, links


def _true_place(library: str) -> str:
    return library if library.startswith("/usr/") else f"/usr{library}"


def _own_image(
    name: str,
    scratch: Path,
    files: Mapping[str, Path],
    links: Mapping[str, str],
    *,
    starts: tuple[str, ...] = (),
    command: tuple[str, ...] = (),
) -> Image:
    layer = scratch / f"{name.rsplit('/', 1)[-1].split(':', maxsplit=1)[0]}.tar"
    write_layer(layer, files, links)
    return Image(name, (layer,), starts, command, SEARCH_PATH)


def _busybox(tree: Path) -> Path:
    return next(path for path in (tree / "usr/bin/busybox", tree / "bin/busybox") if path.is_file())


def _applet_links(tree: Path) -> dict[str, str]:
    listed = run([str(_busybox(tree)), "--list"], timeout_seconds=20).text.split()
    return {f"/bin/{applet}": "busybox" for applet in listed if applet != "busybox"}
