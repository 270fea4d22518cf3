"""docs/cost.md is what production's plan costs; deploy/karpenter and docs/aws.md say what the module says."""

import json
import re
import subprocess
import sys

import yaml

from .conftest import ROOT


def cost(plan: dict, *arguments: str) -> str:
    done = subprocess.run([sys.executable, str(ROOT / "deploy" / "aws" / "cost.py"), *arguments], input=json.dumps(plan), capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_costs_are_those_of_the_plan(production):
    page = ROOT / "docs" / "cost.md"
    made = ROOT / "build" / "cost.md"
    made.parent.mkdir(exist_ok=True)
    made.write_text(cost(production.first_plan))
    assert page.read_text() == made.read_text(), "the plan costs something else by now: cp build/cost.md docs/cost.md"


def test_they_are_counted_with_ones_own_prices(production, tmp_path):
    own = tmp_path / "prices.toml"
    prices = re.sub(r'^source = .*$', 'source = "what our contract says"', (ROOT / "deploy" / "aws" / "prices.toml").read_text(), flags=re.M)
    own.write_text(re.sub(r"^eks_cluster = .*$", "eks_cluster = 2.00", prices, flags=re.M))
    page = cost(production.first_plan, "--prices", str(own))
    assert "| EKS control plane | 1 | 1,460 |" in page and "**Where the prices come from:** what our contract says." in page


def test_production_stays_within_its_own_budget():
    month = int(re.search(r"A month at rest: about ([\d,]+) USD", (ROOT / "docs" / "cost.md").read_text())[1].replace(",", ""))
    budget = int(re.search(r"^monthly_budget_usd += (\d+)", (ROOT / "terraform" / "environments" / "production.tfvars").read_text(), re.M)[1])
    assert month < budget < 2 * month


def test_karpenters_nodes_are_those_of_the_module(production):
    told = production.output("karpenter")
    node_class = yaml.safe_load((ROOT / "deploy" / "karpenter" / "node-class.yaml").read_text())["spec"]
    assert node_class["instanceProfile"] == told["instance_profile"]
    for terms in ("subnetSelectorTerms", "securityGroupSelectorTerms"):
        assert node_class[terms] == [{"tags": {"karpenter.sh/discovery": told["cluster"]}}]


def test_the_pool_of_web_nodes_has_room_for_both_colours():
    """A core for each of 10 pods, 3 of a rollout and 10 that drain, twice."""
    autoscaler = yaml.safe_load((ROOT / "k8s" / "hpa.yaml").read_text())
    deployment = yaml.safe_load((ROOT / "k8s" / "deployment.yaml").read_text())
    pods, surge = autoscaler["spec"]["maxReplicas"], deployment["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    pool = yaml.safe_load((ROOT / "deploy" / "karpenter" / "web.yaml").read_text())["spec"]
    assert int(pool["limits"]["cpu"]) > 2 * (pods + surge + pods)


def test_placed_pods_keep_the_tolerations_they_had():
    base = yaml.safe_load((ROOT / "k8s" / "deployment.yaml").read_text())["spec"]["template"]["spec"]
    placed = yaml.safe_load((ROOT / "deploy" / "components" / "karpenter" / "web.yaml").read_text())["spec"]["template"]["spec"]
    pool = yaml.safe_load((ROOT / "deploy" / "karpenter" / "web.yaml").read_text())["spec"]["template"]
    assert [each for each in base["tolerations"] if each not in placed["tolerations"]] == []
    assert placed["nodeSelector"].items() <= pool["metadata"]["labels"].items()
    taint, = pool["spec"]["taints"]
    assert {"key": taint["key"], "operator": "Equal", "value": taint["value"], "effect": taint["effect"]} in placed["tolerations"]


def test_the_overlays_pods_have_the_priority_that_the_platform_makes():
    """A class that is not there would keep every pod out."""
    named = yaml.safe_load((ROOT / "deploy" / "overlays" / "eks" / "web.yaml").read_text())["spec"]["template"]["spec"]["priorityClassName"]
    made = re.findall(r'name = "\$\{var.namespace\}-(\w+)"', (ROOT / "terraform" / "platform" / "namespace.tf").read_text())
    assert named in [f"fashionforward-{each}" for each in made]


def test_the_overlay_lets_the_shop_reach_the_databases_subnets(production):
    import ipaddress  # noqa: PLC0415

    overlay = yaml.safe_load((ROOT / "deploy" / "overlays" / "eks" / "database.yaml").read_text())
    allowed = ipaddress.ip_network(overlay["spec"]["egress"][0]["to"][0]["ipBlock"]["cidr"])
    for cidr in production.output("platform")["database_cidrs"]:
        assert ipaddress.ip_network(cidr).subnet_of(allowed)


def test_the_path_from_nothing_names_files_and_outputs_that_are_there(production):
    text = (ROOT / "docs" / "aws.md").read_text()
    for path in re.findall(r"(?<![\w/])((?:terraform|deploy|k8s)/[\w./-]+\.(?:sh|tfvars|tf\b|py|yaml|toml|s3\.tfbackend))", text):
        if ".auto." not in path:  # what the reader makes on the way
            assert (ROOT / path).exists(), path
    for name in re.findall(r"-chdir=terraform output (?:-json |-raw )(\w+)", text):
        production.output(name)
