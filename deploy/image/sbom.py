"""What is inside the image, as an SPDX 2.3 document: sbom.py ROOTFS_TAR [--version V --revision R --created TIME].

Every file of the layer belongs to a Debian package that is recorded in it (var/lib/dpkg/status.d) or is named in OURS;
another one is an error, so nothing gets in unlisted. The document depends on nothing but the layer and the arguments.
"""

import argparse
import hashlib
import json
import re
import sys
import tarfile
import uuid

STATUS = "var/lib/dpkg/status.d/"
PROGRAM = "usr/bin/fashionforward"
IMAGE = "SPDXRef-Package-image"
# What rootfs.sh makes itself, and from what.
OURS = {
    PROGRAM: "compiled from this repository",
    "etc/group": "written by deploy/image/rootfs.sh",
    "etc/nsswitch.conf": "written by deploy/image/rootfs.sh",
    "etc/passwd": "written by deploy/image/rootfs.sh",
    "etc/ssl/certs/ca-certificates.crt": "the certificates of the package ca-certificates, one after the other",
    "usr/share/doc/fashionforward/LICENSE": "of this repository",
    "usr/share/doc/fashionforward/display-OFL.txt": "licence of a font in the program",
    "usr/share/doc/fashionforward/text-OFL.txt": "licence of a font in the program",
}


class Unlisted(Exception):
    """A file of the layer that nobody has accounted for."""


def normal(name: str) -> str:
    return name.removeprefix("./")


def read_layer(path: str) -> dict[str, bytes]:
    """The regular files of the layer. Links add no content: they are named by the packages' md5sums in Debian."""
    with tarfile.open(path) as layer:
        found = {}
        for member in layer:
            if member.isreg() or member.islnk():
                found[normal(member.name)] = layer.extractfile(member).read()
        return found


def stanza(text: str) -> dict[str, str]:
    """The fields of a package's status, continuation lines left out."""
    return dict(re.findall(r"^([A-Za-z-]+): *(.*)$", text, re.MULTILINE))


def packages_of(files: dict[str, bytes]) -> dict[str, dict]:
    """Package name -> {"status": fields, "files": its files in the layer}."""
    packages = {}
    for name, content in files.items():
        if name.startswith(STATUS) and not name.endswith(".md5sums"):
            listed = files.get(name + ".md5sums", b"").decode()
            packages[name.removeprefix(STATUS)] = {"status": stanza(content.decode()),
                                                   "files": [line.split("  ", 1)[1] for line in listed.splitlines()]}
    return packages


def check_everything_is_listed(files: dict[str, bytes], packages: dict[str, dict]) -> None:
    listed = set(OURS)
    for package in packages.values():
        listed.update(package["files"])
    unlisted = sorted(name for name in files if name not in listed and not name.startswith(STATUS))
    if unlisted:
        raise Unlisted(f"of no package and not in OURS: {', '.join(unlisted)}")
    missing = sorted(listed - set(files))
    if missing:
        raise Unlisted(f"listed, but not in the layer: {', '.join(missing)}")


def identifier(kind: str, name: str) -> str:
    """SPDX allows letters, digits, dots and dashes."""
    return f"SPDXRef-{kind}-" + re.sub(r"[^A-Za-z0-9.-]+", lambda m: m.group().encode().hex(), name)


def verification_code(contents: list[bytes]) -> dict:
    """SPDX 2.3, 7.9: the SHA1 of the sorted SHA1s."""
    digests = sorted(hashlib.sha1(content).hexdigest() for content in contents)
    return {"packageVerificationCodeValue": hashlib.sha1("".join(digests).encode()).hexdigest()}


def licence_of(name: str, files: dict[str, bytes]) -> str:
    """What the package's copyright file says in the machine-readable form, as one comment; the file itself is shipped."""
    text = files.get(f"usr/share/doc/{name}/copyright", b"").decode(errors="replace")
    named = sorted(set(re.findall(r"^License: *(\S.*)$", text, re.MULTILINE)))
    return ", ".join(named)


