"""A deployment: one commit on environments/ENVIRONMENT, made by the script that the workflow and Jenkins call."""

import yaml

from delivery.workflows import run
from manifests.rendered import tool

OVERLAY = "deploy/overlays/eks/kustomization.yaml"
REPOSITORY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/fashionforward"
FIRST, SECOND = (f"{REPOSITORY}@sha256:{digit * 64}" for digit in "12")
GATEWAY = "fashionforward-payment-gateway"
PRODUCTION = "origin/environments/production"


def deploy(checkout, *arguments: str, **options):
    done = checkout.script("deploy.sh", *arguments, **options)
    checkout.git("fetch", "--quiet", "origin")
    return done


def image(checkout, revision: str = PRODUCTION) -> dict:
    return images(checkout, revision)["fashionforward"]


def images(checkout, revision: str = PRODUCTION) -> dict:
    """The overlay's entries by their names."""
    return {each["name"]: each for each in yaml.safe_load(checkout.show(revision, OVERLAY))["images"]}


def rendered(checkout, folder) -> dict:
    """The images that kustomize makes of what is deployed, by Deployment."""
    checkout.git("worktree", "add", "--quiet", "--detach", str(folder), PRODUCTION)
    done = run(tool("kubectl"), "kustomize", folder / "deploy" / "overlays" / "eks")
    pods = {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in yaml.safe_load_all(done.stdout) if each["kind"] == "Deployment"}
    return {name: [each["image"] for each in pod.get("initContainers", []) + pod["containers"]] for name, pod in pods.items()}


def test_the_overlay_names_the_image_by_digest_and_the_release_in_words(checkout):
    deploy(checkout, "production", "1.2.3", FIRST)
    assert image(checkout) == {"name": "fashionforward", "newName": REPOSITORY, "digest": f"sha256:{'1' * 64}"}
    assert "# 1.2.3" in checkout.show(PRODUCTION, OVERLAY)


def test_nothing_else_of_the_manifests_changes_and_nothing_but_manifests_is_deployed(checkout):
    deploy(checkout, "production", "1.2.3", FIRST)
    changed = checkout.git("diff", "--stat=200", "--diff-filter=AM", "main", PRODUCTION)
    assert OVERLAY in changed and "1 file changed" in changed
    listed = checkout.git("ls-tree", "-r", "--name-only", PRODUCTION).splitlines()
    assert {name.split("/")[0] for name in listed} == {"k8s", "deploy"}
    assert not [name for name in listed if ".github" in name or name.startswith("deploy/ci")]


def test_every_container_of_what_kustomize_renders_runs_it(checkout, tmp_path):
    deploy(checkout, "production", "1.2.3", FIRST)
    assert rendered(checkout, tmp_path / "deployed") == {"fashionforward": [FIRST, FIRST], "payment-gateway": [FIRST]}  # migrate and web


def test_the_next_release_leaves_the_gateway_as_it_runs(checkout, tmp_path):
    deploy(checkout, "production", "1.2.3", FIRST)
    for version in ("1.3.0", "1.4.0"):
        deploy(checkout, "production", version, SECOND)
    assert rendered(checkout, tmp_path / "deployed") == {"fashionforward": [SECOND, SECOND], "payment-gateway": [FIRST]}
    assert f"digest: sha256:{'1' * 64} # 1.2.3" in checkout.show(PRODUCTION, OVERLAY)


def test_a_gateway_that_the_overlay_names_by_digest_is_what_is_deployed(checkout):
    deploy(checkout, "production", "1.2.3", FIRST)
    repository, digest = SECOND.split("@")
    run("python3", checkout.folder / "deploy" / "ci" / "set_image.py", checkout.folder / OVERLAY, GATEWAY, repository, digest, "1.3.0")
    checkout.commit("Renew the gateway")
    deploy(checkout, "production", "1.3.1", FIRST)
    assert images(checkout)[GATEWAY] == {"name": GATEWAY, "newName": repository, "digest": digest}
    assert image(checkout)["digest"].endswith("1" * 64)


def test_a_shop_without_the_demo_gateway_has_no_entry_of_it(checkout):
    text = (checkout.folder / OVERLAY).read_text()
    checkout.write(OVERLAY, text[:text.index(f"- name: {GATEWAY}")])
    checkout.commit("Have a gateway of our own")
    deploy(checkout, "production", "1.2.3", FIRST)
    assert list(images(checkout)) == ["fashionforward"]


def test_the_branch_is_the_list_of_all_deployments(checkout):
    deploy(checkout, "production", "1.2.3", FIRST)
    checkout.commit("Work on")
    deploy(checkout, "production", "1.3.0", SECOND, GITHUB_ACTOR="ada")
    assert checkout.git("log", "--format=%s by %an", PRODUCTION).splitlines()[0] == "Deploy 1.3.0 to production by ada"
    assert checkout.git("log", "--format=%(trailers:key=Version,valueonly)", PRODUCTION).split() == ["1.3.0", "1.2.3"]
    release = checkout.git("log", "-1", "--format=%(trailers:key=Release,valueonly)", PRODUCTION).strip()
    assert release == checkout.git("rev-parse", "main")


