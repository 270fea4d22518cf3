#!/usr/bin/env python3
"""docs/cost.md from a plan of production: `terraform show -json PLAN | cost.py > docs/cost.md`. What is counted is what the plan holds; what it
costs, and what is assumed of use, is in prices.toml, or in a file of your own: `cost.py --prices FILE`. A kind of resource that costs money and is not known here ends it with an error, so that
nothing is added to terraform/ without its price."""

import argparse
import json
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

OURS = Path(__file__).parent / "prices.toml"
ZONES = 3

FREE = {  # of themselves; what flows through some of them is in the lines of use
    "acm_certificate", "acm_certificate_validation", "backup_plan", "backup_selection", "backup_vault", "backup_vault_lock_configuration",
    "budgets_budget", "cloudwatch_event_rule", "cloudwatch_event_target", "cloudwatch_log_group", "db_event_subscription", "db_parameter_group",
    "db_subnet_group", "default_security_group", "ec2_subnet_cidr_reservation", "ec2_tag", "ecr_lifecycle_policy", "ecr_repository", "ecr_repository_policy",
    "eks_access_entry", "eks_access_policy_association", "eks_addon", "eks_pod_identity_association", "flow_log", "iam_instance_profile",
    "iam_openid_connect_provider", "iam_role", "iam_role_policy", "iam_role_policy_attachment", "internet_gateway", "kms_alias", "launch_template",
    "route", "route53_record", "route_table", "route_table_association", "secretsmanager_secret_version", "security_group", "sns_topic",
    "sns_topic_policy", "sns_topic_subscription", "sqs_queue", "sqs_queue_policy", "subnet", "vpc", "vpc_security_group_egress_rule",
    "vpc_security_group_ingress_rule", "wafv2_web_acl_logging_configuration"}


@dataclass(frozen=True)
class Line:
    what: str
    many: str
    month_usd: float


def planned(plan: dict) -> dict[str, list[dict]]:
    """The attributes of all that the plan will leave, by type without "aws_"."""
    found = defaultdict(list)
    for each in plan["planned_values"]["root_module"]["resources"]:
        if each["mode"] == "managed":
            found[each["type"].removeprefix("aws_")].append(each.get("values", {}))  # none where all of it is known only afterwards
    return found


def fixed(resources: dict[str, list[dict]], prices: dict) -> list[Line]:
    """What costs the same whether anybody buys or not."""
    hour, month, hours = prices["hour"], prices["month"], prices["hours_a_month"]
    database, = resources["db_instance"]
    copies = 2 if database["multi_az"] else 1
    nodes, = resources["eks_node_group"]
    kind, number = nodes["instance_types"][0], nodes["scaling_config"][0]["desired_size"]
    disks = sum(disk["ebs"][0]["volume_size"] for disk in resources["launch_template"][0]["block_device_mappings"])
    endpoints = [each for each in resources["vpc_endpoint"] if each["vpc_endpoint_type"] == "Interface"]
    rules = sum(len(each["rule"]) for each in resources["wafv2_web_acl"])
    storage = database["allocated_storage"]

    def of(name: str) -> int:
        return len(resources[name])

    lines = [
        Line("EKS control plane", str(of("eks_cluster")), of("eks_cluster") * hour["eks_cluster"] * hours),
        Line(f"System nodes, {kind}, on demand", str(number), number * hour["instance"][kind] * hours),
        Line("Their disks", f"{number} x {disks} GiB", number * disks * month["gp3_gib"]),
        Line(f"PostgreSQL, {database['instance_class']}{', Multi-AZ' if copies == 2 else ''}", f"{copies}",
             copies * hour["database"][database["instance_class"]] * hours),
        Line("Its storage", f"{copies} x {storage} GiB", copies * storage * month["database_gp3_gib"]),
        Line("Copies by AWS Backup, as large as the database", f"{storage} GiB", storage * month["backup_gib"]),
        Line("NAT gateways", str(of("nat_gateway")), of("nat_gateway") * hour["nat_gateway"] * hours),
        Line("Interface endpoints", f"{len(endpoints)} in {ZONES} zones", len(endpoints) * ZONES * hour["interface_endpoint"] * hours),
        Line("Load balancer (made by the cluster)", "1", hour["load_balancer"] * hours),
        Line("Public addresses", f"{of('eip')} + {ZONES} of the load balancer", (of("eip") + ZONES) * hour["public_address"] * hours),
        Line("KMS keys", str(of("kms_key")), of("kms_key") * month["kms_key"]),
        Line("Secrets, with the database's own", str(of("secretsmanager_secret") + 1), (of("secretsmanager_secret") + 1) * month["secret"]),
        Line("Alarms", str(of("cloudwatch_metric_alarm")), of("cloudwatch_metric_alarm") * month["alarm"]),
        Line("DNS zone", "1", month["zone"]),
    ]
    if of("wafv2_web_acl"):
        lines.append(Line("Web ACL", f"{rules} rules", of("wafv2_web_acl") * month["web_acl"] + rules * month["web_acl_rule"]))
    return lines


