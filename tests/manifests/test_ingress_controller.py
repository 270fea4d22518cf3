"""The ingress controller on EKS: what deploy/aws/install.sh applies is what the cluster's tests run, as a load balancer in front of it needs it."""

import re
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import pytest
import yaml

from manifests.rendered import ROOT, TOOLS, of_kind, tool
from support.postgres import free_port

FOLDER = ROOT / "deploy" / "aws" / "traefik"
KIND = ROOT / "deploy" / "cluster" / "addons" / "traefik.yaml"
START_SECONDS_MAX = 20


@pytest.fixture(scope="module")
def applied() -> dict[str, dict]:
    """By the command that stands in install.sh; its resources by kind."""
    command = ["kustomize", "--load-restrictor=LoadRestrictionsNone", "deploy/aws/traefik"]
    assert f"kubectl {' '.join(command)} | kubectl apply" in (ROOT / "deploy" / "aws" / "install.sh").read_text()
    done = subprocess.run([tool("kubectl"), *command], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return {each["kind"]: each for each in yaml.safe_load_all(done.stdout)}


@pytest.fixture(scope="module")
def pod(applied) -> dict:
    return applied["Deployment"]["spec"]["template"]["spec"]


@pytest.fixture(scope="module")
def options(pod) -> dict[str, str]:
    return dict(each.removeprefix("--").split("=", 1) for each in pod["containers"][0]["args"])


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def test_the_class_that_the_shops_ingress_names_is_the_controllers(applied):
    """Traefik passes by every Ingress whose class is not there with this very controller."""
    named = yaml.safe_load((ROOT / "k8s" / "ingress.yaml").read_text())["spec"]["ingressClassName"]
    assert (applied["IngressClass"]["metadata"]["name"], applied["IngressClass"]["spec"]["controller"]) == (named, "k8s.io/ingress-nginx")


def test_it_differs_from_the_tested_one_only_where_the_load_balancer_asks_for_it(pod, options):
    tested = next(each for each in yaml.safe_load_all(KIND.read_text()) if each["kind"] == "Deployment")["spec"]["template"]["spec"]["containers"][0]
    here = pod["containers"][0]
    assert here["image"] == tested["image"] and here["resources"]["limits"] == tested["resources"]["limits"]
    there = dict(each.removeprefix("--").split("=", 1) for each in tested["args"])
    different = {name for name in there.keys() | options.keys() if there.get(name) != options.get(name)}
    assert {name.split(".")[0] for name in different} == {"ping", "entrypoints", "providers"}
    assert {name.split(".")[-1] for name in different if name.startswith("providers")} == {"publishservice", "publishstatusaddress"}


def test_the_load_balancer_reaches_the_port_that_its_security_group_opens(applied, pod):
    opened = re.search(r'variable "ingress_controller_port".*?default +=\s*(\d+)', (ROOT / "terraform" / "variables.tf").read_text(), re.S)[1]
    ports = {each["name"]: each["containerPort"] for each in pod["containers"][0]["ports"]}
    assert ports["websecure"] == int(opened)
    edge = (ROOT / "terraform" / "platform" / "edge.tf").read_text()
    assert re.search(r'name = "traefik"\s+port \{\s+name = "websecure"', edge)
    assert applied["Service"]["metadata"]["name"] == "traefik" and applied["Service"]["spec"]["type"] == "ClusterIP"
    assert [each["name"] for each in applied["Service"]["spec"]["ports"]] == ["websecure"]


def test_a_pod_that_goes_serves_until_the_load_balancer_has_noticed(pod, options):
    edge = (ROOT / "terraform" / "platform" / "edge.tf").read_text()
    interval, count = (int(re.search(rf'/{each}" += "(\d+)"', edge)[1]) for each in ("healthcheck-interval-seconds", "unhealthy-threshold-count"))
    accepts, ends = (seconds(options[f"entrypoints.websecure.transport.lifecycle.{each}"]) for each in
                     ("requestacceptgracetimeout", "gracetimeout"))
    assert accepts >= interval * count and ends >= 30  # s, a request's longest
    assert pod["terminationGracePeriodSeconds"] > accepts + ends
    idle = int(re.search(r"idle_timeout.timeout_seconds=(\d+)", edge)[1])
    assert seconds(options["entrypoints.websecure.transport.respondingtimeouts.idletimeout"]) > idle


def test_one_pod_in_each_zone_and_one_away_at_a_time(applied, pod):
    assert applied["Deployment"]["spec"]["replicas"] == 3
    [spread] = pod["topologySpreadConstraints"]
    assert (spread["topologyKey"], spread["whenUnsatisfiable"]) == ("topology.kubernetes.io/zone", "DoNotSchedule")
    assert applied["PodDisruptionBudget"]["spec"] == {"maxUnavailable": 1, "selector": spread["labelSelector"]}
    assert pod["nodeSelector"] == {"fashionforward/nodes": "system"} and "tolerations" not in pod
    assert 'labels          = { "fashionforward/nodes" = "system" }' in (ROOT / "terraform" / "eks.tf").read_text()


def test_traefik_takes_these_options_and_answers_the_health_check(options):
    """The program itself, where the harness has compiled it; without a cluster to look into, which it says and lives with."""
    programs = sorted((TOOLS.parent / "build").glob("traefik-*/traefik"))
    if not programs:
        pytest.skip("Traefik is not compiled; ./ff cluster up does it")
    path = re.search(r'healthcheck-path" += "([^"]+)"', (ROOT / "terraform" / "platform" / "edge.tf").read_text())[1]
    ports = {name: free_port() for name in options if name.endswith(".address")}
    unchecked = ssl._create_unverified_context()  # a certificate of its own, as the load balancer takes it
    told = {**options, **{name: f"127.0.0.1:{port}" for name, port in ports.items()}}
    with subprocess.Popen([programs[-1], *(f"--{name}={value}" for name, value in told.items())], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as traefik:
        try:
            end = time.monotonic() + START_SECONDS_MAX
            while True:
                try:
                    address = f"https://127.0.0.1:{ports['entrypoints.websecure.address']}{path}"
                    with urllib.request.urlopen(address, timeout=5, context=unchecked) as answer:
                        assert answer.status == 200
                    break
                except (urllib.error.URLError, ConnectionError):
                    assert traefik.poll() is None and time.monotonic() < end, "it does not answer"
                    time.sleep(0.2)
        finally:
            traefik.kill()


def test_a_challenge_of_cert_manager_needs_no_port_of_a_node():
    """The namespace's quota on EKS (terraform/platform/namespace.tf) gives none, and a NodePort is what cert-manager takes by itself."""
    issuer = yaml.safe_load((ROOT / "deploy" / "components" / "tls" / "issuer.yaml").read_text())
    [solver] = issuer["spec"]["acme"]["solvers"]
    assert solver["http01"]["ingress"]["serviceType"] == "ClusterIP"


def test_the_overlay_of_eks_leaves_tls_to_the_load_balancer():
    """ACM's certificate stands at the load balancer, whose security group opens no way for another authority's question."""
    folder = ROOT / "deploy" / "overlays" / "eks"
    assert of_kind(folder, "Issuer", "Certificate") == []
    [ingress] = of_kind(folder, "Ingress")
    assert "tls" not in ingress["spec"]
