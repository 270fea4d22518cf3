"""terraform/tests/*.tftest.hcl by `terraform test`: subnets, budgets, and what must be refused."""

import json

import pytest
from harness import terraform as terraform_

from .conftest import ROOT, Module

FILES = sorted(path.name for path in (ROOT / "terraform" / "tests").glob("*.tftest.hcl"))


@pytest.fixture(scope="session")
def module(aws, sources):
    made = Module(sources, {**terraform_.against(aws), "TF_DATA_DIR": str(sources.parent / "data-of-tests")})
    made.terraform("init", "-backend=false")
    return made


@pytest.mark.parametrize("name", FILES)
def test_the_modules_own_tests_pass(module, name):
    told = module.terraform("test", "-json", "-var-file=environments/production.tfvars", f"-filter=tests/{name}")
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    summary = next(line["test_summary"] for line in lines if line["type"] == "test_summary")
    wanted = (ROOT / "terraform" / "tests" / name).read_text().count('\nrun "')
    assert (summary["passed"], summary["failed"], summary["errored"]) == (wanted, 0, 0)
