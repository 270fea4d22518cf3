"""The Go programs of the cluster, built from modules whose go.mod and go.sum are committed in go/.

A module's programs are kept in CACHE/build/MODULE-KEY; KEY is a hash of the module's folder, of its commands and of its
preparation below, so an unchanged module is never compiled twice and a changed one never taken from the cache. The version of
Go is not part of the key: an update of the compiler would cost half an hour and change nothing that a test can see.
"""

import hashlib
import inspect
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness import settings, shell

GO = settings.HERE / "go"
BUILDS = settings.CACHE / "build"

# The sums of modules that are copied and changed below, which is why go.sum does not hold all of them.
NETWORK_POLICIES = ("sigs.k8s.io/kube-network-policies", "v0.8.0")
LEGO = ("github.com/go-acme/lego/v5", "v5.4.1")
COREDNS = ("github.com/coredns/coredns", "v1.12.1")  # the version that kubeadm 1.34 names
TRAEFIK = ("github.com/traefik/traefik/v3", settings.TRAEFIK)
SUMS = {NETWORK_POLICIES: "h1:dzecRNzdmg+VmHEQWTIjxnCgf412J+8CKHqbKgCiWkk=",
        LEGO: "h1:Jt6xAP9xQrJ3SLLGgxejfDDd3pzdrmuLCWe4oTqHHQc="}


@dataclass(frozen=True)
class Command:
    """One `go build`: packages (main programs), where their binaries go below the module's folder, and its flags."""

    packages: tuple[str, ...]
    into: str = ""
    stamps: tuple[str, ...] = ()  # -X of the linker: the versions that programs print
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Module:
    name: str
    commands: tuple[Command, ...]
    prepare: Callable[[Path], None] | None = None  # changes the copy of its folder before the build
    made_from: str = ""  # the folder of go/ where that is not `name`
    leaves_out: tuple[str, ...] = ()  # folders in that which are another module's business

    @property
    def source(self) -> Path:
        return GO / (self.made_from or self.name)

    @property
    def folder(self) -> Path:
        """Where its programs are, once built."""
        return BUILDS / f"{self.name}-{self.key()}"

    def key(self) -> str:
        made_of = hashlib.sha256(repr(self.commands).encode())
        if self.prepare:
            made_of.update(inspect.getsource(self.prepare).encode())
        for path in sorted(p for p in self.source.rglob("*") if p.is_file()):
            if path.relative_to(self.source).parts[0] in self.leaves_out:
                continue
            made_of.update(f"{path.relative_to(GO)} {path.stat().st_size}\n".encode() + path.read_bytes())
        return made_of.hexdigest()[:16]


def source(module: tuple[str, str]) -> Path:
    """A module's files in Go's cache, fetched if need be."""
    path, version = module
    # Outside of any module, so that no go.mod is asked; the sum is compared here instead of with the sum database.
    answer = shell.ask(["go", "mod", "download", "-json", f"{path}@{version}"], cwd=Path("/"), env={"GOSUMDB": "off"},
                       timeout_s=300)
    if answer is None:
        raise shell.Failure(f"go could not fetch {path} {version}: is GOPROXY reachable?")
    got = json.loads(answer)
    if module in SUMS and got["Sum"] != SUMS[module]:
        raise shell.Failure(f"{path} {version} has the sum {got['Sum']}, not {SUMS[module]}")
    return Path(got["Dir"])


def copy_writable(tree: Path, to: Path, *, without: tuple[str, ...] = ("*_test.go",)) -> None:
    shutil.copytree(tree, to, ignore=shutil.ignore_patterns(*without))
    for path in [to, *to.rglob("*")]:  # Go's cache is read-only
        path.chmod(path.stat().st_mode | 0o200)


