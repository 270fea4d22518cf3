"""From the saved image to one that may be deployed, by the scripts of the release workflow: pushed, joined, signed, looked at. The
registry and cosign are real; the key is made here and thrown away, where on GitHub a certificate of the workflow stands."""

import base64
import json
import re

import pytest

from delivery.registry import Registry, saved_image
from delivery.test_provenance import COMMIT, GITHUB
from delivery.workflows import run, tool

SPDX = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "contents", "files": [],
        "documentNamespace": "urn:uuid:0", "creationInfo": {"created": "2026-11-27T09:00:00Z", "creators": ["Tool: a test"]}}


@pytest.fixture
def registry(tmp_path):
    with Registry(tool("crane", "crane"), tmp_path / "registry.log") as started:
        yield started


@pytest.fixture
def keys(tmp_path):
    """What sign.sh and verify.sh are told of a key pair; a second call makes another pair."""
    cosign, made = tool("cosign", "cosign"), []

    def make() -> dict:
        prefix = tmp_path / f"key-{len(made)}"
        made.append(prefix)
        run(cosign, "generate-key-pair", "--output-key-prefix", prefix, env={"COSIGN_PASSWORD": "thrown away", "HOME": str(tmp_path)})
        return {"COSIGN_KEY": f"{prefix}.key", "COSIGN_PUBLIC_KEY": f"{prefix}.pub", "COSIGN_PASSWORD": "thrown away",
                "HOME": str(tmp_path), "XDG_CACHE_HOME": str(cosign.parents[2].parent)}

    return make


def push(checkout, registry, architecture: str, **options) -> str:
    """REPOSITORY@DIGEST of a small image for that architecture."""
    saved_image(checkout.folder / "build" / "dist" / "fashionforward-1.2.3.tar", architecture)
    return checkout.script("push.sh", "1.2.3", registry.repository(), architecture, **options).stdout.strip()


def contents(checkout) -> str:
    checkout.write("build/dist/contents.spdx.json", json.dumps(SPDX))
    return str(checkout.folder / "build" / "dist" / "contents.spdx.json")


def sign(checkout, reference: str, key: dict, *sbom: str, **options):
    return checkout.script("sign.sh", reference, *sbom, **{**GITHUB, **key, **options})


def test_an_image_is_pushed_under_its_architecture_and_named_by_digest(checkout, registry):
    reference = push(checkout, registry, "arm64")
    assert reference == f"{registry.repository()}@{registry.ask('digest', registry.repository() + ':1.2.3-arm64')}"
    assert json.loads(registry.ask("config", reference))["architecture"] == "arm64"


def test_an_image_for_another_processor_is_not_pushed(checkout, registry):
    saved_image(checkout.folder / "build" / "dist" / "fashionforward-1.2.3.tar", "arm64")
    done = checkout.script("push.sh", "1.2.3", registry.repository(), "amd64", check=False)
    assert done.returncode == 1 and "is for arm64, not amd64" in done.stderr


def test_the_version_is_one_name_for_all_architectures(checkout, registry):
    parts = {push(checkout, registry, each).split("@")[1] for each in ("amd64", "arm64")}
    index = checkout.script("index.sh", "1.2.3", registry.repository(), "amd64", "arm64").stdout.strip()
    assert index == f"{registry.repository()}@{registry.ask('digest', registry.repository() + ':1.2.3')}"
    listed = json.loads(registry.ask("manifest", index))["manifests"]
    assert {each["digest"] for each in listed} == parts
    assert [each["platform"]["architecture"] for each in listed] == ["amd64", "arm64"]


def deployed(checkout, environment: str, version: str, reference: str) -> None:
    checkout.script("deploy.sh", environment, version, reference)


def test_the_image_that_a_gateway_runs_is_kept_by_a_tag_and_no_other(checkout, registry):
    """Its life is longer than thirty releases: the registry's life cycle leaves what has such a tag (terraform/ecr.tf)."""
    first, second = (push(checkout, registry, each) for each in ("amd64", "arm64"))
    assert "No environment runs a gateway yet" in checkout.script("keep.sh", registry.repository()).stderr
    for environment in ("staging", "production"):
        for version, reference in (("1.2.3", first), ("1.3.0", second)):
            deployed(checkout, environment, version, reference)
    for _ in range(2):  # each release does it; a tag that can't be given twice is not tried twice
        checkout.script("keep.sh", registry.repository())
    kept = [tag for tag in registry.ask("ls", registry.repository()).split() if tag.startswith("keep-")]
    assert kept == [f"keep-{first.split('sha256:')[1][:16]}"]
    assert registry.ask("digest", f"{registry.repository()}:{kept[0]}") == first.split("@")[1]


def test_a_gateway_of_another_registry_is_left_to_it(checkout, registry):
    reference = push(checkout, registry, "amd64")
    deployed(checkout, "production", "1.2.3", reference.replace("/shop@", "/elsewhere@"))
    assert "is kept by who runs its registry" in checkout.script("keep.sh", registry.repository()).stderr
    assert not [tag for tag in registry.ask("ls", registry.repository()).split() if tag.startswith("keep-")]


