"""And back: what protects production protects it, and what is destroyed leaves nothing that bills, but for what is said. The last file: it takes
away what the others read."""

import json

import pytest

from .conftest import PRODUCTION, Module, changes

NAME = "fashionforward-production"


def test_production_is_not_deleted_by_the_way(production, clients):
    """Whoever asks, Terraform or a person at the console."""
    with pytest.raises(Exception, match="(?i)protect"):
        clients("rds").delete_db_instance(DBInstanceIdentifier=NAME, SkipFinalSnapshot=True)
    with pytest.raises(Exception, match="(?i)protect"):
        clients("eks").delete_cluster(name=NAME)


def test_the_whole_of_it_goes_once_protection_is_lifted(production, clients):
    lifted = (*PRODUCTION, "-var=deletion_protection=false")
    plan = production.plan(*lifted)
    assert changes(plan) == {"aws_db_instance.this": ["update"], "aws_eks_cluster.this": ["update"]}
    production.terraform("apply", "the.tfplan")
    production.terraform("destroy", "-auto-approve", *lifted)
    assert "values" not in json.loads(production.terraform("show", "-json"))  # the state knows of nothing


def test_nothing_is_left_that_bills_but_the_last_snapshot(production, clients):
    """docs/aws.md, "And back", says the same."""
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
    snapshots = clients("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert [each["DBSnapshotIdentifier"] for each in snapshots] == [f"{NAME}-final"]
    # Keys cost nothing while they wait for the end of their 30 days.
    states = {clients("kms").describe_key(KeyId=each["KeyId"])["KeyMetadata"]["KeyState"] for each in clients("kms").list_keys()["Keys"]
              if f"{NAME}:" in clients("kms").describe_key(KeyId=each["KeyId"])["KeyMetadata"]["Description"]}
    assert states == {"PendingDeletion"}


def test_the_states_bucket_stays(state_bucket, sources, production):
    module = Module(sources / "bootstrap", {name: value for name, value in production.environment.items() if name != "TF_DATA_DIR"})
    assert "Instance cannot be destroyed" in module.terraform("plan", "-destroy", "-var=region=eu-central-1", fails=True)
