"""The edit of an overlay: one entry of `images:`, and not a letter more."""

import pytest

from delivery.workflows import ROOT, SCRIPTS, run

DIGEST = "sha256:" + "a" * 64
OTHERS = """\
# First line
kind: Kustomization
images:
- name: other # not this one
  newTag: 1.0.0
- name: fashionforward
  newName: ghcr.io/a/b # CHANGE
  newTag: 1.0.0
- name: last
  newTag: 2.0.0
generatorOptions:
  disableNameSuffixHash: true # stays
"""


def edit(path, name="fashionforward", repository="ghcr.io/c/d", digest=DIGEST, version="1.2.3", check=True):
    return run("python3", SCRIPTS / "set_image.py", path, name, repository, digest, version, check=check)


@pytest.fixture
def overlay(tmp_path):
    path = tmp_path / "kustomization.yaml"
    path.write_text(OTHERS)
    return path


def test_only_the_entry_changes(overlay):
    edit(overlay)
    assert overlay.read_text() == OTHERS.replace("  newName: ghcr.io/a/b # CHANGE\n  newTag: 1.0.0\n",
                                                 f"  newName: ghcr.io/c/d\n  digest: {DIGEST} # 1.2.3\n")


def test_it_can_be_changed_again_and_read_back(overlay):
    edit(overlay)
    edit(overlay, digest="sha256:" + "b" * 64, version="1.2.4")
    assert run("python3", SCRIPTS / "set_image.py", "--print", overlay, "fashionforward").stdout == f"ghcr.io/c/d@sha256:{'b' * 64}\n"
    assert overlay.read_text().count("newName") == 1


@pytest.mark.parametrize("wrong", [{"name": "absent"}, {"repository": "Upper/Case"}, {"repository": "host/a b"}, {"digest": "sha256:1"},
                                   {"digest": "latest"}, {"version": "1.2.3\n  newTag: x"}, {"version": ""}], ids=str)
def test_what_is_no_image_is_refused_and_nothing_written(overlay, wrong):
    done = edit(overlay, check=False, **wrong)
    assert done.returncode == 1 and done.stderr.startswith("set_image.py: ")
    assert overlay.read_text() == OTHERS


def test_an_entry_is_kept_as_it_stood(overlay, tmp_path):
    earlier = tmp_path / "earlier.yaml"
    earlier.write_text(OTHERS)
    keep = ("python3", SCRIPTS / "set_image.py", "--keep", earlier, overlay, "fashionforward")
    assert run(*keep, check=False).returncode == 1 and overlay.read_text() == OTHERS, "by tag is no record of what ran"
    edit(earlier)
    run(*keep)
    assert overlay.read_text() == earlier.read_text()


def test_it_knows_the_overlay_that_is_deployed(tmp_path):
    copy = tmp_path / "kustomization.yaml"
    copy.write_text((ROOT / "deploy" / "overlays" / "eks" / "kustomization.yaml").read_text())
    edit(copy)
    assert f"digest: {DIGEST} # 1.2.3" in copy.read_text()
