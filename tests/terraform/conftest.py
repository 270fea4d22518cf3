"""A whole life of terraform/ in an emulated AWS, by the real Terraform and the real provider: the bucket of the states, production applied into it,
what the tests read back, and the way back (test_way_back.py, which comes last)."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy" / "aws-emulator"))

from harness import emulator, programs, python, settings  # noqa: E402
from harness import terraform as terraform_  # noqa: E402

sys.path.append(str(python.site_packages("moto")))  # boto3; what this environment has itself goes first

PRODUCTION = ("-var-file=environments/production.tfvars", "-var=create_zone=true")
COMMAND_SECONDS_MAX = 900


@pytest.fixture(scope="session", autouse=True)
def usable():
    if why := terraform_.missing():
        pytest.skip(why)


class Module:
    """A root module in a folder of its own, and the environment its commands run in."""

    def __init__(self, folder: pathlib.Path, environment: dict[str, str]):
        self.folder = folder
        self.environment = {**os.environ, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", **environment}

    def terraform(self, *arguments: str, fails: bool = False) -> str:
        """What it said. It must succeed, or fail where that is expected."""
        plain = () if arguments[0] == "state" else ("-no-color",)  # which has no colours
        done = subprocess.run(["terraform", arguments[0], *plain, *arguments[1:]], cwd=self.folder, env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS_MAX, check=False)
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, f"terraform {' '.join(arguments)} exited {done.returncode}\n{said[-6000:]}"
        return said

    def plan(self, *arguments: str) -> dict:
        """The plan as JSON."""
        self.terraform("plan", "-out=the.tfplan", *arguments)
        return json.loads(self.terraform("show", "-json", "the.tfplan"))

    def output(self, name: str):
        return json.loads(self.terraform("output", "-json", name))


def changes(plan: dict) -> dict[str, list[str]]:
    """Address -> what would be done to it, without what stays."""
    return {each["address"]: each["change"]["actions"] for each in plan["resource_changes"] if each["change"]["actions"] not in (["no-op"], ["read"])}


@pytest.fixture(scope="session")
def aws(usable, tmp_path_factory):
    """The emulator's address. Its log stays in the cache's folder of logs."""
    with emulator.Emulator(settings.LOGS / "emulator.log") as address:
        yield address


@pytest.fixture(scope="session")
def sources(usable, tmp_path_factory) -> pathlib.Path:
    return terraform_.copy(tmp_path_factory.mktemp("terraform"))


@pytest.fixture(scope="session")
def state_bucket(aws, sources) -> str:
    """By bootstrap/, as a user does it first."""
    module = Module(sources / "bootstrap", terraform_.against(aws))
    module.terraform("init")
    module.terraform("apply", "-auto-approve", f"-var=region={settings.REGION}")
    return module.output("bucket")


@pytest.fixture(scope="session")
def production(aws, sources, state_bucket) -> Module:
    """environments/production.tfvars, applied; its state in the bucket."""
    module = Module(sources, terraform_.against(aws))
    module.terraform("init", "-backend-config=environments/production.s3.tfbackend", f"-backend-config=bucket={state_bucket}")
    module.first_plan = module.plan(*PRODUCTION)
    module.terraform("apply", "the.tfplan")
    return module


@pytest.fixture(scope="session")
def clients(aws):
    """boto3's clients of the emulator, by service."""
    import boto3  # noqa: PLC0415 from the emulator's own environment

    session = boto3.Session("test", "test", region_name=settings.REGION)
    made = {}

    def client(service: str):
        if service not in made:
            made[service] = session.client(service, endpoint_url=aws)
        return made[service]

    return client


@pytest.fixture(scope="session")
def cluster():
    """The environment of a cluster of `./ff cluster`, if one stands."""
    told = subprocess.run([str(ROOT / "ff"), "cluster", "env"], capture_output=True, text=True, check=False)
    standing = subprocess.run([str(ROOT / "ff"), "cluster", "status"], capture_output=True, text=True, check=False)
    if told.returncode or standing.returncode:
        pytest.skip("no cluster stands: ./ff cluster up, then ./ff test terraform")
    found = dict(re.findall(r"^export (\w+)=(\S+)$", told.stdout, re.M))
    tools = found.pop("PATH").split(":")[0].strip("'\"")
    return {**{name: value.strip("'\"") for name, value in found.items()}, "PATH": f"{tools}:{os.environ['PATH']}"}


@pytest.fixture(scope="session")
def external_secrets_kinds() -> list[pathlib.Path]:
    """The files that make a cluster know SecretStore and ExternalSecret."""
    folder = programs.source(*programs.EXTERNAL_SECRETS) / "config" / "crds" / "bases"
    return [folder / f"external-secrets.io_{kind}.yaml" for kind in ("secretstores", "externalsecrets")]

