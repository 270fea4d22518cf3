"""What the monitoring suite has in common."""

import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))

from support.prometheus import MONITORING  # noqa: E402

RULES = MONITORING / "rules" / "fashionforward.yml"


def alerts() -> list:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"] if "alert" in rule]
