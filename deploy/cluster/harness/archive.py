"""Container images of one layer, written as the archives that `docker load` and `ctr images import` read, without a registry or a
Docker daemon. The same files give the same bytes: times are zero and names sorted.
"""

import gzip
import hashlib
import io
import json
import platform
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from harness import shell

ARCHITECTURE, MACHINES = "amd64", ("x86_64", "AMD64")  # what is written into images, and how kernels call it
CHUNK = 1 << 20
EPOCH = "1970-01-01T00:00:00Z"


@dataclass(frozen=True)
class Config:
    """What an image says about its process."""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    user: str = ""
    env: dict[str, str] = field(default_factory=dict)
    stop_signal: str = ""
    workdir: str = ""
    path: str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    def document(self) -> dict[str, object]:
        said: dict[str, object] = {"Env": [f"{k}={v}" for k, v in {"PATH": self.path, **self.env}.items()]}
        for key, value in (("Entrypoint", list(self.entrypoint)), ("Cmd", list(self.command)), ("User", self.user),
                           ("StopSignal", self.stop_signal), ("WorkingDir", self.workdir)):
            if value:
                said[key] = value
        return said


def check_machine() -> None:
    """Fails where the programs that are built here would not be what the images say of themselves."""
    if platform.machine() not in MACHINES:
        raise shell.Failure(f"images can be built from source for {ARCHITECTURE} only, and this machine is {platform.machine()}: "
                            "FF_CLUSTER_IMAGES=published takes published ones")


def write(names: dict[str, Config], root: Path, to: Path, *, compress: bool = True) -> None:
    """Writes images that share one layer, the files below `root`, and differ in name and Config. Compressed, since each node
    keeps a copy; level 1, the quickest."""
    to.parent.mkdir(parents=True, exist_ok=True)
    layer_file = to.with_suffix(".layer")
    layer_digest = write_layer(root, layer_file, compress)
    documents = []
    with tarfile.open(to.with_suffix(".new"), "w") as archive:
        archive.add(layer_file, arcname=f"{layer_digest}/layer.tar", filter=timeless)
        for name, config in names.items():
            image = json.dumps({"architecture": ARCHITECTURE, "os": "linux", "created": EPOCH, "history": [{"created": EPOCH}],
                                "config": config.document(),
                                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_digest}"]}}, sort_keys=True).encode()
            image_name = f"{hashlib.sha256(image).hexdigest()}.json"
            add_bytes(archive, image_name, image)
            documents.append({"Config": image_name, "RepoTags": [name], "Layers": [f"{layer_digest}/layer.tar"]})
        add_bytes(archive, "manifest.json", json.dumps(documents).encode())
    layer_file.unlink()
    to.with_suffix(".new").rename(to)


def image_id(archive: Path) -> str:
    """The id that Docker gives the first image of an archive."""
    with tarfile.open(archive) as opened:
        documents = opened.extractfile("manifest.json")
        assert documents
        return f"sha256:{json.load(documents)[0]['Config'].removesuffix('.json')}"


def write_layer(root: Path, to: Path, compress: bool) -> str:
    """Writes the layer and returns the digest of its uncompressed bytes."""
    digest = hashlib.sha256()
    with open(to, "wb") as file:
        out: IO[bytes] = gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=file, mtime=0) if compress else file
        tar = subprocess.Popen(["tar", "-C", root, "--numeric-owner", "--sort=name", "--mtime=@0", "--xattrs", "-c", "."],
                               stdout=subprocess.PIPE)
        assert tar.stdout
        while chunk := tar.stdout.read(CHUNK):
            digest.update(chunk)
            out.write(chunk)
        if tar.wait() != 0:
            raise OSError(f"tar of {root} failed")
        if compress:
            out.close()
    return digest.hexdigest()


def timeless(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = 0, 0, 0, "", ""
    return entry


def add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
