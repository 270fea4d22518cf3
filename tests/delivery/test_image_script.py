"""image.sh: the image of this checkout, by this machine's Docker, and the list of what is inside."""

import json
import os
import pathlib
import shutil
import subprocess
import tarfile

import pytest

from delivery.workflows import ROOT, run
from support.shop_process import binary

NEEDED = ("LICENSE", "web/assets/fonts")


def docker() -> dict:
    """The surroundings in which a Docker daemon answers; the cluster's, where it runs."""
    cluster = pathlib.Path.home() / ".cache/fashionforward/cluster/docker.sock"
    for host in (os.environ.get("DOCKER_HOST"), "unix:///var/run/docker.sock", f"unix://{cluster}"):
        try:
            if host and run("docker", "version", env={**os.environ, "DOCKER_HOST": host}, check=False, timeout=20).returncode == 0:
                return {"DOCKER_HOST": host}
        except (FileNotFoundError, subprocess.TimeoutExpired):
            continue
    pytest.skip("no Docker daemon answers; ./ff cluster docker starts one, or set DOCKER_HOST")


@pytest.fixture
def with_program(checkout):
    for name in NEEDED:
        (checkout.folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, checkout.folder / name)
    checkout.commit("Add what is shipped beside the program")
    return checkout


def test_the_image_and_the_list_of_what_is_inside_are_left_for_the_next_step(with_program):
    if "ID=debian" not in pathlib.Path("/etc/os-release").read_text():
        pytest.skip("image.sh would start a container of Debian, from a registry")
    if not pathlib.Path(binary()).exists():
        pytest.skip("no program is built; ./ff build makes one")
    host, tag = docker(), "0.0.0-test.delivery"
    try:
        told = with_program.script("image.sh", tag, FF_BINARY=str(binary()), timeout=300, **host).stdout.strip()
        assert told == f"build/dist/fashionforward-{tag}.tar"
        with tarfile.open(with_program.folder / told) as saved:
            [image] = json.load(saved.extractfile("manifest.json"))
            settings = json.load(saved.extractfile(image["Config"]))
        assert image["RepoTags"] == [f"fashionforward:{tag}"]
        assert settings["config"]["User"] == "65532:65532" and settings["config"]["Entrypoint"] == ["/usr/bin/fashionforward"]
        labels = settings["config"]["Labels"]
        assert labels["org.opencontainers.image.revision"] == with_program.git("rev-parse", "HEAD")
        contents = json.loads((with_program.folder / "build" / "dist" / f"fashionforward-{tag}.spdx.json").read_text())
        assert "./usr/bin/fashionforward" in {each["fileName"] for each in contents["files"]}
    finally:
        run("docker", "rmi", "--force", f"fashionforward:{tag}", env={**os.environ, **host}, check=False)


def test_a_version_that_is_none_is_refused(checkout):
    assert "usage: image.sh VERSION" in checkout.script("image.sh", "latest", check=False).stderr
