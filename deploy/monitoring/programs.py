#!/usr/bin/env python3
"""Prometheus, promtool, Alertmanager, amtool, Argo Rollouts' controller, Karpenter and kwok, built from modules whose go.mod and
go.sum are committed (`home` below). What is built stays in CACHE/NAME-KEY; KEY is a hash of the module's files and of its command
below, so that nothing is compiled twice.

    deploy/monitoring/programs.py prometheus alertmanager      builds what is missing and prints the folders

Those modules are the programs' own go.mod with another name and one `require` more, so that their replacements come along.
Service discoveries but Kubernetes' and DNS' are left out: half of the packages.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "fashionforward" / "monitoring"
KARPENTER_HOME = "tests/cluster/karpenter/go"
GENTLE = ("nice", "-n", "19")  # whoever works on this machine meanwhile comes first


class Failure(Exception):
    """Something the person who runs this can act on."""


@dataclass(frozen=True)
class Module:
    name: str
    packages: tuple
    tags: tuple = ()
    stamps: tuple = ()  # -X of the linker: the versions that programs print
    home: str = "deploy/monitoring/go"

    @property
    def source(self) -> Path:
        return HERE.parent.parent / self.home / self.name

    @property
    def folder(self) -> Path:
        made_of = hashlib.sha256(repr((self.packages, self.tags, self.stamps)).encode())
        for path in sorted(self.source.iterdir()):
            made_of.update(path.name.encode() + path.read_bytes())
        return CACHE / f"{self.name}-{made_of.hexdigest()[:16]}"


MODULES = {module.name: module for module in (
    Module("prometheus", ("github.com/prometheus/prometheus/cmd/prometheus", "github.com/prometheus/prometheus/cmd/promtool"),
           ("remove_all_sd", "enable_kubernetes_sd", "enable_dns_sd"), ("github.com/prometheus/common/version.Version=3.10.0",)),
    Module("alertmanager",
           ("github.com/prometheus/alertmanager/cmd/alertmanager", "github.com/prometheus/alertmanager/cmd/amtool"),
           stamps=("github.com/prometheus/common/version.Version=0.31.0",)),
    Module("argo-rollouts", ("github.com/argoproj/argo-rollouts/cmd/rollouts-controller",),
           stamps=("github.com/argoproj/argo-rollouts/utils/version.version=v1.9.1",), home="deploy/rollouts/go"),
    # Karpenter with the provider that makes nodes of nothing, and who plays their kubelets: only the tests of its pools want
    # them.
    Module("karpenter", ("sigs.k8s.io/karpenter/kwok",), home=KARPENTER_HOME),
    Module("kwok", ("sigs.k8s.io/kwok/cmd/kwok",), stamps=("sigs.k8s.io/kwok/pkg/consts.Version=v0.8.0",), home=KARPENTER_HOME),
)}


def folder(name: str) -> Path:
    """Where the module's programs are; they are compiled first where they are not."""
    module = MODULES[name]
    if not module.folder.is_dir():
        compile_module(module)
    return module.folder


def compile_module(module: Module) -> None:
    if shutil.which("go") is None:
        raise Failure("Go is needed to build Prometheus and its tools: https://go.dev/doc/install")
    print(f"Compiling {module.name} (once, some minutes) ...", file=sys.stderr, flush=True)
    work = CACHE / "work" / module.name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    link = " ".join(["-s", "-w", *(f"-X {stamp}" for stamp in module.stamps)])
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -buildvcs=false", "GOWORK": "off"}
    # One compiler at a time: two of them want a gigabyte, and the other processor is somebody's.
    done = subprocess.run([*GENTLE, "go", "build", "-p", "1", "-trimpath", "-tags", ",".join(module.tags), "-ldflags", link, "-o",
                           f"{work}/",
                           *module.packages], cwd=module.source, env=environment, check=False)
    if done.returncode != 0:
        raise Failure(f"{module.name} could not be compiled: is GOPROXY reachable?")
    for old in CACHE.glob(f"{module.name}-????????????????"):
        shutil.rmtree(old)
    os.rename(work, module.folder)


def main() -> int:
    names = sys.argv[1:]
    if not names:
        print(f"which ones? {', '.join(MODULES)}", file=sys.stderr)
        return 2
    if unknown := [name for name in names if name not in MODULES]:
        print(f"no module {unknown[0]}; there are: {', '.join(MODULES)}", file=sys.stderr)
        return 2
    try:
        for name in names:
            print(folder(name))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
