"""From nothing to all of it, and what a second look and a change do: with the state where production has it."""

import json
import shutil

from harness import terraform as terraform_

from .conftest import PRODUCTION, ROOT, Module, changes


def test_all_of_it_is_made_and_nothing_else_is_touched(production):
    planned = changes(production.first_plan)
    assert set(map(tuple, planned.values())) == {("create",)}
    assert f"production from nothing, {len(planned)} resources" in (ROOT / "docs" / "aws.md").read_text()


def test_a_second_plan_is_empty(production):
    assert changes(production.plan(*PRODUCTION)) == {}


def test_another_number_of_nodes_changes_that_and_nothing_else(production):
    assert changes(production.plan(*PRODUCTION, "-var=system_nodes_max=9")) == {"aws_eks_node_group.system": ["update"]}


def test_a_larger_database_is_changed_in_place(production):
    planned = changes(production.plan(*PRODUCTION, "-var=database_instance_class=db.r7g.large"))
    alarm = 'aws_cloudwatch_metric_alarm.this["database-memory"]'  # a twentieth of the new memory
    assert planned == {"aws_db_instance.this": ["update"], alarm: ["update"]}


def test_a_new_kubernetes_replaces_nothing(production):
    planned = changes(production.plan(*PRODUCTION, "-var=kubernetes_version=1.35"))
    assert {"aws_eks_cluster.this", "aws_eks_node_group.system"} <= set(planned)
    assert all(actions == ["update"] for actions in planned.values()), planned


def test_one_nat_gateway_less_leaves_the_rest_of_the_network_alone(production):
    planned = changes(production.plan(*PRODUCTION, "-var=nat_gateways=one"))
    assert {address.split("[")[0] for address in planned} == {"aws_nat_gateway.this", "aws_eip.nat", "aws_route.nat",
                                                               "aws_cloudwatch_metric_alarm.this"}


def test_jenkins_gets_a_key_to_sign_with_by_the_name_it_knows(production):
    plan = production.plan(*PRODUCTION, '-var=image_signer_role_arns=["arn:aws:iam::123456789012:role/jenkins-agent"]')
    assert changes(plan) == {"aws_kms_key.image_signing[0]": ["create"], "aws_kms_alias.image_signing[0]": ["create"]}
    planned = {each["address"]: each["change"]["after"] for each in plan["resource_changes"]}
    name = planned["aws_kms_alias.image_signing[0]"]["name"]
    assert f"awskms:///{name}'" in (ROOT / "Jenkinsfile").read_text()
    key = planned["aws_kms_key.image_signing[0]"]
    assert (key["key_usage"], key["customer_master_key_spec"]) == ("SIGN_VERIFY", "ECC_NIST_P256")


def test_another_account_that_pulls_is_let_into_the_registry_and_nowhere_else(production):
    plan = production.plan(*PRODUCTION, '-var=image_reader_account_ids=["210987654321"]')
    assert changes(plan) == {'aws_ecr_repository_policy.readers["fashionforward"]': ["create"]}
    policy, = (each["change"]["after"]["policy"] for each in plan["resource_changes"] if each["type"] == "aws_ecr_repository_policy")
    statement, = json.loads(policy)["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::210987654321:root"}
    assert not [action for action in statement["Action"] if not action.startswith(("ecr:BatchGet", "ecr:BatchCheck", "ecr:GetDownloadUrl"))]


def test_the_web_acl_can_be_turned_off_where_it_was_on(production):
    """platform/ has let go of it before (docs/aws.md); no right of the controller's hangs on it, so that it could."""
    planned = changes(production.plan(*PRODUCTION, "-var=waf_enabled=false"))
    assert set(planned) == {"aws_wafv2_web_acl.this[0]", "aws_cloudwatch_log_group.waf[0]", "aws_wafv2_web_acl_logging_configuration.this[0]"}
    assert set(map(tuple, planned.values())) == {("delete",)}


def test_the_state_is_kept_encrypted_in_versions_and_holds_no_secret(production, state_bucket, clients):
    s3 = clients("s3")
    key = "production/terraform.tfstate"
    assert s3.get_bucket_versioning(Bucket=state_bucket)["Status"] == "Enabled"
    rule, = s3.get_bucket_encryption(Bucket=state_bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert all(s3.get_public_access_block(Bucket=state_bucket)["PublicAccessBlockConfiguration"].values())
    state = s3.get_object(Bucket=state_bucket, Key=key)["Body"].read().decode()
    assert len(json.loads(state)["resources"]) > 80
    values = [clients("secretsmanager").get_secret_value(SecretId=each["ARN"])["SecretString"]
              for each in clients("secretsmanager").list_secrets()["SecretList"]]
    assert len(values) >= 4
    assert not [value for value in values if value in state]


def test_who_comes_second_waits_for_the_lock(production, state_bucket, clients):
    lock = {"Bucket": state_bucket, "Key": "production/terraform.tfstate.tflock"}
    clients("s3").put_object(**lock, Body=json.dumps({"ID": "somebody-else", "Operation": "OperationTypeApply", "Who": "another@machine"}).encode())
    try:
        said = production.terraform("plan", "-lock-timeout=0s", *PRODUCTION, fails=True)
        assert "Error acquiring the state lock" in said and "another@machine" in said
    finally:
        clients("s3").delete_object(**lock)


def test_an_account_that_is_not_meant_is_refused(production):
    assert "AWS account ID not allowed" in production.terraform("plan", *PRODUCTION, "-var=account_id=999999999999", fails=True)


def test_staging_is_made_of_the_same(aws, sources, tmp_path):
    """Only planned: what applies in production applies in it. Its state is a file here, by the name that Terraform reads last."""
    shutil.copytree(sources, tmp_path / "staging", ignore=shutil.ignore_patterns(".terraform*", "*.tfplan"))
    (tmp_path / "staging" / "zz_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    module = Module(tmp_path / "staging", terraform_.against(aws))
    module.terraform("init")
    planned = changes(module.plan("-var-file=environments/staging.tfvars"))
    assert set(map(tuple, planned.values())) == {("create",)}
    assert len([address for address in planned if address.startswith("aws_nat_gateway.this")]) == 1
