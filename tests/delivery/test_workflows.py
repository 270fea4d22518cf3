"""What a reviewer asks of a workflow file: nobody can change what it runs but by a commit here, nobody outside gets at a token, and
whatever it does can be done without GitHub, since it is a script."""

import re

import pytest
import yaml

from delivery.workflows import FILES, FOLDER, ROOT, SCRIPTS, commands, jobs, read, run, steps, tool, uses

PINNED = re.compile(r"[\w.-]+/[\w.-]+(?:/[\w./-]+)?@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
OURS = re.compile(r"\./\.github/workflows/[\w-]+\.yaml$")
COMMAND = re.compile(r"(?:\./ff|deploy/ci/[a-z_-]+\.sh)(?: [\w./*:=-]+| \"[\w$./{}-]+\")*$")
WRITES = {"packages: write": "release.yaml", "contents: write": "deploy.yaml release.yaml",
          "id-token: write": "release.yaml terraform.yaml terraform-environment.yaml"}
MINUTES_MAX = 180


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def path(request):
    return request.param


def test_there_is_a_workflow_for_each_step_of_the_delivery():
    assert {path.stem for path in FILES} == {"test", "release", "deploy", "terraform", "terraform-environment"}


def test_actionlint_finds_nothing(path):
    """Its own rules, and shellcheck's for what a step runs."""
    done = run(tool("tools", "actionlint"), "-no-color", path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_would_find_something(tmp_path):
    """An expression of a name that does not exist is the commonest mistake; a linter that is silent on it proves nothing."""
    broken = (FOLDER / "release.yaml").read_text(encoding="utf-8").replace("steps.push.outputs", "steps.pushed.outputs")
    (tmp_path / "broken.yaml").write_text(broken, encoding="utf-8")
    done = run(tool("tools", "actionlint"), "-no-color", tmp_path / "broken.yaml", check=False)
    assert done.returncode == 1 and '"pushed" is not defined' in done.stdout, done.stdout


def test_every_action_is_pinned_by_its_commit_and_says_which_release_that_is():
    unpinned = [f"{where}: {used}" for where, used in uses() if not PINNED.match(used) and not OURS.match(used)]
    assert unpinned == []


def test_an_action_is_in_one_version_only():
    used = {each for _, each in uses() if PINNED.match(each)}
    assert len(used) == len({each.split("@")[0] for each in used}), sorted(used)


def test_a_workflow_of_ours_that_is_used_exists():
    assert [used for _, used in uses() if OURS.match(used) and not (ROOT / used).is_file()] == []


def test_by_default_a_job_may_do_nothing_or_read(path):
    assert read(path)["permissions"] in ({}, {"contents": "read"})


def test_a_job_that_may_write_is_one_that_has_to_and_says_so_by_itself(path):
    for name, job in jobs(path).items():
        given = job.get("permissions", {})
        assert isinstance(given, dict), f"{name}: {given} is everything"
        for what, how in given.items():
            assert how in ("read", "none") or path.name in WRITES.get(f"{what}: {how}", ""), f"{name}: {what}: {how}"


def test_every_permission_to_write_has_its_reason_beside_it(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if re.search(r"^\s+[\w-]+: write\b", line) and " # " not in line] == []


def test_no_workflow_runs_a_strangers_change_with_our_tokens(path):
    on = read(path)["on"]
    assert not {"pull_request_target", "workflow_run", "issue_comment", "issues", "discussion"} & set(on)
    if "pull_request" in on:  # what a pull request starts gets nothing but reading, and AWS only by a role that reads
        written = [job for job in jobs(path).values() for how in job.get("permissions", {}).items() if how[1] == "write"]
        assert all(job.get("if", "").endswith("github.event.pull_request.head.repo.full_name == github.repository)") for job in written)


def test_what_a_step_runs_is_one_command_of_ours():
    others = [f"{where}: {command}" for where, command in commands().items() if not COMMAND.match(command)]
    assert others == []


def test_that_command_exists_and_can_be_run():
    for where, command in commands().items():
        script = ROOT / command.split()[0]
        assert script.is_file() and script.stat().st_mode & 0o111, where


def test_no_expression_is_pasted_into_a_command():
    """They come as variables of the environment, which a shell never reads as program text."""
    assert [where for where, command in commands().items() if "${{" in command] == []
    scripts = [each for each in steps() if "script" in each.content.get("with", {})]
    assert scripts == []


def test_every_variable_of_a_command_is_given_to_its_step():
    for step in steps():
        given = {**step.job.get("env", {}), **step.content.get("env", {})}
        path = FOLDER / step.where.split(",")[0]
        given.update(read(path).get("env", {}))
        needed = set(re.findall(r"\$(\w+)", step.content.get("run", "")))
        assert needed <= given.keys(), f"{step.where}: {needed - given.keys()}"


def test_no_key_is_kept_anywhere(path):
    """Only tokens that end with the run: the workflow's own, and the AWS role's by OpenID Connect."""
    text = path.read_text(encoding="utf-8")
    assert "secrets." not in text and "secrets:" not in text
    assert not re.search(r"aws-(access-key-id|secret-access-key)|AKIA[0-9A-Z]{16}|BEGIN [A-Z ]*PRIVATE KEY|password:", text)


def test_who_takes_on_a_role_of_aws_has_an_identity_to_show():
    for step in steps():
        if step.content.get("uses", "").startswith("aws-actions/configure-aws-credentials@"):
            assert step.content["with"].keys() - {"role-duration-seconds"} == {"role-to-assume", "aws-region"}, step.where
            assert step.job["permissions"]["id-token"] == "write", step.where


def test_a_checkout_leaves_its_token_behind_only_where_something_is_pushed():
    for step in steps():
        if step.content.get("uses", "").startswith("actions/checkout@"):
            pushes = any("deploy/ci/deploy.sh" in each.get("run", "") for each in step.job["steps"])
            assert step.content["with"]["persist-credentials"] is pushes, step.where


def test_nothing_of_a_release_comes_from_a_cache():
    """Whoever may write to a cache (every branch's runs) could otherwise put a program into a release."""
    cached = [step.where for step in steps() if "actions/cache" in step.content.get("uses", "")]
    assert cached and {where.split(",")[0] for where in cached} == {"test.yaml", "terraform.yaml"}


def test_every_job_ends_by_itself(path):
    for name, job in jobs(path).items():
        assert "uses" in job or 0 < job["timeout-minutes"] <= MINUTES_MAX, name


def test_every_change_of_an_environment_waits_for_its_approval():
    """The infrastructure's in an environment of its own: staging's shop is deployed without being asked, its account is not."""
    changing = {"deploy/ci/deploy.sh": "${{ inputs.environment }}", "deploy/ci/terraform.sh apply": "${{ inputs.environment }}-apply"}
    for command, environment in changing.items():
        found = [step for step in steps() if step.content.get("run", "").startswith(command)]
        assert found and {step.job["environment"] for step in found} == {environment}


def test_who_waits_for_an_approval_keeps_nobody_out(path):
    """A group is held while a person thinks; a hotfix, or the way back, would wait behind a release that nobody wants any more."""
    if path.name in ("release.yaml", "deploy.yaml"):
        assert "concurrency" not in read(path) and not [job for job in jobs(path).values() if "concurrency" in job]


def test_by_hand_the_shop_is_deployed_where_there_is_one():
    """Not in any environment that GitHub knows: some are Terraform's."""
    asked = read(FOLDER / "deploy.yaml")["on"]["workflow_dispatch"]["inputs"]["environment"]
    assert (asked["type"], asked["options"]) == ("choice", ["staging", "production"])


def test_a_change_of_the_infrastructure_is_tested_in_an_emulated_account_before_it_is_merged():
    run_ = {step.where: step for step in steps() if step.content.get("run") == "deploy/ci/test.sh terraform"}
    assert [step.job["if"] for step in run_.values()] == ["github.event_name == 'pull_request'"]
    assert "terraform" in jobs(FOLDER / "test.yaml")["every-night"]["strategy"]["matrix"]["suite"]


def test_an_image_is_looked_at_before_it_is_deployed():
    release = jobs(FOLDER / "release.yaml")
    assert [each["run"].split()[0] for each in release["verify"]["steps"] if "run" in each] == ["deploy/ci/verify.sh"]
    assert "verify" in release["staging"]["needs"] and "staging" in release["production"]["needs"]


def test_the_terraform_and_the_cosign_of_the_workflows_are_those_of_the_tests():
    versions = {str(value) for step in steps() for key, value in step.content.get("with", {}).items()
                if key in ("terraform_version", "cosign-release")}
    built = re.search(r"github.com/sigstore/cosign/v3 (v[\d.]+)", (SCRIPTS / "go" / "cosign" / "go.mod").read_text()).group(1)
    assert versions == {"1.11.4", built}


def test_dependabot_looks_after_the_pins():
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    folders = [folder for each in updates for folder in each.get("directories", [each.get("directory")])]
    assert "github-actions" in {each["package-ecosystem"] for each in updates}
    assert all((ROOT / folder.lstrip("/")).is_dir() for folder in folders)
    pinned = {f"/{path.parent.relative_to(ROOT)}" for pattern in ("deploy/ci/go/*/go.mod", "terraform/**/versions.tf") for path in ROOT.glob(pattern)}
    assert pinned <= set(folders)


def test_every_script_says_first_what_it_is_for_and_passes_shellcheck():
    scripts = sorted(SCRIPTS.glob("*.sh"))
    assert all(script.read_text().splitlines()[1].startswith("# ") for script in scripts)
    done = run("shellcheck", *[script.relative_to(ROOT) for script in scripts], check=False)
    assert done.returncode == 0, done.stdout
