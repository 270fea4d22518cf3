"""The Go programs of the tests: providers and tools, each built from its module, whose version and sum stand here. The module's own go.mod and
go.sum pin the rest: each is built as the main module, in its own folder, so that its replacements hold.

A program is kept in CACHE/build/NAME-KEY; KEY is a hash of what is below and of the trimming, so an unchanged one is never compiled twice.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness import settings, shell, trim


@dataclass(frozen=True)
class Program:
    name: str
    module: str
    version: str
    sum: str
    binary: str
    stamps: tuple[str, ...] = ()  # -X of the linker
    provider: str = ""  # "hashicorp/aws 6.47.1": where the mirror offers it
    services: tuple[str, ...] = ()  # not empty: trimmed to these

    @property
    def folder(self) -> Path:
        made_of = hashlib.sha256(repr(self).encode())
        if self.services:
            made_of.update(Path(trim.__file__).read_bytes())
        return settings.BUILDS / f"{self.name}-{made_of.hexdigest()[:16]}"

    @property
    def path(self) -> Path:
        return self.folder / self.binary


AWS = Program(
    # The provider's releases from 2 on are not modules that a proxy serves; this is its main branch of 2026-06-02.
    "provider-aws", trim.MODULE, "v1.60.1-0.20260602190131-5f2286d6d836", "h1:haLmsj0WF7e6d2TGbk0fbz5qWdA9f8w9sNpMe6J6WqM=",
    "terraform-provider-aws_v6.47.1", (f"{trim.MODULE}/version.ProviderVersion=6.47.1",), "hashicorp/aws 6.47.1", settings.AWS_SERVICES)
KUBERNETES = Program(
    "provider-kubernetes", "github.com/hashicorp/terraform-provider-kubernetes", "v1.13.4-0.20260821094251-3a33fb6cc605",
    "h1:Bb8CFKLw8r2CTu9NL5LUtj4kgOcE3q8D/lWUqtjSVWI=", "terraform-provider-kubernetes_v3.2.1", ("main.Version=3.2.1",),
    "hashicorp/kubernetes 3.2.1")
TFLINT = Program("tflint", "github.com/terraform-linters/tflint", "v0.64.0", "h1:v0KwryBjBeo79uqFrYQOllZk3l/nQvH/e4SZW45jhA8=", "tflint")
ALL = (TFLINT, KUBERNETES, AWS)  # the smallest first

# The resource kinds of External Secrets, for a cluster to know: platform/ makes objects of them.
EXTERNAL_SECRETS = ("github.com/external-secrets/external-secrets", "v1.3.2", "h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=")


def source(module: str, version: str, wanted_sum: str) -> Path:
    """A module's files in Go's cache, fetched if need be, and what they should be."""
    if shutil.which("go") is None:
        raise shell.Failure("Go is needed to build Terraform's providers: https://go.dev/doc/install")
    # Outside of any module; the sum is compared here instead of with the sum database, which does not know all of these versions.
    answer = shell.ask(["go", "mod", "download", "-json", f"{module}@{version}"], cwd=Path("/"), env=go_settings(), timeout_s=600)
    if answer is None:
        raise shell.Failure(f"go could not fetch {module} {version}: is GOPROXY reachable?")
    got = json.loads(answer)
    if got["Sum"] != wanted_sum:
        raise shell.Failure(f"{module} {version} has the sum {got['Sum']}, not {wanted_sum}")
    return Path(got["Dir"])


def go_settings() -> dict[str, str]:
    """Without ",direct": a version that the proxy refuses fails at once instead of waiting for a clone."""
    proxy = os.environ.get("GOPROXY") or shell.ask(["go", "env", "GOPROXY"]) or ""
    return {"GOPROXY": proxy.removesuffix(",direct").removesuffix("|direct"), "GOSUMDB": "off", "GOWORK": "off", "CGO_ENABLED": "0"}


def build(programs: tuple[Program, ...] = ALL) -> None:
    """Compiles those that are not in the cache, and offers the providers to `terraform init`."""
    for program in programs:
        if not program.path.exists():
            with shell.step(f"Compiling {program.name} (once)"):
                compile_program(program)
    offer(programs)


def compile_program(program: Program) -> None:
    work = settings.CACHE / "work" / program.name
    shutil.rmtree(work, ignore_errors=True)
    (work / "out").mkdir(parents=True)
    tree = source(program.module, program.version, program.sum)
    if program.services:
        tree = writable_copy(tree, work / "source")
        trim.trim(tree, program.services)
    link = " ".join(["-s", "-w", *(f"-X {stamp}" for stamp in program.stamps)])
    # The lowest priority, and as many compilers as FF_JOBS says (the largest package takes 3.4 GB).
    shell.run(["nice", "-n", "19", "go", "build", "-p", os.environ.get("FF_JOBS", str(min(2, os.cpu_count() or 1))), "-trimpath",
               "-ldflags", link, "-o", work / "out" / program.binary, "."],
              cwd=tree, env={**go_settings(), "GOFLAGS": "-mod=readonly -buildvcs=false"}, log=f"go-{program.name}")
    for old in settings.BUILDS.glob(f"{program.name}-????????????????"):
        shutil.rmtree(old)
    settings.BUILDS.mkdir(parents=True, exist_ok=True)
    os.rename(work / "out", program.folder)
    shutil.rmtree(work)


def writable_copy(tree: Path, to: Path) -> Path:
    """Go's cache is read-only. Tests, documents and examples are half of the provider."""
    shutil.copytree(tree, to, ignore=lambda folder, names: [name for name in names if name.endswith("_test.go") or name == "testdata" or (
        Path(folder) == tree and name in ("website", "docs", "examples"))])
    for path in [to, *to.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
    return to


def offer(programs: tuple[Program, ...]) -> None:
    """The mirror's folders: MIRROR/registry.terraform.io/NAMESPACE/TYPE/VERSION/OS_ARCH/BINARY."""
    platform = "_".join((shell.ask(["go", "env", "GOOS", "GOARCH"]) or "linux amd64").split())
    for program in (each for each in programs if each.provider):
        name, version = program.provider.split()
        folder = settings.MIRROR / "registry.terraform.io" / name / version / platform
        target = folder / program.binary
        if target.exists() and target.samefile(program.path):
            continue
        shutil.rmtree(settings.MIRROR / "registry.terraform.io" / name, ignore_errors=True)
        folder.mkdir(parents=True)
        os.link(program.path, target)
    (settings.MIRROR / "terraformrc").write_text(
        f'disable_checkpoint = true\nprovider_installation {{\n  filesystem_mirror {{\n    path    = "{settings.MIRROR}"\n'
        '    include = ["registry.terraform.io/*/*"]\n  }\n}\n', encoding="utf-8")
