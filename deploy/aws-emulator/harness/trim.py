"""The AWS provider with a twelfth of its services: those that terraform/ uses and those they are built on. A quarter of an hour of
one processor instead of an hour, 200 MB instead of 700.

Two generated files hold the lists: which services are registered, and which clients the connection hands out. The provider block's schema
and every table of endpoints stay whole, so a configuration can't tell the difference until it names a resource that was left out.
"""

import re
from pathlib import Path

from harness.shell import Failure

MODULE = "github.com/hashicorp/terraform-provider-aws"
SERVICE = re.compile(rf'"{re.escape(MODULE)}/internal/service/([a-z0-9]+)"')
NOT_COMPILED = ("service", "generate", "acctest", "sweep")  # of internal/, when looking for what uses a client


def sources(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in folder.rglob("*.go")
            if not path.name.endswith("_test.go") and path.name != "awsclient_gen.go"]


def with_what_they_import(services: Path, wanted: tuple[str, ...]) -> set[str]:
    """Go compiles what a service imports anyway, and that needs its own client: ec2 wants organizations, s3 wants s3control."""
    kept, waiting = set(), list(wanted)
    while waiting:
        service = waiting.pop()
        if service in kept:
            continue
        if not (services / service).is_dir():
            raise Failure(f"the AWS provider has no service {service}")
        kept.add(service)
        for path in (services / service).glob("*.go"):
            if not path.name.endswith("_test.go"):
                waiting += SERVICE.findall(path.read_text(encoding="utf-8"))
    return kept


def clients_used(internal: Path, kept: set[str]) -> set[str]:
    folders = [internal / "service" / service for service in kept]
    folders += [folder for folder in internal.iterdir() if folder.is_dir() and folder.name not in NOT_COMPILED]
    return {name for folder in folders for text in sources(folder) for name in re.findall(r"\.([A-Z]\w*Client)\(", text)}


def keep_registrations(generated: Path, kept: set[str]) -> None:
    lines = []
    for line in generated.read_text(encoding="utf-8").splitlines(keepends=True):
        named = SERVICE.search(line) or re.match(r"\s+(\w+)\.ServicePackage\(ctx\),", line)
        if not named or named.group(1) in kept:
            lines.append(line)
    generated.write_text("".join(lines), encoding="utf-8")


def keep_clients(generated: Path, used: set[str]) -> None:
    head, *functions = re.split(r"(?m)^(?=func \(c \*AWSClient\) )", generated.read_text(encoding="utf-8"))
    body = "".join(each for each in functions if re.match(r"func \(c \*AWSClient\) (\w+)\(", each).group(1) in used)
    lines = []
    for line in head.splitlines(keepends=True):
        imported = re.match(r'\s+(?:(\w+) )?"github.com/aws/aws-sdk-go-v2/service/([\w/]+)"', line)
        if not imported or f"*{imported.group(1) or imported.group(2).split('/')[-1]}.Client" in body:
            lines.append(line)
    generated.write_text("".join([*lines, "\n", body]), encoding="utf-8")


def trim(provider: Path, wanted: tuple[str, ...]) -> None:
    """Changes a writable copy of the provider's sources in place."""
    internal = provider / "internal"
    kept = with_what_they_import(internal / "service", wanted)
    used = clients_used(internal, kept)
    keep_registrations(internal / "provider" / "sdkv2" / "service_packages_gen.go", kept)
    keep_clients(internal / "conns" / "awsclient_gen.go", used)
