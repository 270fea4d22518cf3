"""The container images that a machine without a registry makes from what was built here, under the names that the published ones
have. Each archive is kept in CACHE/images/NAME-KEY.tar; KEY is a hash of the programs and Debian packages in it and of the code
that puts them there.
"""

import hashlib
import inspect
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from harness import archive, debian, settings, shell
from harness.archive import Config
from harness.go_modules import MODULES, program, source

ARCHIVES = settings.CACHE / "images"
LOADER = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
NOBODY = "65532:65532"  # "nonroot" of distroless images, which the published ones are


def kept(name: str, made_of: list[str], names: Callable[[], dict[str, Config]], fill: Callable[[Path], None],
         *, compress: bool = True) -> Path:
    """The archive of an image, made where it is missing: `fill` puts its files into a folder."""
    key = hashlib.sha256("\n".join([inspect.getsource(fill), inspect.getsource(names), *made_of]).encode()).hexdigest()[:16]
    path = ARCHIVES / f"{name}-{key}.tar"
    if not path.exists():
        with shell.step(f"Making the image of {name} (once)"), tempfile.TemporaryDirectory(dir=settings.CACHE / "work") as folder:
            root = Path(folder) / "root"
            root.mkdir(mode=0o755)
            fill(root)
            archive.write(names(), root, path, compress=compress)
        for old in ARCHIVES.glob(f"{name}-????????????????.tar"):
            if old != path:
                old.unlink()
    return path


def of_program(name: str, image: Callable[[], str], module: str, binary: str, at: str, *, tmp: bool = False, user: str = "",
               arguments: tuple[str, ...] = ()) -> Path:
    """An image that holds one static program at the path `at`."""

    def fill(root: Path) -> None:
        install(program(module, binary), root / at.lstrip("/"))
        if tmp:
            (root / "tmp").mkdir(mode=0o777)
            (root / "tmp").chmod(0o1777)

    return kept(name, [MODULES[module].key(), str(at), user, *arguments],
                lambda: {image(): Config(entrypoint=(at, *arguments), user=user)}, fill)


def install(binary: Path, at: Path) -> None:
    at.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(binary, at)
    at.chmod(0o755)


# --- what kubeadm names -----------------------------------------------------------------------------------


def kubeadm_image(component: str) -> str:
    kubeadm = program("kubernetes", "kubeadm")
    listed = shell.ask([kubeadm, "config", "images", "list", "--kubernetes-version", settings.KUBERNETES])
    for name in (listed or "").split():
        if re.search(f"/{component}:", name):
            return name
    raise shell.Failure(f"kubeadm lists no image of {component}: {listed}")


