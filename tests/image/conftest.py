"""What the image's tests share: its content, packed from the program as ./ff image does it."""

import json
import os
import pathlib
import subprocess
import tarfile

import pytest

from support.shop_process import ROOT, binary

IMAGE = ROOT / "deploy" / "image"


def command(*arguments, check: bool = True, **options) -> subprocess.CompletedProcess:
    """A program to its end, output captured as text."""
    options.setdefault("timeout", 300)
    done = subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{arguments} exited {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def pack(folder: pathlib.Path, *, program: str = "", **environment: str) -> pathlib.Path:
    """The content of the image: folder/rootfs, and as one tar, which is returned."""
    surroundings = {**os.environ, **environment}
    command(IMAGE / "rootfs.sh", program or binary(), folder / "rootfs", env=surroundings)
    command(IMAGE / "layer.sh", folder / "rootfs", folder / "rootfs.tar", env=surroundings)
    return folder / "rootfs.tar"


@pytest.fixture(scope="session")
def layer(tmp_path_factory) -> pathlib.Path:
    """The image's one layer, a tar; the folder rootfs beside it holds the same."""
    return pack(tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="session")
def rootfs(layer) -> pathlib.Path:
    return layer.with_name("rootfs")


@pytest.fixture(scope="session")
def members(layer) -> dict[str, tarfile.TarInfo]:
    """What the layer holds, by name: "usr/bin/fashionforward"."""
    with tarfile.open(layer) as opened:
        return {member.name.removeprefix("./"): member for member in opened if member.name != "."}


@pytest.fixture(scope="session")
def sbom(layer) -> dict:
    return json.loads(command("/usr/bin/python3", IMAGE / "sbom.py", layer, "--version", "1.2.3").stdout)
