"""Every policy that was made, read back and read: no wildcard that is not explained here, and each role assumable by its one subject."""

import fnmatch
import json
import re
import urllib.parse

import pytest
import yaml

from .conftest import ROOT

NAME = "fashionforward-production"
ACCOUNT = "123456789012"

# (policy, statement): why its resource may be "*". An action may never be.
EVERY_RESOURCE = {
    ("external-dns", "FindTheZone"): "route53:ListHostedZones knows no resource",
    ("load-balancer", "Look"): "descriptions know no resource",
    ("karpenter", "Look"): "descriptions know no resource; the region is a condition",
    ("karpenter", "WhatItCosts"): "pricing:GetProducts knows no resource",
    ("karpenter", "LookForProfilesOfItsOwn"): "iam:ListInstanceProfiles is for all or none",
    ("github-plan", "MakeUpPasswords"): "secretsmanager:GetRandomPassword knows no resource",
    ("github-release", "LogIn"): "ecr:GetAuthorizationToken knows no resource",
}
# Resource ARNs that end in a name nobody knows before: what may make or end them is bound by tags.
OPEN_ENDED = {
    "karpenter": ("image/*", "snapshot/*", "launch-template/*", "fleet/*", "instance/*", "volume/*", "network-interface/*", "spot-instances-request/*",
                  "parameter/aws/service/bottlerocket/*"),
    "load-balancer": ("loadbalancer/app/k8s-*", "targetgroup/k8s-*", "listener/app/k8s-*", "listener-rule/app/k8s-*",
                      f"regional/webacl/{NAME}/*"),
    "github-plan": ("key/*",),  # the one with the alias of the states' bucket
    "github-apply": (f"role/{NAME}-*", f"instance-profile/{NAME}-*"),
    "flow-log": (":*",),  # the streams of its one group
}
# AWS' own policies, and why not one of ours.
MANAGED = {
    "AmazonEKSClusterPolicy": "the control plane's rights, which AWS changes with it",
    "AmazonEKSWorkerNodeMinimalPolicy": "a node's, the smaller of the two there are",
    "AmazonEC2ContainerRegistryPullOnly": "pulls",
    "AmazonEKS_CNI_Policy": "the CNI's, which AWS changes with it",
    "service-role/AmazonEBSCSIDriverPolicy": "the EBS driver's, as above",
    "service-role/AmazonRDSEnhancedMonitoringRole": "writes one log group",
    "service-role/AWSBackupServiceRolePolicyForBackup": "AWS Backup's, as above",
    "service-role/AWSBackupServiceRolePolicyForRestores": "AWS Backup's, as above",
    "ReadOnlyAccess": "a plan reads every kind of thing; what is in them is denied again",
    "PowerUserAccess": "who applies may make what the module describes, without IAM, after an approval",
}
# What makes an action on "instance/*" and the like harmless.
BOUND_BY = ("aws:ResourceTag/", "aws:RequestTag/", "iam:PassedToService", "elasticloadbalancing:CreateAction", "ec2:CreateAction",
            "kms:ResourceAliases")


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


def document(value) -> dict:
    return value if isinstance(value, dict) else json.loads(urllib.parse.unquote(value))


@pytest.fixture(scope="session")
def roles(production, clients) -> dict[str, dict]:
    """Those of the module, by the end of their name."""
    pages = clients("iam").get_paginator("list_roles").paginate()
    return {role["RoleName"].removeprefix(f"{NAME}-"): role for page in pages for role in page["Roles"] if role["RoleName"].startswith(f"{NAME}-")}


@pytest.fixture(scope="session")
def every_statement(roles, clients) -> list[tuple[str, dict]]:
    """(role, statement) of every inline policy."""
    found = []
    for name, role in roles.items():
        for policy in clients("iam").list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
            told = document(clients("iam").get_role_policy(RoleName=role["RoleName"], PolicyName=policy)["PolicyDocument"])
            found += [(name, statement) for statement in listed(told["Statement"])]
    assert len(found) > 30
    return found