def test_a_registry_that_wants_a_lasting_password_is_refused(checkout):
    tool("crane", "crane")
    done = checkout.script("login.sh", "registry.example.com/shop", check=False)
    assert done.returncode == 1 and "without a password that lasts" in done.stderr


def test_what_nobody_signed_is_not_deployed(checkout, registry, keys):
    done = checkout.script("verify.sh", push(checkout, registry, "amd64"), check=False, **keys())
    assert done.returncode == 1 and "is not signed as it should be" in done.stderr


def test_what_another_signed_is_not_deployed(checkout, registry, keys):
    reference, ours, theirs = push(checkout, registry, "amd64"), keys(), keys()
    sign(checkout, reference, theirs, contents(checkout))
    checkout.script("verify.sh", reference, **theirs)
    assert checkout.script("verify.sh", reference, check=False, **ours).returncode == 1


def test_an_image_that_does_not_say_what_is_inside_is_not_deployed(checkout, registry, keys):
    reference, key = push(checkout, registry, "amd64"), keys()
    sign(checkout, reference, key)
    done = checkout.script("verify.sh", reference, check=False, **key)
    assert done.returncode == 1 and "says nothing of its spdxjson" in done.stderr


def test_a_release_of_both_architectures_is_deployable_only_when_every_part_is(checkout, registry, keys):
    key = keys()
    parts = {each: push(checkout, registry, each) for each in ("amd64", "arm64")}
    index = checkout.script("index.sh", "1.2.3", registry.repository(), "amd64", "arm64").stdout.strip()
    sign(checkout, index, key)
    sign(checkout, parts["amd64"], key, contents(checkout))
    done = checkout.script("verify.sh", index, check=False, **key)
    assert done.returncode == 1 and parts["arm64"].split("@")[1] in done.stderr
    sign(checkout, parts["arm64"], key, contents(checkout))
    assert "(2 architectures)" in checkout.script("verify.sh", index, **key).stderr


def test_the_provenance_that_is_signed_is_of_this_image_and_this_commit(checkout, registry, keys, tmp_path):
    reference, key = push(checkout, registry, "amd64"), keys()
    sign(checkout, reference, key, contents(checkout))
    told = run(tool("cosign", "cosign"), "verify-attestation", "--key", key["COSIGN_PUBLIC_KEY"], "--insecure-ignore-tlog=true",
               "--type", "slsaprovenance1", reference, env={"HOME": str(tmp_path)}).stdout
    statement = json.loads(base64.b64decode(json.loads(told.splitlines()[0])["payload"]))
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
    assert statement["subject"][0]["digest"]["sha256"] == reference.split("sha256:")[1]
    assert statement["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"]["gitCommit"] == COMMIT


def test_a_tag_is_not_signed(checkout, registry, keys):
    push(checkout, registry, "amd64")
    done = sign(checkout, f"{registry.repository()}:1.2.3-amd64", keys(), check=False)
    assert done.returncode == 1 and "names no digest" in done.stderr


def test_nothing_is_signed_where_nobody_states_the_provenance(checkout, registry, keys):
    reference, key = push(checkout, registry, "amd64"), keys()
    assert checkout.script("sign.sh", reference, check=False, **key).returncode == 1
    assert checkout.script("verify.sh", reference, check=False, **key).returncode == 1


def test_on_github_only_the_release_workflow_on_a_tag_counts(checkout, tmp_path):
    """Sigstore can't be reached from a test: a stand-in for cosign tells what identity it was asked for."""
    tool("crane", "crane")
    stand_in = tmp_path / "bin" / "cosign"
    stand_in.parent.mkdir()
    stand_in.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\nexit 1\n')
    stand_in.chmod(0o755)
    checkout.script("verify.sh", f"127.0.0.1:1/shop@sha256:{'0' * 64}", check=False, SIGNED_BY="ada/my.shop",
                    PATH=f"{stand_in.parent}:/usr/bin:/bin:/usr/local/bin:/usr/local/go/bin")
    asked = (tmp_path / "asked").read_text()
    assert "--certificate-oidc-issuer https://token.actions.githubusercontent.com " in asked
    identity = re.compile(re.search(r"--certificate-identity-regexp (\S+)", asked).group(1))
    workflow = "https://github.com/ada/my.shop/.github/workflows/release.yaml"
    assert identity.search(f"{workflow}@refs/tags/v1.2.3")
    for other in (f"{workflow}@refs/heads/main", f"{workflow}@refs/tags/v1.2.3/x", f"{workflow}@refs/pull/1/merge",
                  "https://github.com/ada/my.shop/.github/workflows/test.yaml@refs/tags/v1.2.3",
                  "https://github.com/ada/myxshop/.github/workflows/release.yaml@refs/tags/v1.2.3",
                  f"https://evil.example/{workflow}@refs/tags/v1.2.3"):
        assert not identity.search(other), other