def of_use(use: dict, hours: float, waf: bool, prices: dict) -> list[Line]:
    """What grows with shoppers, for that many hours."""
    price, hour, web = prices["use"], prices["hour"], "c7g.xlarge"
    lines = [
        Line(f"Web nodes by Karpenter, {web}, spot", str(use["web_nodes"]), use["web_nodes"] * hour["spot"][web] * hours),
        Line("Traffic to the internet", f"{use['internet_gib']} GiB", use["internet_gib"] * price["internet_gib"]),
        Line("Load balancer's units", f"{use['load_balancer_units']} LCU", use["load_balancer_units"] * hour["load_balancer_unit"] * hours),
        Line("Logs", f"{use['log_gib']} GiB", use["log_gib"] * price["log_gib"]),
        Line("Through NAT", f"{use['nat_gib']} GiB", use["nat_gib"] * price["nat_gib"]),
    ]
    if "other_nodes" in use:
        lines.insert(1, Line("Other nodes, t4g.medium, on demand", str(use["other_nodes"]),
                             use["other_nodes"] * hour["instance"]["t4g.medium"] * hours))
    if waf:
        lines.append(Line("Web ACL, by requests", f"{use['requests_million']} million", use["requests_million"] * price["waf_million_requests"]))
    return lines


def table(lines: list[Line], title: str) -> str:
    lines = sorted(lines, key=lambda line: -line.month_usd)
    rows = [f"| {line.what} | {line.many} | {dollars(line.month_usd)} |" for line in lines]
    return "\n".join([f"| {title} | how many | USD |", "|---|---|---:|", *rows,
                      f"| **sum** | | **{dollars(sum(line.month_usd for line in lines))}** |"])


def dollars(usd: float) -> str:
    """Whole ones: the prices are not known better than that."""
    return f"{usd:,.0f}" if usd >= 1 else "under 1"


def document(plan: dict, prices: dict) -> str:
    resources = planned(plan)
    known = FREE | {"db_instance", "eip", "eks_cluster", "eks_node_group", "kms_key", "nat_gateway", "route53_zone", "secretsmanager_secret",
                    "cloudwatch_metric_alarm", "vpc_endpoint", "wafv2_web_acl"}
    if unknown := sorted(set(resources) - known):
        raise SystemExit(f"cost.py: what does {', '.join(unknown)} cost? Say it in cost.py")
    waf = bool(resources["wafv2_web_acl"])
    still = fixed(resources, prices)
    rest = of_use(prices["rest"], prices["hours_a_month"], waf, prices)
    sale = of_use(prices["sale"], 1, waf, prices)
    month = sum(line.month_usd for line in still + rest)
    hour = sum(line.month_usd for line in sale)
    return f"""# What it costs

What is counted is what the plan of `terraform/environments/production.tfvars` holds, by `deploy/aws/cost.py`; `./ff test terraform` makes this page anew and
compares.

**Where the prices come from:** {prices['source']}.
They stand in `deploy/aws/prices.toml`, with what is assumed of use. With your own (another region, a discount, today's list) in a copy of it:

    terraform -chdir=terraform plan -var-file=environments/production.tfvars -out=the.tfplan
    terraform -chdir=terraform show -json the.tfplan | deploy/aws/cost.py --prices my-prices.toml

**A month at rest: about {round(month, -1):,.0f} USD.** An hour of Black Friday (10 pods, 5,000 requests a second): about **{hour:,.0f} USD** on top.

## A month at rest

{table(still, 'whether anybody buys or not')}

{table(rest, 'two pods, a quiet month')}

## An hour of Black Friday

{table(sale, 'on top of the month')}

The database and the system nodes don't grow: docs/capacity.md has what they carry. Most of the hour is bytes to shoppers; a CDN in
front of the pages, which are the same for everybody ([caching](caching.md)), is what would make it cheaper.

## What to turn off first

- `database_multi_az = false`: half of the database. Not in production: a failover becomes a restore.
- `nat_gateways = "one"`: two thirds of the NAT gateways, and with its zone all ways out.
- `interface_endpoints = []`: images then come through NAT.
- `waf_enabled = false`: the shop refuses by itself ([overload](overload.md)).
- Staging does all of that but Multi-AZ, and can be destroyed in the evening: `terraform destroy`, [aws](aws.md#and-back).
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="cost.py", description=__doc__)
    parser.add_argument("--prices", type=Path, default=OURS, help="what things cost, in the shape of deploy/aws/prices.toml")
    asked = parser.parse_args()
    sys.stdout.write(document(json.load(sys.stdin), tomllib.loads(asked.prices.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
