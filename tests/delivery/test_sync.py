"""A deployment from the script to the pods: deploy.sh makes a commit, a real Argo CD brings it into the cluster of ./ff cluster up, puts right
what a hand changes, leaves the number of pods to the HPA, goes back, and refuses what the project does not allow."""

import json
import os
import shutil
import time

import pytest
import yaml

from delivery.argocd import NAME, SHOP, SYNC_SECONDS_MAX, ArgoCD, Kubectl
from delivery.checkout import Checkout
from delivery.test_image_script import docker
from delivery.workflows import ROOT, run, tool
from support.cluster import wait_until

RELEASES = {"1.0.0": "fashionforward:test", "1.1.0": "fashionforward:next"}
REPOSITORY = "docker.io/library/fashionforward"
OURS = "deploy/overlays/eks/kustomization.yaml"
HEAL_SECONDS_MAX = 60
QUIET_SECONDS = 15  # three times Argo CD's interval here: what it means to undo it has undone by then


@pytest.fixture(scope="module")
def kubectl():
    if not os.environ.get("FF_DELIVERY_SYNC"):
        pytest.skip("it changes a cluster that others may be using; ./ff test delivery --sync")
    made = Kubectl()
    if not made.answers():
        pytest.skip("there is no cluster; ./ff cluster up makes one")
    return made


@pytest.fixture(scope="module")
def references(kubectl) -> dict[str, str]:
    """REPOSITORY@DIGEST of each release. The images were loaded under tags; each node is told the names that a registry would give them."""
    host = {**os.environ, **docker()}
    nodes = run("docker", "ps", "--filter", "label=io.x-k8s.kind.cluster=fashionforward", "--format", "{{.Names}}", env=host).stdout.split()
    found: dict[str, str] = {}
    for node in nodes:
        listed = run("docker", "exec", node, "ctr", "-n", "k8s.io", "images", "ls", env=host).stdout
        digests = {line.split()[0]: line.split()[2] for line in listed.splitlines()[1:]}
        for version, image in RELEASES.items():
            digest = digests.get(f"docker.io/library/{image}") or pytest.skip(f"{node} has no {image}; ./ff test cluster loads it")
            assert found.setdefault(version, f"{REPOSITORY}@{digest}") == f"{REPOSITORY}@{digest}"
            run("docker", "exec", node, "ctr", "-n", "k8s.io", "images", "tag", "--force", f"docker.io/library/{image}", found[version], env=host)
    return found


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Checkout:
    """The repository of a fork whose overlay suits a cluster of one machine: small requests, no Ingress, the other namespace."""
    from delivery import checkout as checkouts

    made = checkouts.make(tmp_path_factory.mktemp("fork"))
    for path in (made.folder / "k8s").glob("*.yaml"):
        text = path.read_text().replace("namespace: fashionforward\n", f"namespace: {SHOP}\n")
        path.write_text(text.replace("  name: fashionforward\n", f"  name: {SHOP}\n") if path.name == "namespace.yaml" else text)
    small = [each for each in yaml.safe_load_all((ROOT / "deploy/overlays/kind/small.yaml").read_text()) if each["kind"] != "StatefulSet"]
    made.write("deploy/overlays/eks/small.yaml", yaml.safe_dump_all(small))
    database = (ROOT / "deploy/components/postgres-base/networkpolicy.yaml").read_text().split("---\n")[1]
    made.write("deploy/overlays/eks/database.yaml", database.replace("namespace: fashionforward", f"namespace: {SHOP}"))
    made.write(OURS, f"""\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: {SHOP}
resources:
- ../../../k8s
- database.yaml
components:
- ../../components/demo-shop
patches:
- path: small.yaml
- patch: '{{"$patch": delete, apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: fashionforward}}}}'
images:
- name: fashionforward
  newTag: 0.0.0
- name: fashionforward-payment-gateway
  newName: fashionforward
  newTag: 0.0.0
""")
    made.commit("Make it ours")
    return made


def what_the_operator_makes(kubectl: Kubectl) -> None:
    """The database, and the Secrets: what no repository holds."""
    rendered = yaml.safe_load_all(kubectl("kustomize", str(ROOT / "deploy/overlays/kind")))
    mine = []
    for each in rendered:
        component = each["metadata"].get("labels", {}).get("app.kubernetes.io/component")
        name = each["metadata"]["name"]
        if each["kind"] == "Secret" or component == "database" or name.startswith("postgres") or name == "database":
            each["metadata"]["namespace"] = SHOP
            mine.append(each)
    kubectl("create", "namespace", SHOP)
    kubectl("apply", "--server-side", "-f", "-", input=yaml.safe_dump_all(mine))


@pytest.fixture(scope="module")
def argocd(kubectl, references, checkout, tmp_path_factory):
    if not shutil.which("redis-server"):
        pytest.skip("there is no redis-server, which ./ff test delivery installs")
    programs, kustomize = tool("argocd", "argocd").parent, tool("tools", "kustomize")
    with ArgoCD(kubectl, programs, kustomize, checkout, tmp_path_factory.mktemp("argocd")) as running:
        what_the_operator_makes(kubectl)
        deploy(running, references, "1.0.0")
        running.install_application()
        arrives(running, commit_of(running))
        yield running


def deploy(argocd: ArgoCD, references: dict, version: str) -> str:
    return argocd.checkout.script("deploy.sh", "production", version, references[version]).stdout.strip()


