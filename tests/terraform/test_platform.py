"""terraform/platform in a real cluster (`./ff cluster up`): applied, asked of the API server, applied again without a change, and taken away. In
namespaces of its own, beside whatever else is there."""

import json
import os
import subprocess
import time

import pytest
from harness import settings
from harness import terraform as terraform_
from support.cluster import is_true, wait_until

from .conftest import ROOT, Module, changes

NAMESPACE, INGRESS = "terraform-platform-test", "terraform-platform-test-ingress"
VARIABLES = {
    "kube_context": "kind-fashionforward", "name": "fashionforward-production", "region": settings.REGION, "namespace": NAMESPACE,
    "ingress_namespace": INGRESS, "database_host": "database.example.internal", "database_cidrs": ["10.0.112.0/24"],
    "secret_names": {each: f"fashionforward/production/{each}" for each in ("database-shop", "database-owner", "payment-gateway")},
    "master_secret_arn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1", "domain_name": "shop.example.com",
    "volumes_key_arn": "arn:aws:kms:eu-central-1:123456789012:key/1", "certificate_arn": "arn:aws:acm:eu-central-1:123456789012:certificate/1",
    "load_balancer": {"security_group_id": "sg-1", "subnet_ids": ["subnet-1", "subnet-2"]},
    "tags": {"Project": "fashionforward", "Environment": "production"},
    "default_storage_class": False,  # others who are in this cluster now would get it
}


def kubectl(cluster, *arguments: str, check: bool = True) -> str:
    done = subprocess.run(["kubectl", *arguments], env={**os.environ, **cluster}, capture_output=True, text=True, check=False, timeout=120)
    assert not check or done.returncode == 0, f"kubectl {' '.join(arguments)}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def kinds(cluster, external_secrets_kinds):
    """What is in the cluster already stays as it is; kinds that were not there are taken away again."""
    added = [path for path in external_secrets_kinds
             if not kubectl(cluster, "get", "--ignore-not-found", "-f", str(path), "-o", "name").strip()]
    try:
        for path in added:
            kubectl(cluster, "apply", "--server-side", "-f", str(path))
            # Not `kubectl wait`: it gives up on a kind that has no conditions yet.
            wait_until(lambda path=path: is_true(json.loads(kubectl(cluster, "get", "-f", str(path), "-o", "json")), "Established"), path.stem, 60)
        yield
    finally:
        for path in added:
            kubectl(cluster, "delete", "-f", str(path), check=False)


