"""The services of compose.yaml in containers: the shop opens, sells, and its books are right.

By docker itself, one command for each service in the order that they depend on each other: so it needs no compose, and what is
tried is what the file says of users, rights, folders, secrets and networks. Only names and the published port are others.
"""

import json
import os
import pathlib
import time

import pytest
import yaml

from conftest import IMAGE, command
from docker_daemon import DAEMON, WHY_NOT, docker
from support import api
from support.shop_process import ROOT, binary

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
TAG = "composed-by-its-tests"
PREFIX = f"ff-compose-{os.getpid()}-"
HEALTHY_SECONDS_MAX = 120
POSTGRES = COMPOSE["services"]["database"]["image"]


def has(image: str) -> bool:
    return docker("image", "inspect", image, check=False).returncode == 0


pytestmark = [
    pytest.mark.skipif(DAEMON is None, reason=WHY_NOT),
    pytest.mark.skipif(DAEMON is not None and not has(POSTGRES), reason=f"no {POSTGRES}: docker pull, or ./ff cluster docker"),
]


class Composed:
    """The project: its networks, its volumes, its secrets, and services that are started one by one."""

    def __init__(self, folder: pathlib.Path):
        self.secrets = folder
        for name in COMPOSE["secrets"]:
            (folder / name).write_text(os.urandom(24).hex() + "\n")
            (folder / name).chmod(0o644)  # read by other users than this one
        for parent in [folder, *folder.parents]:
            if parent.is_relative_to("/tmp") and parent != pathlib.Path("/tmp"):
                parent.chmod(0o755)

    def __enter__(self) -> "Composed":
        for name, network in COMPOSE["networks"].items():
            docker("network", "create", *(["--internal"] if network.get("internal") else []), PREFIX + name)
        return self

    def __exit__(self, *_):
        for name in COMPOSE["services"]:
            docker("rm", "--force", "--volumes", PREFIX + name, check=False)
        for name in COMPOSE["networks"]:
            docker("network", "rm", PREFIX + name, check=False)
        for name in COMPOSE["volumes"]:
            docker("volume", "rm", PREFIX + name, check=False)

    def create(self, name: str) -> str:
        """The service's container, not started."""
        service = COMPOSE["services"][name]
        first, *others = service["networks"]
        arguments = ["--name", PREFIX + name, "--network", PREFIX + first, "--network-alias", name]
        arguments += ["--read-only"] if service["read_only"] else []
        arguments += [f"--cap-drop={each}" for each in service["cap_drop"]]
        arguments += [f"--security-opt={each}" for each in service["security_opt"]]
        arguments += [f"--user={service['user']}"] if "user" in service else []
        arguments += [f"--env={key}={value}" for key, value in service.get("environment", {}).items()]
        arguments += [f"--tmpfs={each}" for each in service.get("tmpfs", [])]
        arguments += [f"--volume={ROOT / each if each.startswith('./') else PREFIX + each}" for each in service.get("volumes", [])]
        arguments += [f"--volume={self.secrets / each}:/run/secrets/{each}:ro" for each in service.get("secrets", [])]
        arguments += ["--publish=127.0.0.1::8080"] if "ports" in service else []
        arguments += [f"--stop-signal={service['stop_signal']}"] if "stop_signal" in service else []
        image = f"fashionforward:{TAG}" if "build" in service else service["image"]
        docker("create", *arguments, image, *service.get("command", []))
        for other in others:
            docker("network", "connect", PREFIX + other, PREFIX + name)
        return PREFIX + name

    def run(self, name: str) -> str:
        """To its end; what it printed."""
        container = self.create(name)
        done = docker("start", "--attach", container, check=False)
        assert done.returncode == 0, (name, done.stdout, done.stderr)
        docker("rm", "--volumes", container)
        return done.stdout

    def start(self, name: str) -> str:
        """Until it is well, by the check that compose would wait for."""
        container = self.create(name)
        docker("start", container)
        test = COMPOSE["services"][name].get("healthcheck", {}).get("test", ["CMD", "/usr/bin/fashionforward", "healthcheck"])
        deadline = time.monotonic() + HEALTHY_SECONDS_MAX
        while docker("exec", container, *test[1:], check=False).returncode != 0:
            state = json.loads(docker("inspect", "--format={{json .State}}", container).stdout)
            assert state["Running"] and time.monotonic() < deadline, docker("logs", container, check=False)
            time.sleep(0.5)
        return container


def test_the_shop_opens_sells_and_its_books_are_right(tmp_path):
    command(IMAGE / "build.sh", binary(), TAG, env=DAEMON)
    try:
        with Composed(tmp_path) as composed:
            database = composed.start("database")
            composed.run("migrate")
            assert "products" in composed.run("seed")
            composed.start("payment-gateway")
            shop = composed.start("shop")
            address = docker("port", shop, "8080/tcp").stdout.strip()
            client = api.Client(f"http://{address}")
            _, _, found = client.request("GET", "/api/v1/products?limit=1&available=true")
            variant = next(v for v in client.variants(found["products"][0]["handle"]) if v["stock"] == "in_stock")
            assert client.checkout(api.token(), api.token(), [(variant["id"], 1)], api.card())[0] == 201
            audited = composed.run("audit")
            assert "1 orders" in audited and audited.endswith("I1-I5 hold\n")
            for container in [shop, database]:
                docker("stop", "--time=60", container)
                assert docker("inspect", "--format={{.State.ExitCode}}", container).stdout.strip() == "0"
    finally:
        docker("image", "rm", "--force", f"fashionforward:{TAG}", check=False)
