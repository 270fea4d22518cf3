"""Overlays that tests make of the project's own, and what two rendered ones differ in."""

import pathlib
import re
import shutil
import tempfile

import yaml

from support import releases
from support.cluster import NAMESPACE, ROOT, Cluster

OVERLAY = "deploy/overlays/kind"
BUILT = ROOT / "build" / "cluster" / "overlays"


def overlay(name: str, *patches, resources: tuple = (OVERLAY,)) -> str:
    """A kustomization in build/cluster of `resources` (from the repository's root) and what a test changes of them: objects that
    are merged in, or json_patch()."""
    folder = BUILT / name
    folder.mkdir(parents=True, exist_ok=True)
    up = "../" * len(folder.relative_to(ROOT).parts)
    text = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "namespace": NAMESPACE,
            "resources": [up + each for each in resources]}
    for patch in patches:
        if "target" not in patch:
            patch["metadata"].setdefault("namespace", NAMESPACE)
    if patches:
        text["patches"] = [patch if "target" in patch else {"patch": yaml.safe_dump(patch)} for patch in patches]
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(text, sort_keys=False))
    return str(folder.relative_to(ROOT))


def released(name: str, image: str, *patches, of: str = OVERLAY) -> str:
    """The overlay `of` with that release of the shop, made as docs/kubernetes.md says: `newTag` edited, in a copy. What else a test changes
    of it is an overlay on the copy."""
    folder = BUILT.parent / "releases" / name
    shutil.rmtree(folder, ignore_errors=True)
    copy = str((releases.manifests(folder, image) / of).relative_to(ROOT))
    return overlay(name, *patches, resources=(copy,)) if patches else copy


def of_web(**fields) -> dict:
    """For overlay() and released(): what is changed of the shop's container."""
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "fashionforward"},
            "spec": {"template": {"spec": {"containers": [{"name": "web", **fields}]}}}}


def json_patch(kind: str, name: str, *operations: dict) -> dict:
    """For overlay(): changes by RFC 6902 of one object."""
    return {"target": {"kind": kind, "name": name}, "patch": yaml.safe_dump(list(operations))}


def rendered_without(cluster: Cluster, patch: str, of: str = OVERLAY) -> str:
    """What an overlay would be without the patch in that file."""
    source = ROOT / of
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:  # beside it, so that its relative paths hold
        for path in source.iterdir():
            text = path.read_text()
            if path.name == "kustomization.yaml":
                text, count = re.subn(rf"^- path: {re.escape(patch)}\n", "", text, flags=re.M)
                assert count == 1, f"{path} has no patch {patch}"
            (pathlib.Path(folder) / path.name).write_text(text)
        return cluster.render(str(pathlib.Path(folder).relative_to(ROOT)))


def documents(rendered: str) -> dict:
    """By "Kind name"."""
    return {f"{each['kind']} {each['metadata']['name']}": each for each in yaml.safe_load_all(rendered) if each}


def differences(before, after, path: str = "") -> list:
    """[(path, before, after)] of what is not the same; the parts of lists go by their names, where they have some."""
    lists = isinstance(before, list) and isinstance(after, list)
    if lists and all(isinstance(each, dict) and "name" in each for each in before + after):
        before, after = ({each["name"]: each for each in part} for part in (before, after))
    if isinstance(before, dict) and isinstance(after, dict):
        return [found for key in sorted({*before, *after}, key=str)
                for found in differences(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))]
    return [] if before == after else [(path, before, after)]
