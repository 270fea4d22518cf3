"""The role that plans, at work: the emulator refuses what its policies don't allow. It knows actions and most resources, and no conditions, so the
role that applies (whose rights on IAM end at names) can't be tried like that: test_policies.py reads its policies instead."""

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .conftest import PRODUCTION, Module, changes

NAME = "fashionforward-production"


@contextmanager
def rights_matter(aws: str) -> Iterator[None]:
    def after(actions: str) -> None:
        """From that many on; a request before them is anybody's."""
        asked = urllib.request.Request(f"{aws}/moto-api/reset-auth", data=actions.encode(), headers={"Content-Type": "text/plain"})
        with urllib.request.urlopen(asked, timeout=30):
            pass

    after("0")
    try:
        yield
    finally:
        after("inf")


@pytest.fixture(scope="module")
def planner(production, clients) -> Module:
    """Terraform with the credentials of the role that a pull request's job assumes."""
    role = production.output("github_role_arns")["plan"]
    given = clients("sts").assume_role(RoleArn=role, RoleSessionName="pull-request")["Credentials"]
    return Module(production.folder, {**production.environment, "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
                                      "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"], "AWS_SESSION_TOKEN": given["SessionToken"]})


def test_the_role_that_plans_can_read_all_that_a_plan_reads(aws, planner):
    with rights_matter(aws):
        assert changes(planner.plan("-lock=false", *PRODUCTION)) == {}


def test_it_can_take_no_lock(aws, planner):
    """Which is why deploy/ci/terraform.sh plans without one."""
    with rights_matter(aws):
        said = planner.terraform("plan", *PRODUCTION, fails=True)
    assert "Error acquiring the state lock" in said and "Access Denied" in said


def test_it_reads_no_other_object_and_no_log(aws, planner, clients, state_bucket):
    """The state of its environment is what it planned by; what lies beside it, and what was logged, it has no use for."""
    import boto3  # noqa: PLC0415 from the emulator's own environment
    from botocore.exceptions import ClientError  # noqa: PLC0415

    given = planner.environment
    session = boto3.Session(given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], given["AWS_SESSION_TOKEN"], "eu-central-1")
    clients("s3").put_object(Bucket=state_bucket, Key="staging/terraform.tfstate", Body=b"{}")
    group = clients("logs").describe_log_groups(logGroupNamePrefix="/aws/eks")["logGroups"][0]["logGroupName"]
    s3, logs = (session.client(service, endpoint_url=aws) for service in ("s3", "logs"))
    try:
        with rights_matter(aws):
            assert s3.get_object(Bucket=state_bucket, Key="production/terraform.tfstate")["Body"].read()
            with pytest.raises(ClientError, match="(?i)denied"):
                s3.get_object(Bucket=state_bucket, Key="staging/terraform.tfstate")
            with pytest.raises(ClientError, match="(?i)denied|not authorized"):
                logs.filter_log_events(logGroupName=group)
    finally:
        clients("s3").delete_object(Bucket=state_bucket, Key="staging/terraform.tfstate")


def test_it_can_change_nothing(aws, planner, clients):
    with rights_matter(aws):
        planner.plan("-lock=false", *PRODUCTION, "-var=system_nodes_max=9")
        said = planner.terraform("apply", "-lock=false", "the.tfplan", fails=True)
    assert "UpdateNodegroupConfig" in said and "StatusCode: 403" in said
    nodes = clients("eks").describe_nodegroup(clusterName=NAME, nodegroupName="system")["nodegroup"]
    assert nodes["scalingConfig"]["maxSize"] == 6
