"""The image in containers of a real Docker daemon, with no network at all: what a container is asked, it is asked inside."""

import contextlib
import hashlib
import io
import json
import tarfile
import time

import pytest

from conftest import IMAGE, command
from docker_daemon import DAEMON, WHY_NOT, docker
from support.shop_process import ROOT, binary

TAG = "tried-by-its-tests"
NAME = f"fashionforward:{TAG}"
HEALTHY_SECONDS_MAX = 60
HARDENED = ["--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp"]


pytestmark = pytest.mark.skipif(DAEMON is None, reason=WHY_NOT)


@pytest.fixture(scope="module", autouse=True)
def image():
    """fashionforward:tried-by-its-tests, as ./ff image makes it."""
    printed = command(IMAGE / "build.sh", binary(), TAG, env=DAEMON).stdout
    print(printed)
    yield NAME
    docker("image", "rm", "--force", NAME, check=False)


@contextlib.contextmanager
def serving(*options: str):
    container = docker("run", "--detach", *HARDENED, *options, NAME).stdout.strip()
    try:
        yield container
    finally:
        docker("rm", "--force", "--volumes", container, check=False)


def until_healthy(container: str) -> None:
    deadline = time.monotonic() + HEALTHY_SECONDS_MAX
    while (state := json.loads(docker("inspect", "--format={{json .State}}", container).stdout))["Health"]["Status"] != "healthy":
        assert state["Running"] and time.monotonic() < deadline, (state, docker("logs", container).stderr[-2000:])
        time.sleep(0.5)


def test_with_no_rights_and_a_root_that_cannot_be_written_it_becomes_healthy_and_stops_when_told():
    with serving("--volume=/var/lib/fashionforward") as container:
        until_healthy(container)
        assert docker("exec", container, "/usr/bin/fashionforward", "healthcheck", "--probe=livez").returncode == 0
        assert docker("exec", container, "/usr/bin/fashionforward", "audit").stdout.endswith("I1-I5 hold\n")
        docker("stop", "--time=60", container)
        assert docker("inspect", "--format={{.State.ExitCode}}", container).stdout.strip() == "0"


def test_any_other_user_will_do():
    with serving("--user=12345:12345", "--tmpfs=/var/lib/fashionforward:mode=1777") as container:
        until_healthy(container)


def test_its_root_cannot_be_written():
    for path in ["/shop.db", "/etc/shop.db", "/usr/bin/shop.db"]:
        done = docker("run", "--rm", *HARDENED, NAME, "migrate", "--database-url", f"sqlite:{path}", check=False)
        assert done.returncode == 1, done.stderr


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash", "/usr/bin/env", "/bin/busybox"])
def test_there_is_no_shell(shell):
    done = docker("run", "--rm", *HARDENED, f"--entrypoint={shell}", NAME, check=False)
    assert done.returncode == 127


def test_its_settings_are_those_of_the_dockerfile():
    settings = json.loads(docker("image", "inspect", NAME).stdout)[0]["Config"]
    assert settings["User"] == "65532:65532" and settings["WorkingDir"] == "/var/lib/fashionforward"
    assert settings["StopSignal"] == "SIGTERM"
    assert settings["Entrypoint"] == ["/usr/bin/fashionforward"] and settings["Cmd"] == ["serve"]
    assert settings["Healthcheck"]["Test"] == ["CMD", "/usr/bin/fashionforward", "healthcheck"]
    assert sorted(settings["ExposedPorts"]) == ["8080/tcp", "9090/tcp"]
    assert settings["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert settings["Labels"]["org.opencontainers.image.revision"] != "unknown"


def contents(layer: tarfile.TarFile) -> dict:
    """name -> all that a container sees of it"""
    return {member.name.removeprefix("./").rstrip("/"): (
        member.type, oct(member.mode & 0o7777), member.uid, member.gid, int(member.mtime), member.linkname,
        hashlib.sha256(layer.extractfile(member).read()).hexdigest() if member.isreg() else "")
        for member in layer if member.name != "."}


def test_its_one_layer_is_the_content_whose_digest_was_printed(tmp_path):
    docker("save", "--output", str(tmp_path / "image.tar"), NAME)
    with tarfile.open(tmp_path / "image.tar") as image:
        layers = json.load(image.extractfile("manifest.json"))[0]["Layers"]
        assert len(layers) == 1
        with tarfile.open(fileobj=io.BytesIO(image.extractfile(layers[0]).read())) as layer, \
                tarfile.open(ROOT / "build/image/rootfs.tar") as packed:
            assert contents(layer) == contents(packed)
