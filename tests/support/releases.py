"""A release as docs/kubernetes.md tells it: another `newTag` of `fashionforward` under the overlay's `images:`, and no other line. Done in
a copy of the manifests, so that two releases can be applied one after the other."""

import pathlib
import re
import shutil

ROOT = pathlib.Path(__file__).resolve().parents[2]
MANIFESTS = ("k8s", "deploy/overlays", "deploy/components", "deploy/rollouts")
SHOP = re.compile(r"(?<=^- name: fashionforward\n)(?P<name>  newName: .*\n)?  newTag: \S+", re.M)


def edited(text: str, image: str) -> str:
    """A kustomization with that release of the shop; one in another repository names that, too. Without such an entry: as it was."""
    repository, tag = image.rsplit(":", 1)

    def entry(found: re.Match) -> str:
        name = (found["name"] or "") if repository == "fashionforward" else f"  newName: {repository}\n"
        return f"{name}  newTag: {tag}"

    return SHOP.sub(entry, text)


def manifests(folder: pathlib.Path, image: str) -> pathlib.Path:
    """A copy of all manifests there, in which each overlay has that release of the shop."""
    for each in MANIFESTS:
        shutil.copytree(ROOT / each, folder / each, dirs_exist_ok=True, ignore=shutil.ignore_patterns("go"))
    changed = 0
    for path in (folder / "deploy").rglob("kustomization.yaml"):
        text = path.read_text()
        if (new := edited(text, image)) != text:
            path.write_text(new)
            changed += 1
    assert changed, "no overlay names the shop's image"
    return folder
