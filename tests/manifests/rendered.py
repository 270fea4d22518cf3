"""The manifests as kubectl renders them, and the few questions that all tests ask of them."""

import functools
import os
import pathlib
import shutil
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASE = ROOT / "k8s"
OVERLAYS = sorted(path.parent for path in (ROOT / "deploy" / "overlays").glob("*/kustomization.yaml"))
WITH_SECRETS = {"minikube", "kind", "kind-ha", "kind-canary", "kind-blue-green"}  # demo passwords for a cluster of one's own
TOOLS = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "fashionforward" / "cluster" / "bin"
RENDER_SECONDS_MAX = 60
NAMESPACE = "fashionforward"


def tool(name: str) -> str:
    """A program of the cluster's harness (./ff cluster up), or of this machine."""
    found = shutil.which(name, path=f"{TOOLS}:{os.environ.get('PATH', '')}")
    if not found:
        pytest.skip(f"there is no {name}; ./ff cluster up brings one")
    return found


@functools.cache
def text(folder: pathlib.Path) -> str:
    done = subprocess.run([tool("kubectl"), "kustomize", str(folder)], capture_output=True, text=True, timeout=RENDER_SECONDS_MAX)
    assert done.returncode == 0, done.stderr
    return done.stdout


@functools.cache
def resources(folder: pathlib.Path) -> list:
    return [each for each in yaml.safe_load_all(text(folder)) if each]


def of_kind(folder: pathlib.Path, *kinds: str) -> list:
    return [each for each in resources(folder) if each["kind"] in kinds]


def named(folder: pathlib.Path, kind: str, name: str) -> dict:
    found = [each for each in of_kind(folder, kind) if each["metadata"]["name"] == name]
    assert len(found) == 1, f"{len(found)} of {kind}/{name}"
    return found[0]


def workloads(folder: pathlib.Path) -> list:
    return of_kind(folder, "Deployment", "StatefulSet")


def pod_of(workload: dict) -> dict:
    return workload["spec"]["template"]["spec"]


def labels_of(workload: dict) -> dict:
    return workload["spec"]["template"]["metadata"]["labels"]


def containers(workload: dict) -> list:
    return pod_of(workload).get("initContainers", []) + pod_of(workload)["containers"]


def selects(selector: dict, labels: dict) -> bool:
    """A label selector, or the bare labels of a Service's."""
    wanted = selector.get("matchLabels", {} if "matchExpressions" in selector else selector)
    return all(labels.get(key) == value for key, value in wanted.items())


def where(workload: dict) -> str:
    return f"{workload['kind']}/{workload['metadata']['name']}"
