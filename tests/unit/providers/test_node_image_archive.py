from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path

from harness.providers.node_image.archive import Image, write_archive, write_layer


def read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    assert member is not None
    return member.read()


def test_an_archive_describes_each_layer_by_its_true_digest(tmp_path: Path) -> None:
    """Engines and containerd check a layer against its digest: names, digests and start commands must agree."""
    (tmp_path / "program").write_text("#!/bin/sh\n")
    layer, base = tmp_path / "layer.tar", tmp_path / "base.tar"
    write_layer(base, {})
    write_layer(layer, {"/bin/program": tmp_path / "program"}, {"/bin/other": "program"})
    images = [
        Image("localhost/one:1", (base, layer), entrypoint=("/bin/program",), environment={"PATH": "/bin"}),
        Image("localhost/two:1", (base,), command=("sh",)),
    ]
    write_archive(images, "amd64", tmp_path / "out.tar")
    with tarfile.open(tmp_path / "out.tar") as archive:
        one, two = json.loads(read(archive, "manifest.json"))
        config = json.loads(read(archive, one["Config"]))
        digests = [f"sha256:{hashlib.sha256(read(archive, name)).hexdigest()}" for name in one["Layers"]]
        stored = [name for name in archive.getnames() if name.endswith("layer.tar")]
    assert one["RepoTags"] == ["localhost/one:1"]
    assert config["rootfs"]["diff_ids"] == digests
    assert config["config"]["Entrypoint"] == ["/bin/program"]
    assert two["Layers"] == one["Layers"][:1]
    assert len(stored) == 2  # the shared layer is stored once


def test_a_layers_files_belong_to_root(tmp_path: Path) -> None:
    """Who builds the image does not show in it, and /tmp is writable for every user of a container."""
    (tmp_path / "program").write_text("x")
    (tmp_path / "program").chmod(0o755)
    write_layer(tmp_path / "layer.tar", {"/program": tmp_path / "program"})
    with tarfile.open(tmp_path / "layer.tar") as layer:
        program, tmp = layer.getmember("program"), layer.getmember("tmp")
    assert (program.uid, program.uname, program.mode) == (0, "root", 0o755)
    assert tmp.mode == 0o1777
