"""What can be said of the files without any AWS: their layout, their types, two linters, and that the documents made from them are theirs."""

import json
import os
import re
import subprocess
import sys

import pytest
from harness import programs, python
from harness import terraform as terraform_

from .conftest import ROOT, Module

MODULES = ("terraform", "terraform/bootstrap", "terraform/platform")
BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.M | re.S)


def blocks(kind: str):
    for module in MODULES:
        for path in sorted((ROOT / module).glob("*.tf")):
            for found in BLOCK.finditer(path.read_text()):
                if found[1] == kind:
                    yield f"{module}: {found[2]}", found[3]


def test_the_layout_is_terraforms_own():
    Module(ROOT / "terraform", terraform_.offline()).terraform("fmt", "-check", "-recursive")  # fails where it would change something


@pytest.mark.parametrize("module", MODULES)
def test_every_module_is_valid(module, sources):
    checked = Module(sources.parent / module, {**terraform_.offline(), "TF_DATA_DIR": str(sources.parent / f"data-{module.replace('/', '-')}")})
    checked.terraform("init", "-backend=false")
    told = json.loads(checked.terraform("validate", "-json"))
    assert told["valid"] and not told["diagnostics"], told["diagnostics"]


@pytest.mark.parametrize("module", MODULES)
def test_tflint_finds_nothing(module):
    """Its rules of the language; the ones of AWS can't be had here."""
    done = subprocess.run([str(programs.TFLINT.path), "--chdir", str(ROOT / module), "--config", str(ROOT / "terraform" / ".tflint.hcl"),
                           "--format=compact"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_checkov_finds_nothing_that_is_not_explained_beside_it():
    done = subprocess.run([str(python.program("checkov")), "-m", "checkov.main", "-d", str(ROOT / "terraform"), "--framework", "terraform",
                           "--skip-download", "--compact", "-o", "json"], capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    told = json.loads(done.stdout)
    results = (told[0] if isinstance(told, list) else told)["results"]
    assert len(results["passed_checks"]) > 300  # it looked
    assert not [f"{each['check_id']} {each['resource']}: {each['check_name']}" for each in results["failed_checks"]]
    for each in results["skipped_checks"]:
        assert len(each["check_result"]["suppress_comment"]) > 20, f"{each['check_id']} of {each['resource']} is skipped without a reason"


def test_every_variable_is_typed_described_and_validated():
    for name, body in blocks("variable"):
        assert re.search(r"^  type +=", body, re.M), f"{name} has no type"
        assert re.search(r'^  description = ".{20,}"', body, re.M), f"{name} has no description"
        # A boolean has no third value, a map of tags and an image's name no wrong one that could be told.
        free = re.search(r"^  type +=\s*bool", body, re.M) or name.endswith("database_users_image")
        assert free or "validation {" in body, f"{name} takes anything"


def test_every_output_is_described():
    for name, body in blocks("output"):
        assert re.search(r'^  description = ".{10,}"', body, re.M), f"{name} has no description"


def test_the_readmes_are_made_from_the_files_as_they_are():
    done = subprocess.run([sys.executable, str(ROOT / "deploy" / "aws" / "readme.py"), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}deploy/aws/readme.py writes them"


def test_no_lock_file_of_our_own_build_is_kept():
    """Its hashes would be those of the providers that are built here, and a user's `init` would refuse the published ones."""
    kept = subprocess.run(["git", "ls-files", "terraform"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert not [path for path in kept if path.endswith(".terraform.lock.hcl")]


def test_the_numbers_of_the_shop_are_those_of_its_manifests():
    import tomllib  # noqa: PLC0415

    import yaml  # noqa: PLC0415

    defaults = {name: found[1] for kind in ["variable"] for name, body in blocks(kind) if (found := re.search(r"^  default += (\d+)$", body, re.M))}
    autoscaler = yaml.safe_load((ROOT / "k8s" / "hpa.yaml").read_text())
    deployment = yaml.safe_load((ROOT / "k8s" / "deployment.yaml").read_text())
    database = tomllib.loads((ROOT / "k8s" / "fashionforward.toml").read_text())["database"]
    for module in ("terraform", "terraform/platform"):
        assert int(defaults[f"{module}: shop_pods_max"]) == autoscaler["spec"]["maxReplicas"]
        assert int(defaults[f"{module}: shop_rollout_surge"]) == deployment["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    assert int(defaults["terraform: shop_connections_per_pod"]) == database["committers"] + database["readers"] + 1