def prepare_kubernetes(folder: Path) -> None:
    """The engine of network policies, with the older way to hand packets to a program, which more kernels have."""
    engine = folder / "kube-network-policies"
    copy_writable(source(NETWORK_POLICIES), engine)
    controller = engine / "pkg" / "networkpolicy" / "controller.go"
    text = controller.read_text(encoding="utf-8")
    by_nftables = """\
\tqueue := &expr.Queue{Num: uint16(c.config.QueueID)}
\tif c.config.FailOpen {
\t\tqueue.Flag = expr.QueueFlagBypass
\t}
"""
    if text.count(by_nftables) != 2:
        raise shell.Failure(f"{NETWORK_POLICIES}: its code is not what go_modules.py changes")
    text = text.replace(by_nftables, "\tqueue := xtQueue(uint16(c.config.QueueID), c.config.FailOpen)\n")
    controller.write_text(text, encoding="utf-8")
    shutil.copy(folder / "xt_queue.go.txt", controller.with_name("xt_queue.go"))


def prepare_coredns(folder: Path) -> None:
    """CoreDNS without the one field that client-go 0.34 no longer has; it was set to its default."""
    prepare_kubernetes(folder)
    copy_writable(source(COREDNS), folder / "coredns-source")
    informer = folder / "coredns-source" / "plugin" / "kubernetes" / "object" / "informer.go"
    kept = [line for line in informer.read_text(encoding="utf-8").splitlines(keepends=True) if "RetryOnError:" not in line]
    informer.write_text("".join(kept), encoding="utf-8")
    shell.run(["go", "mod", "edit", f"-replace={COREDNS[0]}=./coredns-source"], cwd=folder, log="go-coredns")


def prepare_traefik(folder: Path) -> None:
    """Traefik without what is half of its compile time and of no use here: the ACME library's 200 DNS providers (several of their
    SDKs are gone, too), Amazon's container service, the question for new versions."""
    traefik, lego = folder / "traefik", folder / "lego"
    copy_writable(source(TRAEFIK), traefik, without=("*_test.go", "fixtures", "docs", "integration", ".git*"))
    copy_writable(source(LEGO), lego, without=("*_test.go", "docs", "e2e", "cmd", ".git*", "clihelp"))
    for provider in (lego / "providers" / "dns").iterdir():
        if provider.is_dir() and provider.name != "internal":
            shutil.rmtree(provider)
        elif provider.is_file():
            provider.unlink()
    shutil.copy(folder / "no_dns_providers.go.txt", lego / "providers" / "dns" / "none.go")
    ecs = traefik / "pkg" / "provider" / "ecs"
    shutil.rmtree(ecs)
    ecs.mkdir()
    shutil.copy(folder / "no_ecs.go.txt", ecs / "none.go")
    version = traefik / "pkg" / "version" / "version.go"
    text = version.read_text(encoding="utf-8")
    text = text[:text.index("// CheckNewVersion ")] + "// CheckNewVersion is not built in.\nfunc CheckNewVersion() {}\n"
    for unused in ('\t"context"', "google/go-github", "hashicorp/go-version"):
        text = "".join(line for line in text.splitlines(keepends=True) if unused not in line)
    version.write_text(text, encoding="utf-8")


VERSION = "k8s.io/component-base/version"
KUBERNETES_STAMPS = (f"{VERSION}.gitVersion={settings.KUBERNETES}", f"{VERSION}.gitMajor=1", f"{VERSION}.gitMinor=34",
                     f"{VERSION}.gitTreeState=clean", f"{VERSION}.gitCommit=module", f"{VERSION}.buildDate=2026-01-01T00:00:00Z",
                     f"k8s.io/client-go/pkg/version.gitVersion={settings.KUBERNETES}")
