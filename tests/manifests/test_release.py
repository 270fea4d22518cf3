"""A release of the shop is a new `newTag` of its overlay, and is a release of nothing else: the demo payment gateway, which is one pod and is
stopped before its successor starts, is not told anything new, so cards are charged all the while."""

import pathlib

import pytest
import yaml

from manifests.rendered import BASE, OVERLAYS, ROOT, containers, named, text, workloads
from support import releases

BY_ROLLOUTS = sorted(path.parent for path in (ROOT / "deploy" / "rollouts").glob("kind-*/kustomization.yaml"))
WHOLE_SHOPS = [*OVERLAYS, *BY_ROLLOUTS]
TAG = "9.9.9"


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> pathlib.Path:
    """All manifests with the next release."""
    return releases.manifests(tmp_path_factory.mktemp("released"), f"fashionforward:{TAG}")


@pytest.fixture(params=WHOLE_SHOPS, ids=lambda folder: str(folder.relative_to(ROOT / "deploy")))
def folder(request) -> pathlib.Path:
    return request.param


def document(folder: pathlib.Path, kind: str, name: str) -> str:
    """As it is rendered, to the byte."""
    found = [each for each in text(folder).split("\n---\n")
             if (read := yaml.safe_load(each))["kind"] == kind and read["metadata"]["name"] == name]
    assert len(found) == 1, f"{len(found)} of {kind}/{name}"
    return found[0].strip()


def test_a_new_tag_of_the_shop_changes_the_shop_and_leaves_the_gateway_to_the_byte(folder, released):
    new = released / folder.relative_to(ROOT)
    shop = {each["image"] for each in containers(named(new, "Deployment", "fashionforward"))}
    assert {image.rsplit(":", 1)[1] for image in shop} == {TAG}
    assert document(new, "Deployment", "payment-gateway") == document(folder, "Deployment", "payment-gateway")


def test_a_new_tag_of_the_shop_changes_nothing_but_pods_of_the_shop(folder, released):
    before, after = (text(each).split("\n---\n") for each in (folder, released / folder.relative_to(ROOT)))
    assert len(before) == len(after)
    changed = {(each["kind"], each["metadata"]["name"]) for old, new in zip(before, after) if old != new for each in [yaml.safe_load(new)]}
    assert changed == {("Deployment", "fashionforward")}


def test_every_image_has_a_release_of_its_own(folder):
    """The names that k8s/ gives are nobody's images; that the gateway's is one, its entry sees to."""
    for workload in workloads(folder):
        for container in containers(workload):
            assert "fashionforward-payment-gateway" not in container["image"]


def test_the_files_of_the_shop_alone_give_the_gateways_image_another_name_than_the_shops():
    [gateway] = containers(named(BASE, "Deployment", "payment-gateway"))
    assert gateway["image"].split(":")[0] == "fashionforward-payment-gateway"
    assert {each["image"].split(":")[0] for each in containers(named(BASE, "Deployment", "fashionforward"))} == {"fashionforward"}
