"""The list of what is inside: complete, and an SPDX 2.3 document by that specification's required fields."""

import hashlib
import io
import json
import re
import tarfile

import pytest

from conftest import IMAGE, command

# SPDX 2.3, chapters 6 to 11: what must be there.
DOCUMENT = {"spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"}
PACKAGE = {"SPDXID", "name", "downloadLocation"}
FILE = {"SPDXID", "fileName", "checksums"}
RELATIONSHIP = {"spdxElementId", "relationshipType", "relatedSpdxElement"}


def listed(kind: str, sbom: dict) -> dict:
    return {each["SPDXID"]: each for each in sbom[kind]}


def related(sbom: dict, kind: str) -> list:
    return [(r["spdxElementId"], r["relatedSpdxElement"]) for r in sbom["relationships"] if r["relationshipType"] == kind]


def test_every_required_field_is_there_in_the_form_that_is_required(sbom):
    assert DOCUMENT <= sbom.keys()
    assert (sbom["spdxVersion"], sbom["dataLicense"], sbom["SPDXID"]) == ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT")
    assert re.fullmatch(r"[a-z]+:[^#]+", sbom["documentNamespace"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", sbom["creationInfo"]["created"])
    assert all(re.match("(Tool|Person|Organization): .", each) for each in sbom["creationInfo"]["creators"])
    assert sbom["packages"] and all(PACKAGE <= each.keys() for each in sbom["packages"])
    assert sbom["files"] and all(FILE <= each.keys() for each in sbom["files"])
    assert sbom["relationships"] and all(RELATIONSHIP <= each.keys() for each in sbom["relationships"])
    for package in sbom["packages"]:
        assert ("packageVerificationCode" in package) == package["filesAnalyzed"]
        assert re.match("(Person|Organization): .", package.get("supplier", "Organization: ours"))
    for file in sbom["files"]:
        assert {checksum["algorithm"] for checksum in file["checksums"]} == {"SHA1", "SHA256"}
        assert file["fileName"].startswith("./")


def test_names_are_unique_and_every_relationship_leads_to_one(sbom):
    names = ["SPDXRef-DOCUMENT"] + [each["SPDXID"] for kind in ("packages", "files") for each in sbom[kind]]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", name) for name in names)
    for link in sbom["relationships"]:
        assert {link["spdxElementId"], link["relatedSpdxElement"]} <= set(names)
    assert related(sbom, "DESCRIBES") == [("SPDXRef-DOCUMENT", "SPDXRef-Package-image")]


def test_every_file_is_listed_once_with_its_digest_and_its_owner(sbom, layer):
    owners = {}
    for owner, owned in related(sbom, "CONTAINS"):
        owners.setdefault(owned, []).append(owner)
    files = {each["fileName"]: each for each in sbom["files"]}
    with tarfile.open(layer) as opened:
        regular = [member for member in opened if member.isreg() or member.islnk()]
        assert sorted(files) == sorted(member.name for member in regular)
        for member in regular:
            digests = {c["algorithm"]: c["checksumValue"] for c in files[member.name]["checksums"]}
            assert digests["SHA256"] == hashlib.sha256(opened.extractfile(member).read()).hexdigest()
            assert len(owners[files[member.name]["SPDXID"]]) == 1, member.name


def test_it_names_the_packages_whose_flaws_would_be_ours(sbom):
    packages = {each["name"]: each for each in sbom["packages"]}
    for name in ["libc6", "libssl3", "libcurl4", "libpq5", "libgnutls30"]:  # loaded
        installed = command("dpkg-query", "--show", "--showformat=${Version}", name).stdout
        assert packages[name]["versionInfo"] == installed
        assert packages[name]["externalRefs"][0]["referenceLocator"].startswith(f"pkg:deb/debian/{name}@")
    compiled_in = {other for _, other in related(sbom, "STATIC_LINK")}
    for name in ["libsqlite3-dev", "libsodium-dev", "libboost1.81-dev"]:
        assert packages[name]["SPDXID"] in compiled_in
    assert packages["fashionforward"]["versionInfo"] == "1.2.3"


def test_the_same_layer_gives_the_same_document(layer, sbom):
    again = command("/usr/bin/python3", IMAGE / "sbom.py", layer, "--version", "1.2.3").stdout
    assert json.loads(again) == sbom
    other = command("/usr/bin/python3", IMAGE / "sbom.py", layer, "--version", "1.2.4").stdout
    assert json.loads(other)["documentNamespace"] != sbom["documentNamespace"]


@pytest.mark.parametrize("stranger", ["./usr/bin/busybox", "./etc/shadow"])
def test_a_file_of_nobody_is_an_error_that_names_it(stranger, layer, tmp_path):
    altered = tmp_path / "layer.tar"
    altered.write_bytes(layer.read_bytes())
    with tarfile.open(altered, "a") as opened:
        member = tarfile.TarInfo(stranger)
        member.size = 4
        opened.addfile(member, io.BytesIO(b"\x7fELF"))
    done = command("/usr/bin/python3", IMAGE / "sbom.py", altered, check=False)
    assert done.returncode == 1 and stranger.removeprefix("./") in done.stderr and done.stdout == ""
