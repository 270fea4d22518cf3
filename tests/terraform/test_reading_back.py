"""What a reviewer would ask of the account afterwards, asked of the emulator itself by boto3, not of Terraform's state."""

import json
import re

import pytest
import yaml

from .conftest import ROOT

NAME = "fashionforward-production"
ZONES = {"eu-central-1a", "eu-central-1b", "eu-central-1c"}


def tags(thing: dict) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in thing.get("Tags", ())}


@pytest.fixture(scope="session")
def vpc(production, clients) -> str:
    return production.output("vpc_id")


@pytest.fixture(scope="session")
def database(production, clients) -> dict:
    found, = clients("rds").describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"]
    return found


@pytest.fixture(scope="session")
def eks(production, clients) -> dict:
    return clients("eks").describe_cluster(name=NAME)["cluster"]


def of_vpc(clients, operation: str, vpc: str) -> dict:
    return getattr(clients("ec2"), operation)(Filters=[{"Name": "vpc-id", "Values": [vpc]}])


def test_each_kind_of_subnet_is_in_three_zones(vpc, clients):
    zones = {}
    for subnet in of_vpc(clients, "describe_subnets", vpc)["Subnets"]:
        zones.setdefault(tags(subnet)["Name"].removeprefix(f"{NAME}-").split("-")[0], set()).add(subnet["AvailabilityZone"])
        assert not subnet["MapPublicIpOnLaunch"]
    assert zones == {"public": ZONES, "private": ZONES, "database": ZONES}


