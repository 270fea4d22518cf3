"""The Dockerfile and what it is given; and, with --long, the program compiled twice."""

import fnmatch
import hashlib
import os
import pathlib
import re
import shutil

import pytest

from conftest import command
from support.shop_process import ROOT, binary

LONG = os.environ.get("FF_IMAGE_LONG") == "1"


def files_of_the_repository() -> list[str]:
    """What git tracks, or would."""
    listed = command("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard").stdout.splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


def sent_to_docker(name: str) -> bool:
    """By .dockerignore, whose last line that fits decides. A pattern fits what is below the folder that it names."""
    sent = True
    parents = [name, *map(str, pathlib.PurePosixPath(name).parents)]
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!")
            either = [pattern, pattern.removeprefix("**/")]
            if any(fnmatch.fnmatchcase(each, p) for each in parents for p in either if each != "."):
                sent = line.startswith("!")
    return sent


@pytest.fixture(scope="module")
def context(tmp_path_factory) -> pathlib.Path:
    """The files that `docker build .` sends, in a folder of another name."""
    folder = tmp_path_factory.mktemp("context")
    for name in filter(sent_to_docker, files_of_the_repository()):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return folder


def instructions(keyword: str) -> list[str]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.split(None, 1)[1] for line in text.splitlines() if line.startswith(keyword + " ")]


def test_what_is_sent_to_docker_is_enough_to_build_the_program(context, tmp_path):
    command("cmake", "-G", "Ninja", "-S", context, "-B", tmp_path, "-DCMAKE_BUILD_TYPE=Release")
    inputs = command("ninja", "-C", tmp_path, "-t", "inputs", "fashionforward").stdout.splitlines()
    sources = [pathlib.Path(name) for name in inputs if name.startswith(f"{context}/")]
    assert len(sources) > 100 and [path for path in sources if not path.exists()] == []
    for script in ["ff", "deploy/image/rootfs.sh"]:
        assert os.access(context / script, os.X_OK)


@pytest.mark.parametrize("name", [
    ".git/config", "var/secrets/database-password", "var/shop.db", "build/release/fashionforward", ".venv/bin/python",
    "fashionforward.toml", "terraform.tfstate", ".env", "src/app/__pycache__/x.pyc", "k8s/deployment.yaml",
    "tests/functional/test_api.py",
])
def test_nothing_else_is_sent(name):
    assert not sent_to_docker(name)


def test_the_last_stage_starts_from_nothing_and_runs_as_nobody():
    assert instructions("FROM")[-1] == "scratch"
    assert instructions("USER") == ["65532:65532"]
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    assert instructions("ENTRYPOINT") == ['["/usr/bin/fashionforward"]'] and instructions("CMD") == ['["serve"]']
    assert 'CMD ["/usr/bin/fashionforward", "healthcheck"]' in instructions("HEALTHCHECK")[0]


def test_the_labels_are_those_of_the_oci():
    labels = dict(re.findall(r'org\.opencontainers\.image\.([a-z.]+)="([^"]*)"', instructions("LABEL")[0]))
    assert {"title", "description", "source", "licenses", "version", "revision", "created"} <= labels.keys()
    assert labels["licenses"] == "Apache-2.0"
    for name in ["version", "revision", "created", "source"]:
        assert labels[name] == f"${name.upper()}" and any(a.split("=")[0] == name.upper() for a in instructions("ARG"))


def test_packages_are_listed_in_one_place():
    assert "$(./ff packages)" in " ".join(instructions("RUN"))
    listed = command(ROOT / "ff", "packages").stdout.split()
    assert {"g++", "libpq5", "libcurl4", "tzdata", "ca-certificates"} <= set(listed) and len(listed) == len(set(listed))


@pytest.mark.timeout(3600)
@pytest.mark.skipif(not LONG, reason="compiles the program, some minutes; run it by ./ff test image --long")
def test_compiled_in_another_folder_without_a_cache_the_program_is_the_same_bytes(context, tmp_path):
    """Compared as it is shipped. A build/release that was configured long ago may have found other libraries: remove it first."""
    place = {**os.environ, "CCACHE_DISABLE": "1"}
    command("cmake", "--preset", "release", cwd=context, env=place)
    command("ninja", "-C", context / "build/release", "fashionforward", env=place, timeout=3000)
    digests = []
    for program in [context / "build/release/fashionforward", pathlib.Path(binary())]:
        stripped = tmp_path / f"stripped-{len(digests)}"
        command("strip", "--strip-all", "-o", stripped, program)
        digests.append(hashlib.sha256(stripped.read_bytes()).hexdigest())
    assert digests[0] == digests[1]
