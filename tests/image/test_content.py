"""What the image holds: all that the program needs, nothing else, and the same bytes each time."""

import gzip
import hashlib
import os
import pathlib
import re
import ssl
import stat
import zoneinfo

import pytest

from conftest import IMAGE, command, pack
from support.shop_process import ROOT, binary

COMPRESSED_BYTES_MAX = 25_000_000  # docs/image.md; what a node pulls before its first pod of the shop can start
PROGRAM = "usr/bin/fashionforward"
LOADED_ON_DEMAND = {"libpq.so.5", "libcurl.so.4"}


def digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def needed_by(path: pathlib.Path) -> set[str]:
    """The libraries that an ELF file's header names."""
    return set(re.findall(r"\(NEEDED\)\s+Shared library: \[(.*)\]", command("readelf", "--dynamic", "--wide", path).stdout))


def test_it_is_small_enough_to_be_pulled_in_a_spike(layer):
    compressed = len(gzip.compress(layer.read_bytes(), 6))
    print(f"the layer: {layer.stat().st_size / 1e6:.1f} MB, compressed {compressed / 1e6:.1f} MB")
    assert compressed <= COMPRESSED_BYTES_MAX


def test_packed_again_elsewhere_by_somebody_with_other_habits_it_is_the_same_bytes(layer, tmp_path):
    before = os.umask(0o077)
    try:
        again = pack(tmp_path / "another" / "place", TZ="Asia/Tokyo", LC_ALL="C.UTF-8")
    finally:
        os.umask(before)
    assert digest(again) == digest(layer)


def test_the_bytes_follow_the_program_and_the_date(layer, tmp_path):
    other = tmp_path / "program"
    other.write_bytes(pathlib.Path(binary()).read_bytes())
    command("objcopy", "--add-section", f".comment.other={__file__}", "--set-section-flags", ".comment.other=alloc", other)
    assert digest(pack(tmp_path / "program-differs", program=str(other))) != digest(layer)
    assert digest(pack(tmp_path / "date-differs", SOURCE_DATE_EPOCH="1700000000")) != digest(layer)


def test_every_file_belongs_to_root_and_has_the_one_date(members):
    assert {(m.uid, m.gid, m.mtime) for m in members.values()} == {(0, 0, 0)}


def test_it_holds_exactly_the_libraries_that_the_program_loads(rootfs):
    libraries = {path.name: path for path in rootfs.glob("usr/lib/*-linux-gnu/*")}
    loaded, waiting = set(), {*needed_by(rootfs / PROGRAM), *LOADED_ON_DEMAND}
    while waiting:
        name = waiting.pop()
        assert name in libraries, f"{name} is missing"
        loaded.add(name)
        waiting |= needed_by(libraries[name]) - loaded
    assert {path.resolve() for path in libraries.values()} == {libraries[name].resolve() for name in loaded}


def test_nothing_can_be_run_but_the_program(members):
    can_run = {name for name, m in members.items() if m.isreg() and m.mode & 0o111}
    loader = r"usr/lib/[^/]+-linux-gnu/(ld-linux-.*|libc)\.so\.\d"
    assert {name for name in can_run if not re.fullmatch(loader, name)} == {PROGRAM}
    assert [name for name in members if re.search(r"bin/", name)] == [PROGRAM]


def test_nobody_gains_rights_and_only_two_folders_can_be_written(members):
    assert [name for name, m in members.items() if m.mode & (stat.S_ISUID | stat.S_ISGID)] == []
    open_to_all = {name for name, m in members.items() if m.mode & 0o002 and not m.issym()}
    assert open_to_all == {"tmp", "var/lib/fashionforward"}
    assert all(members[name].mode & stat.S_ISVTX for name in open_to_all)


def test_the_user_is_known_by_number_and_has_no_way_to_log_in(rootfs):
    users = dict(line.split(":", 1) for line in (rootfs / "etc/passwd").read_text().splitlines())
    assert users["nonroot"].startswith("x:65532:65532:")
    assert all(rest.endswith(":/nonexistent") for rest in users.values())


def test_the_authorities_are_those_of_debian_and_not_those_of_this_machine(rootfs):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(rootfs / "etc/ssl/certs/ca-certificates.crt")
    packaged = len(list(pathlib.Path("/usr/share/ca-certificates/mozilla").glob("*.crt")))
    assert packaged > 100 and context.cert_store_stats()["x509_ca"] == packaged
    assert (rootfs / "usr/lib/ssl/cert.pem").readlink() == pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


def test_it_knows_the_time_everywhere(rootfs):
    zones = rootfs / "usr/share/zoneinfo"
    listed = [line.split("\t")[2] for line in pathlib.Path("/usr/share/zoneinfo/zone1970.tab").read_text().splitlines()
              if not line.startswith("#")]
    assert len(listed) > 300
    for name in [*listed, "UTC", "Europe/Berlin", "US/Eastern"]:
        with (zones / name).open("rb") as file:
            zoneinfo.ZoneInfo.from_file(file, key=name)


def test_links_stay_inside_and_lead_somewhere(rootfs):
    for path in rootfs.rglob("*"):
        if path.is_symlink():
            target = path.readlink()
            inside = rootfs / str(target)[1:] if target.is_absolute() else path.parent / target
            assert inside.exists() and inside.resolve().is_relative_to(rootfs.resolve()), path


def test_the_program_tells_nothing_of_the_folder_that_it_was_made_in(rootfs):
    content = (rootfs / PROGRAM).read_bytes()
    assert str(ROOT).encode() + b"/" not in content
    assert str(pathlib.Path.home()).encode() + b"/" not in content


def test_what_is_compiled_in_or_loaded_is_recorded_with_its_licence(rootfs):
    """Each library that ./ff builds with is in the image as a package, but for those of the tests."""
    recorded = {path.name for path in (rootfs / "var/lib/dpkg/status.d").iterdir()}
    development = set(re.findall(r"^lib\S+-dev$", command(ROOT / "ff", "packages").stdout, re.MULTILINE))
    only_tests = {"libgtest-dev", "libgmock-dev"}
    loaded = {"libsimdjson-dev": "libsimdjson14", "libspdlog-dev": "libspdlog1.10", "libfmt-dev": "libfmt9",
              "libpq-dev": "libpq5", "libmimalloc-dev": "libmimalloc2.0", "libcurl4-openssl-dev": "libcurl4"}
    for package in development - only_tests:
        assert loaded.get(package, package) in recorded, f"{package}: add it to COMPILED_IN of rootfs.sh, or to this test"
    for package in recorded:
        if not package.endswith(".md5sums"):
            assert (rootfs / "usr/share/doc" / package / "copyright").stat().st_size > 100
    for ours in ["LICENSE", "display-OFL.txt", "text-OFL.txt"]:
        assert (rootfs / "usr/share/doc/fashionforward" / ours).exists()


@pytest.mark.parametrize("missing, told", [
    ("program", "No such file"),
    ("arguments", "unbound variable"),
])
def test_packing_stops_at_the_first_mistake(missing, told, tmp_path):
    arguments = [tmp_path / "no-program", tmp_path / "rootfs"] if missing == "program" else []
    done = command(IMAGE / "rootfs.sh", *arguments, check=False)
    assert done.returncode != 0 and told in done.stderr