def test_the_work_tree_is_left_alone(checkout):
    deploy(checkout, "production", "1.2.3", FIRST)
    assert checkout.git("status", "--porcelain") == ""
    assert checkout.git("rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_to_deploy_what_runs_already_does_nothing(checkout):
    first = deploy(checkout, "production", "1.2.3", FIRST).stdout
    again = deploy(checkout, "production", "1.2.3", FIRST)
    assert again.stdout == first and "already" in again.stderr
    assert len(checkout.git("log", "--format=%h", PRODUCTION).split()) == 1


def test_environments_do_not_know_of_each_other(checkout):
    deploy(checkout, "staging", "1.3.0", SECOND)
    deploy(checkout, "production", "1.2.3", FIRST)
    assert image(checkout, "origin/environments/staging")["digest"].endswith("2" * 64)
    assert image(checkout)["digest"].endswith("1" * 64)


def test_to_go_back_brings_the_earlier_manifests_and_image_and_is_a_deployment_of_its_own(checkout):
    deploy(checkout, "production", "1.2.3", FIRST)
    earlier = checkout.git("rev-parse", f"{PRODUCTION}^{{tree}}")
    checkout.write("k8s/hpa.yaml", (checkout.folder / "k8s" / "hpa.yaml").read_text().replace("maxReplicas: 10", "maxReplicas: 12"))
    checkout.commit("Scale further")
    deploy(checkout, "production", "1.3.0", SECOND)
    assert "maxReplicas: 12" in checkout.show(PRODUCTION, "k8s/hpa.yaml")

    deploy(checkout, "--back-to", "1.2.3", "production")
    assert checkout.git("rev-parse", f"{PRODUCTION}^{{tree}}") == earlier
    assert checkout.git("log", "--format=%s", PRODUCTION).splitlines() == [
        "Go back to 1.2.3 in production", "Deploy 1.3.0 to production", "Deploy 1.2.3 to production"]


def test_to_go_back_twice_is_to_name_the_version_twice(checkout):
    """Not "the one before", which after a first step back would be the release that was left."""
    for version, reference in (("1.2.3", FIRST), ("1.3.0", SECOND)):
        deploy(checkout, "production", version, reference)
    deploy(checkout, "--back-to", "1.2.3", "production")
    assert "already" in deploy(checkout, "--back-to", "1.2.3", "production").stderr
    deploy(checkout, "--back-to", "1.3.0", "production")
    assert image(checkout)["digest"].endswith("2" * 64)


def test_there_is_no_way_back_to_what_never_was(checkout):
    deploy(checkout, "production", "1.2.3", FIRST)
    done = deploy(checkout, "--back-to", "1.2.4", "production", check=False)
    assert done.returncode == 1 and "these were: 1.2.3" in done.stderr
    assert deploy(checkout, "--back-to", "1.2.3", "staging", check=False).returncode == 1


def test_of_two_deployments_at_once_the_second_fails_and_the_first_stays(checkout):
    """The other one arrives between this one's look at the branch and its push: a hook of this clone, as late as can be."""
    deploy(checkout, "production", "1.2.3", FIRST)
    base = checkout.git("rev-parse", PRODUCTION)
    other = checkout.git("commit-tree", f"{base}^{{tree}}", "-p", base, "-m", "Another deployment")
    hook = checkout.folder / ".git" / "hooks" / "pre-push"
    hook.write_text(f"#!/bin/sh\nrm \"$0\"\ngit push --quiet origin {other}:refs/heads/environments/production\n")
    hook.chmod(0o755)
    done = deploy(checkout, "production", "1.3.0", SECOND, check=False)
    assert done.returncode == 1 and "has moved meanwhile" in done.stderr
    assert checkout.git("rev-parse", PRODUCTION) == other


def test_a_tag_is_no_deployment(checkout):
    done = deploy(checkout, "production", "1.2.3", f"{REPOSITORY}:1.2.3", check=False)
    assert done.returncode == 1 and "names no digest" in done.stderr


def test_what_somebody_typed_never_becomes_a_command(checkout, tmp_path):
    for typed in ("$(touch typed)", "1.2.3; touch typed", "--upload-pack=touch typed", ".*"):
        for arguments in (("production", typed, FIRST), ("--back-to", typed, "production"), (typed, "1.2.3", FIRST)):
            assert deploy(checkout, *arguments, check=False).returncode == 1, arguments
    assert not (checkout.folder / "typed").exists()
    assert checkout.git("ls-remote", "origin", "refs/heads/environments/*") == ""
