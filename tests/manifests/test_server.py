"""A real API server takes every overlay, with its own validation, defaults and Pod Security: `kubectl apply --dry-run=server`."""

import os
import re
import subprocess

import pytest

from manifests.rendered import BASE, NAMESPACE, OVERLAYS, TOOLS, named, tool

APPLY_SECONDS_MAX = 120
ANSWER_SECONDS_MAX = 10
TRIAL = f"{NAMESPACE}-manifests"  # not the shop's own: where one stands, what can't be changed of it would be refused
KUBECONFIG = os.environ.get("KUBECONFIG") or str(TOOLS.parent / "kubeconfig")


def kubectl(*arguments: str, input: str = None) -> subprocess.CompletedProcess:
    return subprocess.run([tool("kubectl"), "--kubeconfig", KUBECONFIG, *arguments], input=input, capture_output=True, text=True,
                          timeout=APPLY_SECONDS_MAX)


@pytest.fixture(scope="module")
def namespace():
    """What is tried in a namespace needs it to be there; in a dry run none is made."""
    ask = (f"--request-timeout={ANSWER_SECONDS_MAX}s", "get", "--raw", "/readyz")
    if not os.path.exists(KUBECONFIG) or kubectl(*ask).returncode:
        pytest.skip("there is no cluster; ./ff cluster up makes one")
    kubectl("delete", "namespace", TRIAL, "--ignore-not-found")  # of a run that was ended
    made = kubectl("create", "namespace", TRIAL)
    assert made.returncode == 0, made.stderr
    labels = named(BASE, "Namespace", NAMESPACE)["metadata"]["labels"]
    kubectl("label", "namespace", TRIAL, *(f"{key}={value}" for key, value in labels.items()))
    yield
    kubectl("delete", "namespace", TRIAL, "--wait=false")


@pytest.mark.parametrize("folder", [BASE, *OVERLAYS], ids=lambda folder: folder.name)
def test_the_api_server_takes_it_without_a_warning(folder, namespace):
    rendered = kubectl("kustomize", str(folder))
    assert rendered.returncode == 0, rendered.stderr
    elsewhere, places = re.subn(rf"(?m)^( +namespace: ){NAMESPACE}$", rf"\g<1>{TRIAL}", rendered.stdout)
    assert places > 0
    done = kubectl("apply", "--dry-run=server", "-f", "-", input=elsewhere)
    assert done.returncode == 0, done.stderr
    warnings = [line for line in done.stderr.splitlines() if line.startswith("Warning")]
    # Said of a namespace that was not applied: nothing that a user sees.
    assert [line for line in warnings if "last-applied-configuration" not in line] == []