def debian_package(name: str, package: dict, files: dict[str, bytes]) -> dict:
    status = package["status"]
    source = re.sub(r" \(.*", "", status.get("Source", name))
    made = {
        "SPDXID": identifier("Package", name),
        "name": name,
        "versionInfo": status["Version"],
        "supplier": "Organization: Debian",
        "originator": "Person: " + re.sub(r" *<(.*)>", r" (\1)", status["Maintainer"]),
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": bool(package["files"]),
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "licenseComments": licence_of(name, files) or f"see usr/share/doc/{name}/copyright",
        "copyrightText": "NOASSERTION",
        "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": f"pkg:deb/debian/{name.replace('+', '%2B')}@{status['Version'].replace('+', '%2B')}"
                                f"?arch={status['Architecture']}&distro=debian-12&upstream={source.replace('+', '%2B')}",
        }],
    }
    if status.get("Homepage"):
        made["homepage"] = status["Homepage"]
    if package["files"]:
        made["packageVerificationCode"] = verification_code([files[file] for file in package["files"]])
    return made


def relationship(subject: str, kind: str, other: str) -> dict:
    return {"spdxElementId": subject, "relationshipType": kind, "relatedSpdxElement": other}


def file_entry(name: str, content: bytes) -> dict:
    made = {
        "SPDXID": identifier("File", name),
        "fileName": "./" + name,
        "checksums": [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(content).hexdigest()},
                      {"algorithm": "SHA256", "checksumValue": hashlib.sha256(content).hexdigest()}],
        "licenseConcluded": "NOASSERTION",
        "copyrightText": "NOASSERTION",
    }
    if name in OURS:
        made["comment"] = OURS[name]
    return made


def image_entry(files: dict[str, bytes], version: str, revision: str) -> dict:
    return {
        "SPDXID": IMAGE,
        "name": "fashionforward",
        "versionInfo": version,
        "sourceInfo": f"revision {revision}",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": True,
        "packageVerificationCode": verification_code(list(files.values())),
        "primaryPackagePurpose": "CONTAINER",
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "Apache-2.0",
        "copyrightText": "NOASSERTION",
    }


def only_its_licence(package: dict) -> bool:
    """Then the package itself is in the program: rootfs.sh, COMPILED_IN."""
    return all(file.startswith("usr/share/doc/") for file in package["files"])


def unique_name(files: dict[str, bytes], *about: str) -> uuid.UUID:
    """The same for the same content and arguments, and for no other."""
    listed = "".join(f"{name} {hashlib.sha256(files[name]).hexdigest()}\n" for name in sorted(files))
    return uuid.uuid5(uuid.NAMESPACE_OID, " ".join([hashlib.sha256(listed.encode()).hexdigest(), *about]))


def document(files: dict[str, bytes], version: str, revision: str, created: str) -> dict:
    packages = packages_of(files)
    check_everything_is_listed(files, packages)
    made_packages = [image_entry(files, version, revision)]
    links = [relationship("SPDXRef-DOCUMENT", "DESCRIBES", IMAGE)]
    owned = set()
    for name, package in sorted(packages.items()):
        compiled_in = only_its_licence(package) and name != "ca-certificates"  # whose files are in one of ours
        made = debian_package(name, {**package, "files": []} if compiled_in else package, files)
        made_packages.append(made)
        links.append(relationship(IMAGE, "CONTAINS", made["SPDXID"]))
        if compiled_in:
            links.append(relationship(identifier("File", PROGRAM), "STATIC_LINK", made["SPDXID"]))
        else:
            owned.update(package["files"])
            links += [relationship(made["SPDXID"], "CONTAINS", identifier("File", file)) for file in sorted(package["files"])]
    links += [relationship(IMAGE, "CONTAINS", identifier("File", file)) for file in sorted(set(files) - owned)]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"fashionforward-{version}",
        "documentNamespace": f"urn:uuid:{unique_name(files, version, revision, created)}",
        "creationInfo": {"created": created, "creators": ["Tool: deploy/image/sbom.py"]},
        "packages": made_packages,
        "files": [file_entry(name, files[name]) for name in sorted(files)],
        "relationships": links,
    }


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("layer", metavar="ROOTFS_TAR")
    arguments.add_argument("--version", default="unknown")
    arguments.add_argument("--revision", default="unknown")
    arguments.add_argument("--created", default="1970-01-01T00:00:00Z", help="UTC, like 2026-11-27T09:00:00Z")
    given = arguments.parse_args()
    try:
        made = document(read_layer(given.layer), given.version, given.revision, given.created)
    except Unlisted as error:
        print(f"sbom.py: {error}", file=sys.stderr)
        return 1
    json.dump(made, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
