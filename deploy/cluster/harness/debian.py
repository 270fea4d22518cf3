"""Debian file systems, for images that would otherwise be pulled: the nodes', debian:bookworm-slim and postgres:15-bookworm.

Each is made once, as root, from the mirror that this machine's apt uses, and kept in CACHE/debian/NAME-KEY; KEY is a hash of
its list of packages.
"""

import hashlib
import os
import shutil
from pathlib import Path

from harness import settings, shell

ROOTS = settings.CACHE / "debian"
SUITE = "bookworm"
# What kind's own images/base/Dockerfile installs, less what only other architectures, storage or rootless nodes need.
NODE_PACKAGES = ("systemd", "systemd-sysv", "dbus", "conntrack", "iptables", "nftables", "iproute2", "ethtool", "util-linux",
                 "mount", "kmod", "libseccomp2", "pigz", "bash", "ca-certificates", "curl", "jq", "procps", "runc", "hostname",
                 "findutils")
POSTGRES_PACKAGES = ("postgresql-15", "ca-certificates")
POSTGRES_ID = 999  # uid and gid of postgres in the published image, which manifests name


def node() -> Path:
    return root("node", lambda folder: debootstrap(folder, NODE_PACKAGES), NODE_PACKAGES)


def slim() -> Path:
    return root("slim", lambda folder: debootstrap(folder, ()), ())


def postgres() -> Path:
    return root("postgres", install_postgres, POSTGRES_PACKAGES)


def root(name: str, make, packages: tuple[str, ...]) -> Path:
    key = hashlib.sha256(f"{SUITE} {packages}".encode()).hexdigest()[:16]
    kept = ROOTS / f"{name}-{key}"
    if not kept.is_dir():
        if os.geteuid() != 0:
            raise shell.Failure("making Debian file systems needs root")
        ROOTS.mkdir(parents=True, exist_ok=True)
        aside = ROOTS / f"{name}.new"
        shutil.rmtree(aside, ignore_errors=True)
        with shell.step(f"Making Debian's file system for {name} (once)"):
            make(aside)
            slim_down(aside)
        aside.rename(kept)
    return kept


def debootstrap(folder: Path, packages: tuple[str, ...]) -> None:
    debs = ROOTS / "debs"  # fetched once for all of them
    debs.mkdir(exist_ok=True)
    include = [f"--include={','.join(packages)}"] if packages else []
    shell.run(["debootstrap", "--variant=minbase", f"--cache-dir={debs}", *include, SUITE, folder, mirror()], log="debootstrap")
    # An image built on top should get what this machine's apt gives: security updates, through the same mirror.
    for sources in Path("/etc/apt/sources.list.d").glob("debian*.sources"):
        shutil.copy(sources, folder / "etc" / "apt" / "sources.list.d" / sources.name)
        (folder / "etc" / "apt" / "sources.list").write_text("", encoding="utf-8")
    for proxy in Path("/etc/apt/apt.conf.d").glob("*proxy*"):
        shutil.copy(proxy, folder / "etc" / "apt" / "apt.conf.d" / proxy.name)


def install_postgres(folder: Path) -> None:
    shell.run(["cp", "-a", slim(), folder], log="debian-postgres")
    shutil.copy("/etc/resolv.conf", folder / "etc" / "resolv.conf")
    # Packages must neither start a server nor make a cluster of their own; the user must have the published image's ids.
    write(folder / "usr" / "sbin" / "policy-rc.d", "#!/bin/sh\nexit 101\n", mode=0o755)
    write(folder / "etc" / "postgresql-common" / "createcluster.conf", "create_main_cluster = false\n")
    # apt and packages' scripts want these. No mount of /dev, which a careless removal of the folder would empty.
    for name, major, minor in (("null", 1, 3), ("zero", 1, 5), ("urandom", 1, 9)):
        shell.run(["mknod", "-m", "666", folder / "dev" / name, "c", str(major), str(minor)], log="debian-postgres")
    environment = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

    def inside(*command: str) -> None:
        shell.run(["chroot", folder, *command], env=environment, log="debian-postgres")

    inside("groupadd", "--system", f"--gid={POSTGRES_ID}", "postgres")
    inside("useradd", "--system", f"--gid={POSTGRES_ID}", f"--uid={POSTGRES_ID}", "--home-dir=/var/lib/postgresql",
           "--shell=/bin/bash", "postgres")
    inside("apt-get", "-q", "update")
    inside("apt-get", "-q", "install", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold",
           *POSTGRES_PACKAGES)


def mirror() -> str:
    """The mirror that this machine's apt uses for Debian itself."""
    for path in [*sorted(Path("/etc/apt/sources.list.d").glob("debian*.sources")), Path("/etc/apt/sources.list")]:
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                words = line.split()
                if words[:1] in (["URIs:"], ["deb"]):
                    return next(word for word in words[1:] if "://" in word)
    raise shell.Failure("apt's sources name no mirror of Debian: see /etc/apt/sources.list")


def slim_down(folder: Path) -> None:
    """Leaves out what nobody reads in a container (licences stay), and devices, which each container gets anew."""
    for device in (folder / "dev").iterdir():
        shell.run(["rm", "-rf", device], log="debootstrap")
    for path in (folder / "var" / "lib" / "apt" / "lists", folder / "var" / "cache" / "apt" / "archives",
                 folder / "usr" / "share" / "man", folder / "usr" / "share" / "info", folder / "usr" / "share" / "locale"):
        if path.is_dir():
            shutil.rmtree(path)
            path.mkdir()
    for path in (folder / "usr" / "share" / "doc").rglob("*"):
        if path.name != "copyright" and not path.is_dir():
            path.unlink()


def write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
