"""Where an image comes from, as the build server tells it."""

import json
import os

import pytest

from delivery.workflows import SCRIPTS, run

COMMIT = "c" * 40
GITHUB = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "ada/shop", "GITHUB_SHA": COMMIT, "GITHUB_REF": "refs/tags/v1.2.3",
          "GITHUB_WORKFLOW_REF": "ada/shop/.github/workflows/release.yaml@refs/tags/v1.2.3", "GITHUB_RUN_ID": "42",
          "GITHUB_RUN_ATTEMPT": "2", "GITHUB_EVENT_NAME": "push", "RUNNER_ENVIRONMENT": "github-hosted"}
JENKINS = {"JENKINS_URL": "https://jenkins.example.com/", "GIT_URL": "https://github.com/ada/shop.git", "GIT_COMMIT": COMMIT,
           "JOB_NAME": "shop/v1.2.3", "BUILD_URL": "https://jenkins.example.com/job/shop/7/", "NODE_NAME": "agent-1"}


def predicate(facts: dict, check: bool = True):
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "JENKINS_"))}
    return run("python3", SCRIPTS / "provenance.py", env={**clean, **facts}, check=check)


@pytest.mark.parametrize("facts", [GITHUB, JENKINS], ids=["github", "jenkins"])
def test_it_names_commit_builder_and_run(facts):
    told = json.loads(predicate(facts).stdout)
    assert told["buildDefinition"]["resolvedDependencies"][0]["digest"] == {"gitCommit": COMMIT}
    assert told["runDetails"]["builder"]["id"].startswith("https://")
    assert told["runDetails"]["metadata"]["invocationId"] in (
        "https://github.com/ada/shop/actions/runs/42/attempts/2", "https://jenkins.example.com/job/shop/7/")
    # https://slsa.dev/spec/v1.0/provenance#schema: what is required.
    assert told["buildDefinition"].keys() >= {"buildType", "externalParameters"}


def test_of_github_the_workflow_and_the_tag_it_ran_for(facts=GITHUB):
    workflow = json.loads(predicate(facts).stdout)["buildDefinition"]["externalParameters"]["workflow"]
    assert workflow == {"ref": "refs/tags/v1.2.3", "repository": "https://github.com/ada/shop", "path": ".github/workflows/release.yaml"}


@pytest.mark.parametrize("missing", sorted(set(GITHUB) - {"RUNNER_ENVIRONMENT"}))
def test_a_fact_that_nobody_states_is_not_made_up(missing):
    done = predicate({key: value for key, value in GITHUB.items() if key != missing}, check=False)
    assert done.returncode == 1 and missing in done.stderr and done.stdout == ""


def test_a_laptop_states_nothing():
    assert predicate({}, check=False).returncode == 1