def commit_of(argocd: ArgoCD) -> str:
    return argocd.checkout.git("ls-remote", "origin", "refs/heads/environments/production").split()[0]


def arrives(argocd: ArgoCD, commit: str) -> None:
    wait_until(lambda: argocd.stands_at(commit), f"Argo CD to bring {commit}", SYNC_SECONDS_MAX, argocd.said)


def web(argocd: ArgoCD) -> dict:
    return argocd.kubectl.get("deployment", SHOP, NAME)


def gateway(argocd: ArgoCD) -> set[str]:
    pods = argocd.kubectl.get("pods", SHOP, "-l", "app.kubernetes.io/component=payment-gateway")["items"]
    return {each["metadata"]["uid"] for each in pods}


def images(argocd: ArgoCD) -> set[str]:
    """Of the pods that run, not of what is written."""
    pods = argocd.kubectl.get("pods", SHOP, "-l", "app.kubernetes.io/component=web")["items"]
    return {each["image"] for pod in pods if "deletionTimestamp" not in pod["metadata"] for each in pod["spec"]["containers"]}


def test_what_the_script_deployed_runs_and_is_ready(argocd, references):
    assert images(argocd) == {references["1.0.0"]}
    assert web(argocd)["status"]["readyReplicas"] >= 2
    kinds = {each["kind"] for each in argocd.application()["status"]["resources"]}
    assert {"Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget"} <= kinds
    print(json.dumps(argocd.application()["status"]["operationState"]["syncResult"]["revision"]))


def test_what_a_hand_takes_away_is_put_back(argocd):
    before = argocd.kubectl.get("service", SHOP, NAME)["metadata"]["uid"]
    argocd.kubectl("delete", "service", NAME, "-n", SHOP)
    began = time.monotonic()
    wait_until(lambda: argocd.kubectl("get", "service", NAME, "-n", SHOP, "--ignore-not-found"), "the Service", HEAL_SECONDS_MAX, argocd.said)
    print(f"a Service that was deleted by hand was back after {time.monotonic() - began:.1f} s")
    assert argocd.kubectl.get("service", SHOP, NAME)["metadata"]["uid"] != before


def test_what_a_hand_changes_is_changed_back(argocd):
    wanted = web(argocd)["spec"]["minReadySeconds"]
    argocd.kubectl("patch", "deployment", NAME, "-n", SHOP, "--type=merge", "-p", '{"spec": {"minReadySeconds": 99}}')
    wait_until(lambda: web(argocd)["spec"]["minReadySeconds"] == wanted, "the old value", HEAL_SECONDS_MAX, argocd.said)


def test_the_number_of_pods_is_the_hpas(argocd):
    """Another number than before is no difference to Argo CD, so it does nothing. (A hand takes the HPA's place.)"""
    wait_until(lambda: argocd.stands_at(commit_of(argocd)), "it to be in step", SYNC_SECONDS_MAX, argocd.said)
    before = argocd.application()["status"]["operationState"]["startedAt"]
    argocd.kubectl("scale", "deployment", NAME, "-n", SHOP, f"--replicas={web(argocd)['spec']['replicas'] + 1}")
    began = time.monotonic()
    while time.monotonic() - began < QUIET_SECONDS:
        status = argocd.application()["status"]
        assert (status["sync"]["status"], status["operationState"]["startedAt"]) == ("Synced", before), argocd.said()
        time.sleep(1)


def test_a_release_replaces_the_shops_pods_and_the_way_back_is_one_command(argocd, references):
    paying = gateway(argocd)
    commit = deploy(argocd, references, "1.1.0")
    arrives(argocd, commit)
    wait_until(lambda: images(argocd) == {references["1.1.0"]}, "the new pods alone", SYNC_SECONDS_MAX, argocd.said)
    back = argocd.checkout.script("deploy.sh", "--back-to", "1.0.0", "production").stdout.strip()
    arrives(argocd, back)
    wait_until(lambda: images(argocd) == {references["1.0.0"]}, "the old pods alone", SYNC_SECONDS_MAX, argocd.said)
    assert gateway(argocd) == paying, "a release of the shop is none of the payment gateway"


def standing(argocd) -> set:
    """The shop's pods, but for those of the release before that still drain."""
    found = argocd.kubectl.get("pods", SHOP, "-l", "app.kubernetes.io/component=web")["items"]
    return {each["metadata"]["uid"] for each in found if "deletionTimestamp" not in each["metadata"]}


def test_a_secret_in_the_repository_is_refused_and_the_shop_stays(argocd, references):
    pods = standing(argocd)
    overlay = (argocd.checkout.folder / OURS).read_text()
    argocd.checkout.write("deploy/overlays/eks/secret.yaml",
                          "apiVersion: v1\nkind: Secret\nmetadata: {name: smuggled}\nstringData: {token: in-the-repository}\n")
    argocd.checkout.write(OURS, overlay.replace("- database.yaml\n", "- database.yaml\n- secret.yaml\n"))
    argocd.checkout.commit("Keep a secret where it does not belong")
    deploy(argocd, references, "1.0.0")

    def refused() -> bool:
        state = argocd.application()["status"].get("operationState", {})
        return state.get("phase") in ("Failed", "Running") and "is not permitted in project" in json.dumps(state)

    wait_until(refused, "Argo CD to refuse it", SYNC_SECONDS_MAX, argocd.said)
    assert argocd.kubectl("get", "secret", "smuggled", "-n", SHOP, "--ignore-not-found") == ""
    assert pods == standing(argocd)
