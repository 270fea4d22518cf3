"""Plan and apply as the workflow does them, by the real terraform on a module that needs no provider: a plan is shown, and what is
applied is that plan or nothing."""

import re

import pytest

from delivery.workflows import FILES, ROOT, need

MODULE = """\
variable "size" { type = number }
variable "moved_by_the_world" {
  type    = string
  default = "here"
}
resource "terraform_data" "queue" { input = var.size }
resource "terraform_data" "world" { input = var.moved_by_the_world }
output "size" { value = terraform_data.queue.output }
"""


@pytest.fixture
def infrastructure(checkout):
    need("terraform", "which is installed from its maker's own packages")
    checkout.write("terraform/versions.tf", 'terraform {\n  required_version = ">= 1.11"\n  backend "local" {}\n}\n')
    checkout.write("terraform/main.tf", MODULE)
    checkout.write("terraform/environments/staging.tfvars", "size = 1\n")
    checkout.write("terraform/environments/staging.s3.tfbackend", 'path = "staging.tfstate"\n')
    checkout.commit("Describe the infrastructure")
    return checkout


def terraform(checkout, *arguments: str, **options):
    return checkout.script("terraform.sh", *arguments, **options)


def fingerprint(checkout, **environment: str) -> str:
    return terraform(checkout, "plan", "staging", **environment).stdout.strip()


def test_a_plan_is_shown_on_the_runs_page_and_has_a_fingerprint(infrastructure, tmp_path):
    told = fingerprint(infrastructure, GITHUB_STEP_SUMMARY=str(tmp_path / "page"))
    assert re.fullmatch(r"[0-9a-f]{64}", told)
    assert "terraform_data.queue will be created" in (tmp_path / "page").read_text()


def test_the_same_plan_has_the_same_fingerprint_and_another_one_another(infrastructure):
    first = fingerprint(infrastructure)
    assert fingerprint(infrastructure) == first
    infrastructure.write("terraform/environments/staging.tfvars", "size = 2\n")
    assert fingerprint(infrastructure) != first


def test_what_was_approved_is_applied_and_then_nothing_is_left(infrastructure):
    terraform(infrastructure, "apply", "staging", fingerprint(infrastructure))
    assert fingerprint(infrastructure) == "none"
    assert "Nothing was to be changed" in terraform(infrastructure, "apply", "staging", "none").stderr


def test_what_was_not_approved_is_not_applied(infrastructure):
    approved = fingerprint(infrastructure)
    done = terraform(infrastructure, "apply", "staging", approved, check=False, TF_VAR_moved_by_the_world="elsewhere")
    assert done.returncode == 1 and "not the plan that was approved" in done.stderr
    assert fingerprint(infrastructure) == approved, "something was applied all the same"


def test_an_approval_is_for_once(infrastructure):
    approved = fingerprint(infrastructure)
    terraform(infrastructure, "apply", "staging", approved)
    done = terraform(infrastructure, "apply", "staging", approved, check=False)
    assert done.returncode == 1 and "somebody else has applied it" in done.stderr


def test_no_plan_is_left_on_the_machine(infrastructure, tmp_path):
    (tmp_path / "temporary").mkdir()
    terraform(infrastructure, "plan", "staging", TMPDIR=str(tmp_path / "temporary"))
    assert list((tmp_path / "temporary").iterdir()) == []
    assert infrastructure.git("ls-files", "--others", "--exclude-standard", "--", "*plan*") == ""


def test_a_plan_that_fails_is_no_empty_plan(infrastructure):
    infrastructure.write("terraform/broken.tf", 'output "nothing" { value = var.absent }\n')
    done = terraform(infrastructure, "plan", "staging", check=False)
    assert done.returncode == 1 and done.stdout == ""


def test_an_environment_is_one_that_has_variables(infrastructure):
    for name in ("production", "../staging", "staging -auto-approve"):
        assert "there is no" in terraform(infrastructure, "plan", name, check=False).stderr


def test_a_check_finds_what_is_misshapen_and_what_is_invalid(infrastructure):
    terraform(infrastructure, "check")
    infrastructure.write("terraform/main.tf", MODULE.replace('  type    =', '  type =', 1))
    assert terraform(infrastructure, "check", check=False).returncode != 0
    infrastructure.write("terraform/main.tf", MODULE + 'output "nothing" { value = var.absent }\n')
    assert terraform(infrastructure, "check", check=False).returncode != 0


OUTPUTS = """\
output "region" { value = "eu-central-1" }
output "github_role_arns" { value = { plan = "arn:aws:iam::1:role/p", apply = "arn:aws:iam::1:role/a", release = "arn:aws:iam::1:role/r" } }
output "repository_urls" { value = { fashionforward = "1.dkr.ecr.eu-central-1.amazonaws.com/shop" } }
"""


def test_github_is_told_the_roles_that_terraform_made(infrastructure):
    """By the names that the workflows ask for."""
    infrastructure.write("terraform/more.tf", OUTPUTS)
    for name in ("staging", "production"):
        infrastructure.write(f"terraform/environments/{name}.tfvars", "size = 1\n")
        infrastructure.write(f"terraform/environments/{name}.s3.tfbackend", f'path = "{name}.tfstate"\n')
        terraform(infrastructure, "apply", name, terraform(infrastructure, "plan", name).stdout.strip())
    told = "".join(infrastructure.script("github_variables.sh", name).stdout for name in ("staging", "production"))
    asked = set(re.findall(r"vars\.(\w+)", "".join(path.read_text() for path in FILES)))
    assert set(re.findall(r"gh variable set (\w+)", told)) == asked
    assert "gh variable set AWS_APPLY_ROLE --body arn:aws:iam::1:role/a --env staging-apply\n" in told


def test_before_the_roles_exist_it_says_what_is_missing(infrastructure):
    terraform(infrastructure, "apply", "staging", fingerprint(infrastructure))
    done = infrastructure.script("github_variables.sh", "staging", check=False)
    assert done.returncode == 1 and "github_repository" in done.stderr


def test_the_real_module_has_the_outputs_and_the_trust_that_the_workflows_count_on():
    module = ROOT / "terraform"
    if not (module / "outputs.tf").exists():
        pytest.skip("terraform/ is not here yet")
    outputs, github = (module / "outputs.tf").read_text(), (module / "github.tf").read_text()
    assert all(f'output "{name}"' in outputs for name in ("region", "github_role_arns", "repository_urls"))
    # Jobs that run in a GitHub environment show that, and no branch: terraform-environment.yaml.
    assert ":environment:${var.environment}-plan" in github and ":environment:${var.environment}-apply" in github
    assert ":ref:refs/tags/v*" in github  # release.yaml's jobs run in none
    for name in ("staging", "production"):
        assert (module / "environments" / f"{name}.tfvars").exists() and (module / "environments" / f"{name}.s3.tfbackend").exists()