@pytest.fixture(scope="session")
def statements(every_statement) -> list[tuple[str, dict]]:
    """Those that give a right. What takes one away may be as wide as it likes."""
    return [(role, each) for role, each in every_statement if each["Effect"] == "Allow"]


@pytest.fixture(scope="session")
def denied(every_statement) -> list[tuple[str, dict]]:
    return [(role, each) for role, each in every_statement if each["Effect"] == "Deny"]


def test_no_action_is_a_wildcard(statements):
    for role, statement in statements:
        assert "NotAction" not in statement and "NotResource" not in statement, role
        assert not [action for action in listed(statement["Action"]) if "*" in action], (role, statement["Sid"])


def test_every_resource_is_named_or_explained(statements):
    used = set()
    for role, statement in statements:
        for resource in listed(statement["Resource"]):
            if resource == "*":
                assert (role, statement["Sid"]) in EVERY_RESOURCE, (role, statement["Sid"])
                used.add((role, statement["Sid"]))
            elif "*" in resource:
                assert [end for end in OPEN_ENDED.get(role, ()) if resource.endswith(end)], (role, statement["Sid"], resource)
    assert used == set(EVERY_RESOURCE), "an explanation without its wildcard"


def test_what_may_change_things_without_a_name_is_bound_by_tags(statements):
    """But for launching from images and subnets, of which the right to make the instance is bound."""
    for role, statement in statements:
        open_ended = [each for each in listed(statement["Resource"]) if each != "*" and each.endswith("/*")]
        # The web ACL's ends in an id; which ACL it is, its name says.
        if not open_ended or role == "github-apply" or statement["Sid"] in ("LaunchFromImagesAndSubnets", "WhichImage", "AttachTheWebAcl"):
            continue
        keys = [key for condition in statement.get("Condition", {}).values() for key in condition]
        assert [key for key in keys if key.startswith(BOUND_BY)], (role, statement["Sid"])


def test_only_the_pipeline_passes_roles_on_and_only_to_their_services(statements):
    passing = {(role, statement["Sid"]): statement for role, statement in statements if "iam:PassRole" in listed(statement["Action"])}
    assert {role for role, _ in passing} == {"karpenter", "github-apply"}
    for statement in passing.values():
        assert statement["Condition"]["StringEquals"]["iam:PassedToService"]


def test_of_aws_own_policies_only_those_with_a_reason_are_attached(roles, clients):
    attached = set()
    for role in roles.values():
        for policy in clients("iam").list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]:
            attached.add(policy["PolicyArn"].removeprefix("arn:aws:iam::aws:policy/"))
    assert attached == set(MANAGED)


