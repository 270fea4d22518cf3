"""Which Docker daemon the image's tests use, and one call of it."""

import contextlib
import os
import pathlib
import subprocess

from conftest import command


def daemon() -> dict | None:
    """The environment by which a Docker daemon answers; None when none does. The cluster's is taken where it runs."""
    caches = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    cluster = caches / "fashionforward/cluster/docker.sock"
    for host in [os.environ.get("DOCKER_HOST"), "unix:///var/run/docker.sock", f"unix://{cluster}"]:
        if host:
            surroundings = {**os.environ, "DOCKER_HOST": host}
            with contextlib.suppress(FileNotFoundError, subprocess.TimeoutExpired):
                if command("docker", "version", env=surroundings, check=False, timeout=20).returncode == 0:
                    return surroundings
    return None


DAEMON = daemon()
WHY_NOT = "no Docker daemon answers; ./ff cluster docker starts one, or set DOCKER_HOST"


def docker(*arguments: str, check: bool = True, **options) -> subprocess.CompletedProcess:
    return command("docker", *arguments, env=DAEMON, check=check, **options)
