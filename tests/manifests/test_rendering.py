"""Every overlay renders, and what comes out is one shop: no two resources of a name, nothing outside its namespace, no password
where a real shop would get one from here."""

import copy
import re
import subprocess
import tempfile

import pytest

from manifests import schemas as schemas_of
from manifests.rendered import (BASE, NAMESPACE, OVERLAYS, ROOT, WITH_SECRETS, containers, named, of_kind, pod_of, resources,
                                text, tool, where, workloads)

CLUSTER_WIDE = {"Namespace"}
ALL = [BASE, *OVERLAYS]
KUBECONFORM_SECONDS_MAX = 120


@pytest.fixture(params=ALL, ids=lambda folder: folder.name)
def folder(request):
    return request.param


def test_there_is_an_overlay_for_each_place_that_the_documents_name():
    assert {"minikube", "kind", "eks"} <= {each.name for each in OVERLAYS}


def test_no_two_resources_have_one_name(folder):
    seen = [(each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in resources(folder)]
    assert len(seen) == len(set(seen)), sorted(each for each in seen if seen.count(each) > 1)


def test_everything_lives_in_the_shops_namespace(folder):
    elsewhere = [f"{each['kind']}/{each['metadata']['name']}" for each in resources(folder)
                 if each["kind"] not in CLUSTER_WIDE and each["metadata"].get("namespace") != NAMESPACE]
    assert elsewhere == []


def test_the_namespace_enforces_restricted_pods(folder):
    labels = named(folder, "Namespace", NAMESPACE)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_passwords_are_only_in_overlays_for_a_cluster_of_ones_own(folder):
    secrets = of_kind(folder, "Secret")
    assert bool(secrets) == (folder.name in WITH_SECRETS), [each["metadata"]["name"] for each in secrets]


def test_every_image_is_one_release(folder):
    for workload in workloads(folder):
        for container in containers(workload):
            assert re.fullmatch(r"[^:@]+(:[\w.-]+|@sha256:[0-9a-f]{64})", container["image"]), container["image"]
            assert not container["image"].endswith(":latest"), where(workload)


def test_what_is_mounted_exists_or_is_made_by_the_operator(folder):
    """A misspelt ConfigMap or Secret would leave every new pod in ContainerCreating."""
    by_operator = {("ConfigMap", "rds-authorities")} if folder.name == "eks" else set()
    if folder.name not in WITH_SECRETS:
        by_operator |= {("Secret", name) for name in ("fashionforward-database", "fashionforward-migration", "payment-gateway")}
    there = {(each["kind"], each["metadata"]["name"]) for each in resources(folder)} | by_operator
    for workload in workloads(folder):
        for volume in pod_of(workload).get("volumes", []):
            for source in volume.get("projected", {}).get("sources", [volume]):
                if "configMap" in source:
                    assert ("ConfigMap", source["configMap"]["name"]) in there, where(workload)
                if "secret" in source:
                    assert ("Secret", source["secret"].get("secretName") or source["secret"]["name"]) in there, where(workload)
            if "persistentVolumeClaim" in volume:
                assert ("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]) in there
        for container in containers(workload):
            for variable in container.get("env", []):
                key = variable.get("valueFrom", {}).get("secretKeyRef")
                assert not key or ("Secret", key["name"]) in there, (where(workload), variable["name"])


def test_changed_settings_are_a_changed_pod():
    """The ConfigMap's name says what is in it, so a change of the settings rolls out, and an undo brings the old ones back."""
    web = named(BASE, "Deployment", "fashionforward")
    [name] = [each["configMap"]["name"] for each in pod_of(web)["volumes"] if "configMap" in each]
    assert re.fullmatch(r"fashionforward-config-[0-9a-z]{10}", name)


def test_kind_differs_from_the_base_only_in_sizes_windows_and_where_it_is():
    """What ./ff test cluster proves is true of k8s/ because nothing else differs."""
    base, kind = (copy.deepcopy(named(folder, "Deployment", "fashionforward"))
                  for folder in (BASE, ROOT / "deploy" / "overlays" / "kind"))
    for each in (base, kind):
        for container in containers(each):
            del container["image"], container["resources"]
    # The demo catalogue's container is the overlay's own.
    pod_of(kind)["initContainers"] = [each for each in pod_of(kind)["initContainers"] if each["name"] != "seed"]
    assert kind == base


def test_a_canary_and_green_are_the_shop_but_for_the_image():
    for overlay, name in (("kind-canary", "fashionforward-canary"), ("kind-blue-green", "fashionforward-green")):
        folder = ROOT / "deploy" / "overlays" / overlay
        shop, other = (copy.deepcopy(pod_of(named(folder, "Deployment", each))) for each in ("fashionforward", name))
        images = []
        for pod in (shop, other):
            images.append({each.pop("image") for each in pod["initContainers"] + pod["containers"]})
        assert other == shop
        assert images == [{"fashionforward:test"}, {"fashionforward:next"}]


@pytest.fixture(scope="module")
def schemas():
    return schemas_of.write() or pytest.skip("there is no API document to make schemas from; ./ff cluster up brings one")


def test_kubeconform_knows_every_field(folder, schemas):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as rendered:
        rendered.write(text(folder))
        rendered.flush()
        # Custom resources are known where the document is a cluster's that has them.
        known = [] if list(schemas.glob("issuer-*.json")) else ["-skip", "Issuer,Certificate"]
        done = subprocess.run([tool("kubeconform"), "-strict", "-summary", *known,
                               "-schema-location", str(schemas / schemas_of.PATTERN), rendered.name],
                              capture_output=True, text=True, timeout=KUBECONFORM_SECONDS_MAX)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Invalid: 0, Errors: 0" in done.stdout, done.stdout