def test_a_plan_may_decrypt_the_states_and_nothing_else(statements, state_bucket, clients):
    """Of the keys only the one that bootstrap/ made, and that only through S3."""
    statement, = (each for role, each in statements if role == "github-plan" and "kms:Decrypt" in listed(each["Action"]))
    told = {key: listed(value) for condition in statement["Condition"].values() for key, value in condition.items()}
    rule, = clients("s3").get_bucket_encryption(Bucket=state_bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    key = rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"].split("/")[-1]
    aliases = [each["AliasName"] for each in clients("kms").list_aliases()["Aliases"] if each.get("TargetKeyId") == key]
    assert told == {"kms:ResourceAliases": aliases, "kms:ViaService": ["s3.eu-central-1.amazonaws.com"]}


def test_a_plan_reads_no_object_but_its_state_and_nothing_that_is_kept_in_things(denied):
    """AWS' list of what only reads has all of it; a pull request's code runs with this role."""
    told = {each["Sid"]: each for role, each in denied if role == "github-plan"}
    backend = (ROOT / "terraform" / "environments" / "production.s3.tfbackend").read_text()
    key = re.search(r'^key += "(.+)"', backend, re.M)[1]
    assert listed(told["NoObjectButTheState"]["NotResource"]) == [f"arn:aws:s3:::*/{key}"]
    assert listed(told["NoObjectButTheState"]["Action"]) == ["s3:GetObject*"]
    assert {"ssm:GetParameter*", "logs:GetLogEvents", "logs:FilterLogEvents", "logs:StartQuery", "sqs:ReceiveMessage"} <= set(told["NoContents"]["Action"])
    assert listed(told["NoContents"]["Resource"]) == ["*"] and "Condition" not in told["NoContents"]


def test_the_load_balancer_controller_may_tag_all_that_it_makes_while_it_makes_it(statements):
    """It tags listeners and rules, too; without the right no load balancer would have any."""
    told = {each["Sid"]: each for role, each in statements if role == "load-balancer"}
    tagging = told["TagWhileCreating"]
    created = {action.split(":")[1] for statement in told.values() for action in listed(statement["Action"])
               if action.startswith("elasticloadbalancing:Create")}
    assert set(listed(tagging["Condition"]["StringEquals"]["elasticloadbalancing:CreateAction"])) == created
    kinds = {resource.split(":")[-1].split("/")[0] for resource in listed(tagging["Resource"])}
    assert kinds == {"loadbalancer", "targetgroup", "listener", "listener-rule"}


def test_the_controller_may_let_go_of_a_web_acl_that_is_off_by_now(statements):
    """Its right is for the name, which stays when waf_enabled goes."""
    attaching, = (each for role, each in statements if role == "load-balancer" and "wafv2:DisassociateWebACL" in listed(each["Action"]))
    assert f"arn:aws:wafv2:eu-central-1:{ACCOUNT}:regional/webacl/{NAME}/*" in listed(attaching["Resource"])


def test_what_the_pipeline_makes_is_bounded(roles, statements, clients, state_bucket):
    """By the policy that bootstrap/ makes, and so is the pipeline: no role without it, and no way to change it."""
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/fashionforward-boundary"
    for name, role in roles.items():
        asked = clients("iam").get_role(RoleName=role["RoleName"])["Role"]
        assert asked["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary, name
    making, = (each for role, each in statements if role == "github-apply" and "iam:CreateRole" in listed(each["Action"]))
    assert making["Condition"]["StringEquals"] == {"iam:PermissionsBoundary": boundary}
    version = clients("iam").get_policy(PolicyArn=boundary)["Policy"]["DefaultVersionId"]
    told = document(clients("iam").get_policy_version(PolicyArn=boundary, VersionId=version)["PolicyVersion"]["Document"])["Statement"]
    refused = {action for each in told if each["Effect"] == "Deny" for action in listed(each["Action"])}
    assert set(listed(making["Action"])) <= refused  # without the boundary
    assert {"iam:CreateUser", "iam:CreateAccessKey", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeleteRolePermissionsBoundary"} <= refused


def test_an_apply_has_its_rights_for_as_long_as_its_job_may_take(roles, clients):
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "terraform-environment.yaml").read_text())["jobs"]
    told, = (step["with"]["role-duration-seconds"] for step in jobs["apply"]["steps"] if "role-duration-seconds" in step.get("with", {}))
    assert told == clients("iam").get_role(RoleName=roles["github-apply"]["RoleName"])["Role"]["MaxSessionDuration"]
    assert told >= jobs["apply"]["timeout-minutes"] * 60


def test_no_user_and_no_key_is_made(production, clients):
    assert clients("iam").list_users()["Users"] == []


PODS = {"vpc-cni": "kube-system/aws-node", "ebs-csi": "kube-system/ebs-csi-controller-sa", "karpenter": "kube-system/karpenter",
        "load-balancer": "kube-system/aws-load-balancer-controller", "external-secrets": "external-secrets/external-secrets",
        "external-dns": "external-dns/external-dns"}
SERVICES = {"cluster": "eks", "node": "ec2", "flow-log": "vpc-flow-logs", "rds-monitoring": "monitoring.rds", "backup": "backup"}
GITHUB = {"github-plan": {"repo:example/fashionforward:environment:production-plan"},
          "github-apply": {"repo:example/fashionforward:environment:production-apply"},
          "github-release": {"repo:example/fashionforward:ref:refs/tags/v*"}}


def trust(role: dict) -> dict:
    statement, = document(role["AssumeRolePolicyDocument"])["Statement"]
    assert statement["Effect"] == "Allow"
    return statement


def test_every_role_is_for_a_pod_a_service_or_the_pipeline(roles):
    assert set(roles) == set(PODS) | set(SERVICES) | set(GITHUB)


@pytest.mark.parametrize("name", PODS)
def test_a_pods_role_is_for_its_service_account_in_this_cluster(roles, name):
    told = trust(roles[name])
    namespace, account = PODS[name].split("/")
    assert told["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert told["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT, "aws:RequestTag/kubernetes-namespace": namespace,
                                                 "aws:RequestTag/kubernetes-service-account": account}
    assert told["Condition"]["ArnEquals"] == {"aws:SourceArn": f"arn:aws:eks:eu-central-1:{ACCOUNT}:cluster/{NAME}"}


def test_each_pods_role_is_given_to_its_service_account(production, clients):
    found = {}
    for listed_one in clients("eks").list_pod_identity_associations(clusterName=NAME)["associations"]:
        each = clients("eks").describe_pod_identity_association(clusterName=NAME, associationId=listed_one["associationId"])["association"]
        found[each["roleArn"].split(f"/{NAME}-")[1]] = f"{each['namespace']}/{each['serviceAccount']}"
    assert found == PODS


@pytest.mark.parametrize("name", SERVICES)
def test_a_services_role_is_for_that_service_acting_for_this_account(roles, name):
    told = trust(roles[name])
    assert told["Principal"] == {"Service": f"{SERVICES[name]}.amazonaws.com"}
    if name != "node":  # EC2 sends no source
        assert told["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


@pytest.mark.parametrize("name", GITHUB)
def test_the_pipelines_roles_are_for_one_kind_of_run(roles, name):
    told = trust(roles[name])
    issuer = "token.actions.githubusercontent.com"
    assert told["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"}
    conditions = {key: listed(value) for condition in told["Condition"].values() for key, value in condition.items()}
    assert conditions[f"{issuer}:aud"] == ["sts.amazonaws.com"]
    assert set(conditions[f"{issuer}:sub"]) == GITHUB[name]


@pytest.mark.parametrize("subject", ["repo:example/fashionforward:ref:refs/heads/main", "repo:stranger/fashionforward:environment:production",
                                     "repo:example/fashionforward:pull_request", "repo:example/fashionforward:ref:refs/tags/nightly",
                                     "repo:example/fashionforward:environment:production"])  # which deploys the shop, and needs no role
def test_no_other_run_of_github_gets_any_role(roles, subject):
    for name in GITHUB:
        for operator, condition in trust(roles[name])["Condition"].items():
            for key, patterns in condition.items():
                if key.endswith(":sub"):
                    match = fnmatch.fnmatchcase if operator == "StringLike" else str.__eq__
                    assert not [pattern for pattern in listed(patterns) if match(subject, pattern)], (name, subject)


def test_what_others_may_do_to_our_things_is_bound_to_this_account(production, clients):
    """Policies of things: keys, the topic, the queue, the bucket of states."""
    documents = {}
    for alias in clients("kms").list_aliases()["Aliases"]:
        if alias["AliasName"].startswith(f"alias/{NAME}-"):
            documents[alias["AliasName"]] = clients("kms").get_key_policy(KeyId=alias["TargetKeyId"], PolicyName="default")["Policy"]
    topic = production.output("alarm_topic_arn")
    documents["topic"] = clients("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    queue = clients("sqs").get_queue_url(QueueName=f"{NAME}-karpenter")["QueueUrl"]
    documents["queue"] = clients("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]["Policy"]
    assert len(documents) == 9
    bounds = {"aws:SourceAccount", "aws:SourceArn", "kms:CallerAccount", "kms:EncryptionContext:aws:logs:arn"}
    for name, text in documents.items():
        for statement in document(text)["Statement"]:
            keys = {key for condition in statement.get("Condition", {}).values() for key in condition}
            own = statement["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
            assert statement["Effect"] == "Deny" or own or keys & bounds, (name, statement["Sid"])