MODULES = {module.name: module for module in (
    Module("kind", (Command(("sigs.k8s.io/kind",)),)),
    Module("tools", (Command(("github.com/rakyll/hey", "github.com/yannh/kubeconform/cmd/kubeconform")),)),
    # One module for all that uses client-go 0.34, so that its packages are compiled once.
    Module("kubernetes", (
        Command(tuple(f"k8s.io/kubernetes/cmd/{name}" for name in (
            "kubeadm", "kubelet", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")),
            stamps=KUBERNETES_STAMPS),
    ), prepare_kubernetes, leaves_out=("nodeagent", "coredns")),
    Module("node-agent", (Command(("./nodeagent", "sigs.k8s.io/metrics-server/cmd/metrics-server")),), prepare_kubernetes,
           "kubernetes", leaves_out=("coredns",)),
    Module("coredns", (Command(("./coredns",)),), prepare_coredns, "kubernetes", leaves_out=("nodeagent",)),
    # By itself, since it is all that published images leave to build.
    Module("kubectl", (Command(("k8s.io/kubernetes/cmd/kubectl",), stamps=KUBERNETES_STAMPS),), prepare_kubernetes, "kubernetes",
           leaves_out=("nodeagent", "coredns")),
    Module("containerd", (
        Command(tuple(f"github.com/containerd/containerd/v2/cmd/{name}" for name in (
            "containerd", "containerd-shim-runc-v2", "ctr")),
                stamps=(f"github.com/containerd/containerd/v2/version.Version={settings.CONTAINERD}",),
                tags=("no_btrfs", "no_devmapper", "no_zfs", "no_aufs")),
        Command(tuple(f"github.com/containernetworking/plugins/plugins/{name}" for name in (
            "ipam/host-local", "main/loopback", "main/ptp", "meta/portmap")), into="cni"),
    )),
    Module("etcd", (Command(("go.etcd.io/etcd/server/v3",)),)),
    Module("crictl", (Command(("sigs.k8s.io/cri-tools/cmd/crictl",)),)),
    Module("traefik", (Command(("github.com/traefik/traefik/v3/cmd/traefik",),
                               stamps=(f"github.com/traefik/traefik/v3/pkg/version.Version={settings.TRAEFIK[1:]}",)),),
           prepare_traefik),
    Module("cert-manager", (Command((".",), stamps=(
        f"github.com/cert-manager/cert-manager/pkg/util.AppVersion={settings.CERT_MANAGER}",)),)),
)}
TOOLS = ("kubectl", "kind", "tools")  # what people and tests use
IN_IMAGES = ("kubernetes", "node-agent", "containerd", "etcd", "crictl", "coredns", "traefik", "cert-manager")


def program(module: str, name: str) -> Path:
    return MODULES[module].folder / name


def build(names: tuple[str, ...]) -> None:
    """Compiles those of the modules that are not in the cache."""
    for module in (MODULES[name] for name in names):
        if not module.folder.is_dir():
            with shell.step(f"Compiling {module.name} (once)"):
                compile_module(module)


def compile_module(module: Module) -> None:
    if shutil.which("go") is None:
        raise shell.Failure("Go is needed to build the cluster's programs: https://go.dev/doc/install")
    work, folder = settings.CACHE / "work" / f"go-{module.name}", module.folder
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(module.source, work / "source")
    if module.prepare:
        module.prepare(work / "source")
    for command in module.commands:
        into = work / "out" / command.into
        into.mkdir(parents=True, exist_ok=True)
        link = " ".join(["-s", "-w", *(f"-X {stamp}" for stamp in command.stamps)])
        # Static programs: they run in images that hold nothing else.
        shell.run(["go", "build", "-trimpath", "-tags", ",".join(command.tags), "-ldflags", link, "-o", f"{into}/",
                   *command.packages],
                  cwd=work / "source", env={"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -buildvcs=false", "GOWORK": "off"},
                  log=f"go-{module.name}")
    for old in BUILDS.glob(f"{module.name}-????????????????"):
        shutil.rmtree(old)
    BUILDS.mkdir(parents=True, exist_ok=True)
    os.rename(work / "out", folder)
    shutil.rmtree(work)


def publish_tools() -> None:
    """Links the tools that have been built under plain names into CACHE/bin."""
    settings.TOOLS.mkdir(parents=True, exist_ok=True)
    for module, name in (("kind", "kind"), ("tools", "hey"), ("tools", "kubeconform"), ("kubectl", "kubectl")):
        link, target = settings.TOOLS / name, program(module, name)
        if target.exists() and not (link.is_symlink() and link.readlink() == target):
            link.unlink(missing_ok=True)
            link.symlink_to(target)