@pytest.fixture(scope="module")
def platform(cluster, kinds, sources, tmp_path_factory):
    folder = tmp_path_factory.mktemp("platform")
    authorities = folder / "global-bundle.pem"
    authorities.write_text("-----BEGIN CERTIFICATE-----\nnobody checks it here\n-----END CERTIFICATE-----\n")
    kubectl(cluster, "create", "namespace", INGRESS)
    module = Module(sources / "platform", {**cluster, **terraform_.offline(), "KUBE_CONFIG_PATH": cluster["KUBECONFIG"],
                                           "TF_DATA_DIR": str(folder / "data")})
    # Where the state is kept is proven by the module above; here it is a file, given by the name that Terraform reads last.
    (sources / "platform" / "zz_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    (sources / "platform" / "test.auto.tfvars.json").write_text(json.dumps({**VARIABLES, "rds_authorities": str(authorities)}))
    try:
        module.terraform("init")
        module.terraform("apply", "-auto-approve")
        yield module
    finally:
        module.terraform("destroy", "-auto-approve")
        kubectl(cluster, "delete", "namespace", INGRESS, "--timeout=60s", check=False)
    assert not kubectl(cluster, "get", "namespace", NAMESPACE, "--ignore-not-found").strip()


def test_a_second_plan_is_empty(platform):
    assert changes(platform.plan()) == {}


def test_the_namespace_is_the_one_of_the_manifests(platform, cluster):
    import yaml  # noqa: PLC0415

    wanted = yaml.safe_load((ROOT / "k8s" / "namespace.yaml").read_text())["metadata"]["labels"]
    found = json.loads(kubectl(cluster, "get", "namespace", NAMESPACE, "-o", "json"))["metadata"]["labels"]
    assert wanted.items() <= found.items()


def test_every_secret_that_the_shop_mounts_is_asked_for(platform, cluster):
    found = json.loads(kubectl(cluster, "-n", NAMESPACE, "get", "externalsecrets", "-o", "json"))["items"]
    keys = {each["metadata"]["name"]: set(each["spec"]["target"]["template"]["data"]) for each in found}
    assert keys["fashionforward-database"] == keys["fashionforward-migration"] == {"url", "password"}
    assert keys["payment-gateway"] == {"token"}
    url = next(each for each in found if each["metadata"]["name"] == "fashionforward-database")["spec"]["target"]["template"]["data"]["url"]
    assert url == "postgres://shop@database.example.internal/shop?sslmode=verify-full&sslrootcert=/etc/fashionforward/rds/global-bundle.pem"


def test_a_pod_more_than_the_quota_is_refused(platform, cluster):
    quota = json.loads(kubectl(cluster, "-n", NAMESPACE, "get", "quota", "shop", "-o", "json"))["spec"]["hard"]
    assert int(quota["pods"]) == platform.output("pods_max") == 2 * (2 * 10 + 3) + 4
    many = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "open", "namespace": NAMESPACE},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}
    done = subprocess.run(["kubectl", "apply", "-f", "-"], env={**os.environ, **cluster}, input=json.dumps(many), capture_output=True, text=True,
                          check=False, timeout=60)
    assert done.returncode != 0 and "exceeded quota" in done.stderr


def test_the_job_that_makes_the_databases_users_is_let_in_by_pod_security(platform, cluster):
    """Its pod waits for a secret that nobody brings here; that there is a pod at all is what is asked."""
    end = time.monotonic() + 60
    while not (pods := kubectl(cluster, "-n", NAMESPACE, "get", "pods", "-l", "app.kubernetes.io/component=database-users", "-o", "name").split()):
        assert time.monotonic() < end, kubectl(cluster, "-n", NAMESPACE, "get", "events")
        time.sleep(1)
    assert len(pods) == 1


def test_a_claim_that_names_no_class_gets_an_encrypted_disk_on_eks(platform):
    planned = platform.plan("-var=default_storage_class=true")
    assert changes(planned) == {"kubernetes_storage_class_v1.gp3": ["update"]}
    after, = (each["change"]["after"] for each in planned["resource_changes"] if each["type"] == "kubernetes_storage_class_v1")
    assert after["metadata"][0]["annotations"] == {"storageclass.kubernetes.io/is-default-class": "true"}


def test_disks_are_encrypted_and_where_their_pod_is(platform, cluster):
    found = json.loads(kubectl(cluster, "get", "storageclass", "gp3", "-o", "json"))
    assert found["parameters"]["encrypted"] == "true" and found["volumeBindingMode"] == "WaitForFirstConsumer"
    tagged = {value for name, value in found["parameters"].items() if name.startswith("tagSpecification_")}
    assert tagged == {"Backup=fashionforward-production", "Project=fashionforward", "Environment=production"}


def test_the_way_in_ends_tls_with_the_shops_certificate(platform, cluster):
    edge = json.loads(kubectl(cluster, "-n", INGRESS, "get", "ingress", "edge", "-o", "json"))
    annotations = {name.removeprefix("alb.ingress.kubernetes.io/"): value for name, value in edge["metadata"]["annotations"].items()}
    assert annotations["certificate-arn"] == VARIABLES["certificate_arn"] and annotations["ssl-redirect"] == "443"
    assert annotations["external-dns.alpha.kubernetes.io/hostname"] == "shop.example.com"
    assert annotations["wafv2-acl-arn"] == "none"  # said, or the controller would leave the one that was there
