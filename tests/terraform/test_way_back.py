"""And back: what protects production protects it, and what is destroyed leaves nothing that bills, but for what is said. The last file: it takes
away what the others read."""

import json
import re

import pytest

from .conftest import PRODUCTION, ROOT, Module, changes

NAME = "fashionforward-production"


def test_production_is_not_deleted_by_the_way(production, clients):
    """Whoever asks, Terraform or a person at the console."""
    with pytest.raises(Exception, match="(?i)protect"):
        clients("rds").delete_db_instance(DBInstanceIdentifier=NAME, SkipFinalSnapshot=True)
    with pytest.raises(Exception, match="(?i)protect"):
        clients("eks").delete_cluster(name=NAME)


def test_the_whole_of_it_goes_once_protection_is_lifted(production, clients):
    lifted = (*PRODUCTION, "-var=deletion_protection=false", "-var=backup_vault_lock=off")
    plan = production.plan(*lifted)
    assert changes(plan) == {"aws_db_instance.this": ["update"], "aws_eks_cluster.this": ["update"],
                             "aws_backup_vault_lock_configuration.this[0]": ["delete"]}
    production.terraform("apply", "the.tfplan")
    forgotten, = re.findall(r"terraform -chdir=terraform state rm '(.+)'", (ROOT / "docs" / "aws.md").read_text())
    production.vpc = production.output("vpc_id")
    production.terraform("state", "rm", forgotten)
    production.terraform("destroy", "-auto-approve", *lifted)
    assert "values" not in json.loads(production.terraform("show", "-json"))  # the state knows of nothing


def test_the_last_snapshot_can_be_read_and_another_lifes_has_another_name(production, clients):
    snapshot, = clients("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert snapshot["DBSnapshotIdentifier"] == f"{NAME}-final-{production.vpc.removeprefix('vpc-')}"
    key = clients("kms").describe_key(KeyId=snapshot["KmsKeyId"])["KeyMetadata"]
    assert key["KeyState"] == "Enabled" and key["Description"].startswith(f"{NAME}: RDS")


def test_a_new_life_can_begin_at_once(production):
    """Every name that is not free again the moment its owner is destroyed would stop the apply: secrets' wait for 30 days."""
    planned = production.plan(*PRODUCTION)
    after = {each["address"]: each["change"] for each in planned["resource_changes"]}
    secrets = [change for address, change in after.items() if address.startswith("aws_secretsmanager_secret.this")]
    assert len(secrets) == 3 and all(change["after_unknown"]["name"] for change in secrets)
    assert after["aws_db_instance.this"]["after_unknown"]["final_snapshot_identifier"]


def test_nothing_is_left_that_bills_but_what_is_said(production, clients):
    """docs/aws.md, "And back", says the same: the last snapshot, its key, and RDS' own backups until they are too old."""
    ec2 = clients("ec2")
    assert not [each for each in ec2.describe_nat_gateways()["NatGateways"] if each["State"] != "deleted"]
    assert not ec2.describe_addresses()["Addresses"]
    assert not [each for each in ec2.describe_vpcs()["Vpcs"] if not each["IsDefault"]]
    assert not clients("eks").list_clusters()["clusters"]
    assert not clients("rds").describe_db_instances()["DBInstances"]
    assert not clients("ecr").describe_repositories()["repositories"]
    assert not clients("route53").list_hosted_zones()["HostedZones"]
    assert not clients("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]
    assert not clients("cloudwatch").describe_alarms()["MetricAlarms"]
    assert not [each for each in clients("logs").describe_log_groups()["logGroups"]]
    assert len(clients("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]) == 1
    backups = clients("rds").describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert [(each["DBInstanceIdentifier"], each["Status"]) for each in backups] == [(NAME, "retained")]
    # Keys cost nothing while they wait for the end of their 30 days.
    keys = [clients("kms").describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in clients("kms").list_keys()["Keys"]]
    states = {each["Description"]: each["KeyState"] for each in keys if f"{NAME}:" in each["Description"]}
    assert [purpose for purpose, state in states.items() if state != "PendingDeletion"] == [
        f"{NAME}: RDS: storage, snapshots, Performance Insights, the master password"]


def test_the_states_bucket_stays(state_bucket, sources, production):
    module = Module(sources / "bootstrap", {name: value for name, value in production.environment.items() if name != "TF_DATA_DIR"})
    assert "Instance cannot be destroyed" in module.terraform("plan", "-destroy", "-var=region=eu-central-1", fails=True)
