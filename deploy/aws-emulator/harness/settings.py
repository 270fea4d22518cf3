"""What `./ff test terraform` works with: versions, folders, addresses. It runs nothing."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent  # deploy/aws-emulator
ROOT = HERE.parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "fashionforward" / "terraform"
LOGS = CACHE / "log"
BUILDS = CACHE / "build"  # compiled programs, NAME-KEY/
PYTHONS = CACHE / "python"  # virtual environments, NAME-KEY/
MIRROR = CACHE / "mirror"  # the providers as `terraform init` looks for them

MODULES = {name: ROOT / "terraform" / folder for name, folder in (("aws", ""), ("bootstrap", "bootstrap"), ("platform", "platform"))}

TERRAFORM_MIN = (1, 11)  # terraform/versions.tf says why

# What terraform/ uses of the AWS provider. A resource of another service fails validation as "Invalid resource type": add its service here.
AWS_SERVICES = ("acm", "backup", "budgets", "cloudwatch", "ec2", "ecr", "eks", "elbv2", "events", "iam", "kms", "logs", "meta", "rds",
                "route53", "s3", "secretsmanager", "sns", "sqs", "sts", "wafv2")

ACCOUNT = "123456789012"  # the emulator's only one
REGION = "eu-central-1"