def of_kubernetes() -> list[Path]:
    control_plane = [of_program(name, lambda name=name: kubeadm_image(name), "kubernetes", name, f"/usr/local/bin/{name}")
                     for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")]
    return [*control_plane, kube_proxy(), etcd(), pause(),
            of_program("coredns", lambda: kubeadm_image("coredns/coredns"), "coredns", "coredns", "/coredns"),
            of_program("node-agent", lambda: settings.NODE_AGENT_IMAGE, "node-agent", "nodeagent", "/nodeagent")]


def etcd() -> Path:
    # kubeadm's manifest calls it by its bare name; the module's program is called after its folder.
    return kept("etcd", [MODULES["etcd"].key()], lambda: {kubeadm_image("etcd"): Config(entrypoint=("etcd",))},
                lambda root: install(program("etcd", "server"), root / "usr/local/bin/etcd"))


def kube_proxy() -> Path:
    """kube-proxy runs iptables, nft and conntrack: with them come their libraries and all of iptables' extensions, which have
    libraries of their own. Without libm, libxt_statistic is not loaded, and Services of two endpoints silently don't work."""
    node = debian.node()
    programs = ("xtables-nft-multi", "nft", "conntrack")
    extensions = "usr/lib/x86_64-linux-gnu/xtables"

    def fill(root: Path) -> None:
        install(program("kubernetes", "kube-proxy"), root / "usr/local/bin/kube-proxy")
        for folder in ("usr/sbin", "usr/lib/x86_64-linux-gnu", "usr/lib64", "run", "etc", "tmp"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for name in ("lib", "lib64", "sbin"):
            (root / name).symlink_to(f"usr/{name}")
        for name in programs:
            shutil.copy(node / "usr/sbin" / name, root / "usr/sbin" / name)
        for name in ("iptables", "ip6tables"):
            for suffix in ("", "-save", "-restore"):
                (root / "usr/sbin" / (name + suffix)).symlink_to("xtables-nft-multi")
        shutil.copytree(node / extensions, root / extensions, symlinks=True)
        for library in libraries(node, [*(f"/usr/sbin/{name}" for name in programs),
                                        *(f"/{extensions}/{so.name}" for so in (node / extensions).glob("*.so"))]):
            shutil.copy((node / library.lstrip("/")).resolve(), root / "usr/lib/x86_64-linux-gnu" / Path(library).name)
        shutil.copy(node / LOADER, root / "usr/lib64" / Path(LOADER).name)
        for name in ("protocols", "services"):
            if (node / "etc" / name).exists():
                shutil.copy(node / "etc" / name, root / "etc" / name)

    return kept("kube-proxy", [MODULES["kubernetes"].key(), node.name],
                lambda: {kubeadm_image("kube-proxy"): Config(entrypoint=("/usr/local/bin/kube-proxy",))}, fill)


def libraries(root: Path, files: list[str]) -> list[str]:
    """The shared libraries that programs and plugins of a file system load, as its own loader finds them."""
    found: set[str] = set()
    for file in files:
        told = shell.ask(["chroot", root, f"/{LOADER}", "--list", file])
        if told is None:
            raise shell.Failure(f"the libraries of {file} could not be listed")
        found.update(path for path in re.findall(r"=> (/\S+) \(0x", told) if "/xtables/" not in path)
    return sorted(found)


def pause() -> Path:
    """The process that holds a pod's namespaces."""

    def fill(root: Path) -> None:
        code = source(("k8s.io/kubernetes", settings.KUBERNETES)) / "build/pause/linux/pause.c"
        shell.run(["gcc", "-Os", "-s", "-static", f"-DVERSION={settings.KUBERNETES}", "-o", root / "pause", code], log="pause")

    return kept("pause", [settings.KUBERNETES],
                lambda: {settings.PAUSE_IMAGE: Config(entrypoint=("/pause",), user="65535:65535")}, fill)


# --- what the platform's and the project's manifests name -------------------------------------------------


def of_platform() -> list[Path]:
    return [of_program("metrics-server", lambda: settings.METRICS_SERVER_IMAGE, "node-agent", "metrics-server", "/metrics-server",
                       tmp=True, user=NOBODY),
            of_program("traefik", lambda: settings.TRAEFIK_IMAGE, "traefik", "traefik", "/traefik", tmp=True, user=NOBODY),
            cert_manager()]


def cert_manager() -> Path:
    return kept("cert-manager", [MODULES["cert-manager"].key()],
                lambda: {settings.cert_manager_image(name): Config(entrypoint=("/cert-manager", name), user=NOBODY)
                         for name in settings.CERT_MANAGER_PROGRAMS},
                lambda root: install(program("cert-manager", "fashionforward"), root / "cert-manager"))


def of_debian() -> Path:
    return kept("debian", [debian.slim().name], lambda: {settings.DEBIAN_IMAGE: Config(command=("bash",))},
                lambda root: copy_root(debian.slim(), root))


def of_postgres() -> Path:
    entrypoint = settings.HERE / "postgres-entrypoint.sh"
    config = Config(entrypoint=("docker-entrypoint.sh",), command=("postgres",), stop_signal="SIGINT",  # a fast shutdown
                    env={"PGDATA": "/var/lib/postgresql/data", "PG_MAJOR": "15", "LANG": "C.UTF-8"},
                    path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin")

    def fill(root: Path) -> None:
        copy_root(debian.postgres(), root)
        install(entrypoint, root / "usr/local/bin/docker-entrypoint.sh")
        (root / "docker-entrypoint-initdb.d").mkdir()
        sample = root / "usr/share/postgresql/15/postgresql.conf.sample"  # as published: reachable from other containers
        sample.write_text(sample.read_text(encoding="utf-8") + "listen_addresses = '*'\n", encoding="utf-8")
        for folder, mode in (("var/lib/postgresql", 0o755), ("var/lib/postgresql/data", 0o777), ("var/run/postgresql", 0o3777)):
            (root / folder).mkdir(parents=True, exist_ok=True)
            (root / folder).chmod(mode)
            shutil.chown(root / folder, debian.POSTGRES_ID, debian.POSTGRES_ID)

    return kept("postgres", [debian.postgres().name, entrypoint.read_text(encoding="utf-8")],
                lambda: {settings.POSTGRES_IMAGE: config}, fill)


def copy_root(system: Path, to: Path) -> None:
    to.rmdir()
    shell.run(["cp", "-a", system, to], log="images")
