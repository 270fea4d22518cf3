"""Terraform itself, and the environment in which it finds our providers and takes the emulator for AWS. Nothing of this is known to terraform/:
the module has no line for tests."""

import re
import shutil
from pathlib import Path

from harness import settings, shell


def missing() -> str | None:
    """Why Terraform can't be used here, or nothing. It can't be built from its Go module, which leaves its state backends out."""
    found = shutil.which("terraform")
    if found is None:
        return "there is no terraform in PATH (https://developer.hashicorp.com/terraform/install)"
    told = shell.ask([found, "version"], env={"CHECKPOINT_DISABLE": "1"}) or ""
    version = re.search(r"v(\d+)\.(\d+)", told)
    if version is None or (int(version[1]), int(version[2])) < settings.TERRAFORM_MIN:
        return f"terraform {'.'.join(map(str, settings.TERRAFORM_MIN))} or later is needed, this is: {told.splitlines()[0] if told else 'unknown'}"
    return None


def offline() -> dict[str, str]:
    """Providers from the mirror, no questions to anybody."""
    return {"TF_CLI_CONFIG_FILE": str(settings.MIRROR / "terraformrc"), "CHECKPOINT_DISABLE": "1"}


def against(emulator: str) -> dict[str, str]:
    """AWS at that address, for the provider, the S3 backend and boto3 alike."""
    return {
        **offline(),
        "AWS_ENDPOINT_URL": emulator, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": settings.REGION, "AWS_DEFAULT_REGION": settings.REGION, "AWS_EC2_METADATA_DISABLED": "true",
        # S3 Control's host is ACCOUNT.HOST, which no name server knows; sent to the emulator as to a proxy, it answers. And so does
        # it for anything that would leave this machine by mistake.
        "HTTP_PROXY": emulator, "HTTPS_PROXY": emulator, "NO_PROXY": "127.0.0.1,localhost",
        # The provider's own switch for its recorded tests: it polls without waiting. Nothing is recorded or replayed.
        "VCR_MODE": "REPLAY_ONLY", "VCR_PATH": "/nonexistent",
    }


def copy(to: Path) -> Path:
    """terraform/ and what it reads, where a run may leave its lock files: their hashes are those of our own build and of no use to anybody."""
    for folder in ("terraform", "deploy/components/postgres-base"):
        shutil.copytree(settings.ROOT / folder, to / folder, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfplan"))
    return to / "terraform"
