"""A real API server takes every overlay, with its own validation, defaults and Pod Security: `kubectl apply --dry-run=server`."""

import os
import subprocess

import pytest

from manifests.rendered import BASE, NAMESPACE, OVERLAYS, TOOLS, named, tool

APPLY_SECONDS_MAX = 120
ANSWER_SECONDS_MAX = 10
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
    made = kubectl("create", "namespace", NAMESPACE).returncode == 0
    if made:
        labels = named(BASE, "Namespace", NAMESPACE)["metadata"]["labels"]
        kubectl("label", "namespace", NAMESPACE, *(f"{key}={value}" for key, value in labels.items()))
    yield
    if made:
        kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.mark.parametrize("folder", [BASE, *OVERLAYS], ids=lambda folder: folder.name)
def test_the_api_server_takes_it_without_a_warning(folder, namespace):
    done = kubectl("apply", "--dry-run=server", "-k", str(folder))
    assert done.returncode == 0, done.stderr
    warnings = [line for line in done.stderr.splitlines() if line.startswith("Warning")]
    # Said of the namespace that the fixture made: nothing that a user sees.
    assert [line for line in warnings if "last-applied-configuration" not in line] == []