def test_private_subnets_leave_by_their_own_zone_and_databases_not_at_all(vpc, clients):
    subnets = {each["SubnetId"]: each for each in of_vpc(clients, "describe_subnets", vpc)["Subnets"]}
    gateways = {each["NatGatewayId"]: subnets[each["SubnetId"]]["AvailabilityZone"]
                for each in clients("ec2").describe_nat_gateways()["NatGateways"]}
    assert set(gateways.values()) == ZONES
    for table in of_vpc(clients, "describe_route_tables", vpc)["RouteTables"]:
        ways_out = [route for route in table["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0"]
        for association in table["Associations"]:
            if association.get("Main"):
                assert not ways_out
                continue
            subnet = subnets[association["SubnetId"]]
            kind = tags(subnet)["Name"].removeprefix(f"{NAME}-").split("-")[0]
            if kind == "database":
                assert not ways_out
            elif kind == "private":
                assert [gateways[way["NatGatewayId"]] for way in ways_out] == [subnet["AvailabilityZone"]]


def test_karpenter_finds_the_private_subnets_and_the_load_balancer_the_public_ones(vpc, clients):
    for subnet in of_vpc(clients, "describe_subnets", vpc)["Subnets"]:
        found = tags(subnet)
        private = "-private-" in found["Name"]
        assert ("karpenter.sh/discovery" in found) == private == ("kubernetes.io/role/internal-elb" in found)
        assert ("kubernetes.io/role/elb" in found) == ("-public-" in found["Name"])


def test_groups_open_what_the_manifests_use_and_nothing_else(vpc, clients, eks):
    """(group, port, from): every rule in."""
    groups = {each["GroupId"]: each for each in of_vpc(clients, "describe_security_groups", vpc)["SecurityGroups"]}
    cluster = eks["resourcesVpcConfig"]["clusterSecurityGroupId"]
    names = {identifier: "cluster" if identifier == cluster else each["GroupName"].removeprefix(f"{NAME}-") for identifier, each in groups.items()}
    found = set()
    for identifier, group in groups.items():
        for rule in group["IpPermissions"]:
            assert rule["IpProtocol"] == "tcp" and rule["FromPort"] == rule["ToPort"], rule
            for peer in rule["UserIdGroupPairs"]:
                found.add((names[identifier], rule["FromPort"], names[peer["GroupId"]]))
            for peer in rule["IpRanges"]:
                found.add((names[identifier], rule["FromPort"], peer["CidrIp"]))
    policy = yaml.safe_load((ROOT / "deploy" / "overlays" / "eks" / "database.yaml").read_text())
    database_port = policy["spec"]["egress"][0]["ports"][0]["port"]
    addons = yaml.safe_load_all((ROOT / "deploy" / "cluster" / "addons" / "traefik.yaml").read_text())
    traefik, = (each["spec"]["template"]["spec"]["containers"][0] for each in addons if each["kind"] == "Deployment")
    ingress_port, = (each["containerPort"] for each in traefik["ports"] if each["name"] == "websecure")
    private = {f"10.0.{third}.0/19" for third in (0, 32, 64)}
    assert found == {("load-balancer", 80, "0.0.0.0/0"), ("load-balancer", 443, "0.0.0.0/0"), ("cluster", ingress_port, "load-balancer"),
                     ("database", database_port, "cluster"), *(("endpoints", 443, cidr) for cidr in private)}


def test_what_goes_out_of_the_load_balancer_goes_to_the_ingress_controller_and_the_database_starts_nothing(vpc, clients):
    groups = {each["GroupName"].removeprefix(f"{NAME}-"): each for each in of_vpc(clients, "describe_security_groups", vpc)["SecurityGroups"]}
    assert [(rule["FromPort"], rule["ToPort"]) for rule in groups["load-balancer"]["IpPermissionsEgress"]] == [(8443, 8443)]
    assert not groups["database"]["IpPermissionsEgress"] and not groups["endpoints"]["IpPermissionsEgress"]
    assert not groups["default"]["IpPermissions"] and not groups["default"]["IpPermissionsEgress"]


def test_the_database_is_private_durable_and_protected(database, clients):
    assert not database["PubliclyAccessible"]
    assert database["MultiAZ"] and database["StorageEncrypted"] and database["DeletionProtection"]
    assert database["BackupRetentionPeriod"] >= 14
    assert database["PerformanceInsightsEnabled"] and database["IAMDatabaseAuthenticationEnabled"]
    assert database["MasterUserSecret"]["SecretArn"]  # RDS' own password, which it changes by itself
    zones = {each["SubnetAvailabilityZone"]["Name"] for each in database["DBSubnetGroup"]["Subnets"]}
    assert zones == ZONES


def test_the_database_takes_only_tls_and_commits_for_real(database, clients):
    group = database["DBParameterGroups"][0]["DBParameterGroupName"]
    pages = clients("rds").get_paginator("describe_db_parameters").paginate(DBParameterGroupName=group)
    values = {each["ParameterName"]: each.get("ParameterValue") for page in pages for each in page["Parameters"]}
    assert values["rds.force_ssl"] == "1"
    assert values["synchronous_commit"] == "on"
    assert int(values["max_connections"]) >= 276 + 20


def test_everything_that_is_kept_is_kept_encrypted_by_a_key_of_its_own(production, clients, eks, database):
    keys = {alias["AliasName"].removeprefix(f"alias/{NAME}-"): alias["TargetKeyId"] for alias in clients("kms").list_aliases()["Aliases"]
            if alias["AliasName"].startswith(f"alias/{NAME}-")}
    used = {
        "cluster": eks["encryptionConfig"][0]["provider"]["keyArn"],
        "database": database["KmsKeyId"],
        "registry": clients("ecr").describe_repositories()["repositories"][0]["encryptionConfiguration"]["kmsKey"],
        "secrets": next(each for each in clients("secretsmanager").list_secrets()["SecretList"] if "database-shop" in each["Name"])["KmsKeyId"],
        "alarms": clients("sns").get_topic_attributes(TopicArn=production.output("alarm_topic_arn"))["Attributes"]["KmsMasterKeyId"],
        "logs": clients("logs").describe_log_groups(logGroupNamePrefix="/aws/eks")["logGroups"][0]["kmsKeyId"],
        "volumes": clients("ec2").describe_launch_template_versions(LaunchTemplateName=f"{NAME}-system")["LaunchTemplateVersions"][0][
            "LaunchTemplateData"]["BlockDeviceMappings"][0]["Ebs"]["KmsKeyId"],
    }
    assert {purpose: key.split("/")[-1] for purpose, key in used.items()} == keys
    for key in keys.values():
        assert clients("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    for group in clients("logs").describe_log_groups()["logGroups"]:
        assert group["kmsKeyId"] and group["retentionInDays"] == 365, group["logGroupName"]
    queue = clients("sqs").get_queue_url(QueueName=f"{NAME}-karpenter")["QueueUrl"]
    assert clients("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]["SqsManagedSseEnabled"] == "true"


def test_nodes_keep_their_role_to_themselves(production, clients):
    version, = clients("ec2").describe_launch_template_versions(LaunchTemplateName=f"{NAME}-system")["LaunchTemplateVersions"]
    metadata = version["LaunchTemplateData"]["MetadataOptions"]
    assert (metadata["HttpTokens"], metadata["HttpPutResponseHopLimit"]) == ("required", 1)
    assert all(each["Ebs"]["Encrypted"] for each in version["LaunchTemplateData"]["BlockDeviceMappings"])


def test_the_cluster_is_private_logged_and_administered_by_who_is_named(eks, clients):
    network = eks["resourcesVpcConfig"]
    assert network["endpointPrivateAccess"] and not network["endpointPublicAccess"]
    logged = {kind for each in eks["logging"]["clusterLogging"] if each["enabled"] for kind in each["types"]}
    assert logged == {"api", "audit", "authenticator", "controllerManager", "scheduler"}
    assert eks["accessConfig"] == {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    assert clients("eks").list_access_entries(clusterName=NAME)["accessEntries"] == ["arn:aws:iam::123456789012:role/platform-team"]


def test_the_addons_enforce_network_policies_and_give_out_prefixes(eks, clients):
    names = clients("eks").list_addons(clusterName=NAME)["addons"]
    assert {"vpc-cni", "coredns", "kube-proxy", "aws-ebs-csi-driver", "eks-pod-identity-agent", "metrics-server"} <= set(names)
    told = json.loads(clients("eks").describe_addon(clusterName=NAME, addonName="vpc-cni")["addon"]["configurationValues"])
    assert told["enableNetworkPolicy"] == "true" and told["env"]["ENABLE_PREFIX_DELEGATION"] == "true"


def test_nodes_that_must_be_there_first_are_in_every_zone(eks, clients, vpc):
    nodes = clients("eks").describe_nodegroup(clusterName=NAME, nodegroupName="system")["nodegroup"]
    assert nodes["scalingConfig"]["minSize"] == 3 and nodes["capacityType"] == "ON_DEMAND"
    subnets = clients("ec2").describe_subnets(SubnetIds=nodes["subnets"])["Subnets"]
    assert {each["AvailabilityZone"] for each in subnets} == ZONES


def test_no_signature_is_taken_from_under_its_image(production, clients):
    """Signatures have no tag of their own: what removes images must count tags, all of them."""
    for repository in clients("ecr").describe_repositories()["repositories"]:
        rules = json.loads(clients("ecr").get_lifecycle_policy(repositoryName=repository["repositoryName"])["lifecyclePolicyText"])["rules"]
        assert {rule["selection"]["tagStatus"] for rule in rules} == {"tagged"}


def test_what_is_kept_is_out_of_reach_of_what_counts_releases(production, clients):
    """An image that a rule of a lower number has matched is not asked by the others; and a thousand kept ones there never are."""
    for repository in clients("ecr").describe_repositories()["repositories"]:
        rules = json.loads(clients("ecr").get_lifecycle_policy(repositoryName=repository["repositoryName"])["lifecyclePolicyText"])["rules"]
        kept, counted = sorted(rules, key=lambda rule: rule["rulePriority"])
        assert kept["selection"]["tagPatternList"] == ["keep-*"] and kept["selection"]["countNumber"] == 1000
        assert counted["selection"]["tagPatternList"] == ["*"] and counted["selection"]["countNumber"] == 3 * 30
    assert 'tag=keep-' in (ROOT / "deploy" / "ci" / "keep.sh").read_text()


def test_an_images_tag_is_given_once_and_what_is_pushed_is_scanned(production, clients):
    for repository in clients("ecr").describe_repositories()["repositories"]:
        assert repository["imageTagMutability"] == "IMMUTABLE"
        assert repository["imageScanningConfiguration"]["scanOnPush"]


def test_every_alarm_reaches_somebody_and_says_what_to_do(production, clients):
    topic = production.output("alarm_topic_arn")
    alarms = clients("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(alarms) >= 9
    for alarm in alarms:
        assert alarm["AlarmActions"] == [topic] and len(alarm["AlarmDescription"]) > 60, alarm["AlarmName"]
    subscribed = clients("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [each["Endpoint"] for each in subscribed] == ["operations@example.com"]
    budget = clients("budgets").describe_budget(AccountId="123456789012", BudgetName=NAME)["Budget"]
    assert float(budget["BudgetLimit"]["Amount"]) == 1500


def test_the_database_is_what_backups_select(production, clients, database):
    assert tags({"Tags": database["TagList"]})["Backup"] == NAME


def test_copies_stand_in_a_vault_that_is_locked(production, clients):
    vault = clients("backup").describe_backup_vault(BackupVaultName=NAME)
    assert vault["Locked"] and vault["MinRetentionDays"] == 7 and vault["MaxRetentionDays"] == 35


def test_the_web_acl_limits_addresses(production, clients):
    acls = clients("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]
    acl = clients("wafv2").get_web_acl(Name=NAME, Scope="REGIONAL", Id=acls[0]["Id"])["WebACL"]
    limits = {rule["Name"]: rule["Statement"]["RateBasedStatement"]["Limit"] for rule in acl["Rules"] if "RateBasedStatement" in rule["Statement"]}
    assert limits == {"checkouts-by-address": 120, "requests-by-address": 3000}


def test_what_is_counted_as_a_checkout_is_where_orders_are_placed(production, clients):
    """By the API and by the storefront's form, as the program itself names them."""
    acls = clients("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]
    acl = clients("wafv2").get_web_acl(Name=NAME, Scope="REGIONAL", Id=acls[0]["Id"])["WebACL"]
    rule, = (each for each in acl["Rules"] if each["Name"] == "checkouts-by-address")
    method, paths = rule["Statement"]["RateBasedStatement"]["ScopeDownStatement"]["AndStatement"]["Statements"]

    def searched(statement: dict) -> str:
        text = statement["ByteMatchStatement"]["SearchString"]
        return text.decode() if isinstance(text, bytes) else text

    assert "Method" in method["ByteMatchStatement"]["FieldToMatch"] and searched(method) == "POST"
    api = re.search(r'placing\.path = "([^"]+)"', (ROOT / "src" / "api" / "checkout_api.cc").read_text())[1]
    form = re.search(r'class=\\"checkout-form\\" method=\\"post\\" action=\\"([^\\]+)\\"', (ROOT / "src" / "storefront" / "checkout_page.cc").read_text())[1]
    assert [searched(each) for each in paths["OrStatement"]["Statements"]] == [api, form]


def test_external_dns_is_told_its_zone_and_whose_addresses_count(production, clients):
    """Another zone of the account below this one's name would be refused to it; and the shop's own Ingress tells an address inside."""
    script = (ROOT / "deploy" / "aws" / "install.sh").read_text()
    assert "--zone-id-filter=$(output zone .id)" in script and "--ingress-class=alb" in script
    zone, = clients("route53").list_hosted_zones()["HostedZones"]
    assert production.output("zone") == {"name": "example.com", "id": zone["Id"].removeprefix("/hostedzone/")}
    assert 'ingress_class_name = "alb"' in (ROOT / "terraform" / "platform" / "edge.tf").read_text()


def test_what_the_cluster_makes_carries_the_tag_that_the_budget_counts_by(production, clients):
    tags_told = production.output("platform")["tags"]
    budget = clients("budgets").describe_budget(AccountId="123456789012", BudgetName=NAME)["Budget"]
    assert budget["CostFilters"] == {"TagKeyValue": [f"user:Environment${tags_told['Environment']}"]}
    assert '"defaultTags=$(output platform' in (ROOT / "deploy" / "aws" / "install.sh").read_text()
    node_class = yaml.safe_load((ROOT / "deploy" / "karpenter" / "node-class.yaml").read_text())["spec"]
    assert node_class["tags"] == tags_told == {"Project": "fashionforward", "Environment": "production"}


def test_the_shops_name_may_have_certificates_of_few(production, clients):
    zone, = clients("route53").list_hosted_zones()["HostedZones"]
    records = clients("route53").list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    caa, = (record for record in records if record["Type"] == "CAA")
    assert {each["Value"] for each in caa["ResourceRecords"]} == {'0 issue "amazon.com"', '0 issue "letsencrypt.org"'}
