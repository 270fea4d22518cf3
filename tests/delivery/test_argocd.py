"""deploy/argocd: what it lets Argo CD do is what the shop needs, and its files are what Argo CD's own definitions ask for."""

import functools
import json
import os
import pathlib

import pytest
import yaml

from delivery.workflows import ROOT, SCRIPTS, need, run
from manifests.rendered import resources, tool

FOLDER = ROOT / "deploy" / "argocd"
EKS = ROOT / "deploy" / "overlays" / "eks"
MODULE = "github.com/argoproj/argo-cd/v3"
ENVIRONMENTS = ("staging", "production")


@functools.cache
def rendered(environment: str) -> str:
    return run(tool("kubectl"), "kustomize", FOLDER / environment).stdout


def of(environment: str, kind: str) -> dict:
    [found] = [each["spec"] for each in yaml.safe_load_all(rendered(environment)) if each["kind"] == kind]
    return found


def kind_of(each: dict) -> tuple[str, str]:
    group, _, version = each["apiVersion"].rpartition("/")
    return group, each["kind"]


def released_by(component: str) -> list:
    """The overlay as deploy/rollouts/README.md has one put its component on it."""
    folder = ROOT / "build" / "delivery" / f"rollouts-{component}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["../../../deploy/overlays/eks"],
        "components": [f"../../../deploy/rollouts/{component}"]}))
    return resources(folder)


@pytest.fixture(params=ENVIRONMENTS)
def environment(request):
    return request.param


def test_an_environment_follows_the_branch_that_the_deployment_writes(environment):
    source = of(environment, "Application")["source"]
    assert source["targetRevision"] == f"environments/{environment}"
    script = (ROOT / "deploy" / "ci" / "deploy.sh").read_text()
    assert "BRANCH=environments/$environment" in script and f"KUSTOMIZATION={source['path']}/kustomization.yaml" in script


def test_the_project_allows_the_kinds_that_the_shop_has_and_no_other(environment):
    project = of(environment, "AppProject")
    allowed = {(each["group"], each["kind"]) for part in ("cluster", "namespace") for each in project[f"{part}ResourceWhitelist"]}
    assert allowed == {kind_of(each) for each in (*resources(EKS), *released_by("canary"), *released_by("blue-green"))}
    assert project["clusterResourceWhitelist"] == [{"group": "", "kind": "Namespace"}]


def test_nothing_secret_and_no_rights_can_come_from_the_repository(environment):
    kinds = {each["kind"] for each in of(environment, "AppProject")["namespaceResourceWhitelist"]}
    assert not kinds & {"Secret", "Role", "RoleBinding", "ExternalSecret", "Pod", "Job", "DaemonSet"}


def test_it_is_one_repository_and_one_namespace(environment):
    project, application = of(environment, "AppProject"), of(environment, "Application")
    assert project["sourceRepos"] == [application["source"]["repoURL"]]
    assert project["destinations"] == [application["destination"]]
    assert not [each for each in (*project["sourceRepos"], *project["destinations"][0].values()) if "*" in each]


def test_what_is_changed_by_hand_is_put_right_and_the_number_of_pods_is_the_hpas(environment):
    application = of(environment, "Application")
    assert application["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}
    [scaled] = [each["spec"]["scaleTargetRef"] for each in resources(EKS) if each["kind"] == "HorizontalPodAutoscaler"]
    assert {"group": "apps", "kind": scaled["kind"], "jsonPointers": ["/spec/replicas"]} in application["ignoreDifferences"]
    assert "RespectIgnoreDifferences=true" in application["syncPolicy"]["syncOptions"]


def test_books_and_namespace_survive_a_mistake_in_the_repository(environment, tmp_path):
    """The Application's own patches, done by kustomize to the overlay as Argo CD does them."""
    application = of(environment, "Application")
    folder = ROOT / "build" / "delivery" / environment
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["../../../deploy/overlays/eks"],
        "patches": application["source"]["kustomize"]["patches"]}))
    kept = [each["kind"] for each in resources(folder)
            if each["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-options") == "Prune=false,Delete=false"]
    assert sorted(kept) == ["Namespace", "PersistentVolumeClaim"]


def test_no_deletion_of_the_application_takes_the_shop_along(environment):
    assert "finalizers" not in rendered(environment)


def definitions() -> list[pathlib.Path]:
    """The CustomResourceDefinitions in Argo CD's module, at the version that deploy/ci/go/argocd names. Nothing is compiled for that."""
    need("go", "which fetches Argo CD's module")
    done = run("go", "mod", "download", "-json", MODULE, cwd=SCRIPTS / "go" / "argocd", check=False,
               env={**os.environ, "GOFLAGS": "-mod=readonly", "GOWORK": "off"})
    if done.returncode != 0:
        pytest.skip(f"go can't fetch {MODULE}: {done.stderr.strip()[:200]}")
    folder = pathlib.Path(json.loads(done.stdout)["Dir"]) / "manifests" / "crds"
    return [folder / "application-crd.yaml", folder / "appproject-crd.yaml"]


def conforms(manifests: str, schemas: pathlib.Path):
    """kubeconform's word by Argo CD's schemas."""
    for path in definitions():
        definition = yaml.safe_load(path.read_text())
        [version] = definition["spec"]["versions"]
        kind = definition["spec"]["names"]["kind"].lower()
        (schemas / f"{kind}-argoproj-{version['name']}.json").write_text(json.dumps(closed(version["schema"]["openAPIV3Schema"])))
    return run(tool("kubeconform"), "-strict", "-summary", "-schema-location", str(schemas / "{{.ResourceKind}}{{.KindSuffix}}.json"),
               "-", input=manifests, check=False)


def test_it_is_what_argo_cds_own_definitions_ask_for(environment, tmp_path):
    done = conforms(rendered(environment), tmp_path)
    assert done.returncode == 0 and "Valid: 2" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("right, wrong", [("selfHeal: true", "selfHeal: 1"), ("selfHeal:", "selfheal:"), ("targetRevision:", "targetrevision:")])
def test_what_they_do_not_ask_for_would_be_noticed(right, wrong, tmp_path):
    assert conforms(rendered("production").replace(right, wrong), tmp_path).returncode == 1


def closed(node):
    """A field that the definition does not know is an error, as for `kubectl apply`."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: closed(value) for key, value in node.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object" and "additionalProperties" not in made:
        made["additionalProperties"] = bool(made.get("x-kubernetes-preserve-unknown-fields")) or made["properties"].keys() == {
            "apiVersion", "kind", "metadata"}
    return made
