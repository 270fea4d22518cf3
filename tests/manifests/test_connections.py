"""The database has a connection for every pod that may exist at one moment."""

import math
import re
import tomllib

import yaml

from manifests.rendered import BASE, ROOT, named

COMPONENTS = ROOT / "deploy" / "components"
RESERVE = 20  # migrations of new pods, an audit, a backup, psql, and PostgreSQL's own 3 for the superuser
DEFAULTS = tomllib.loads((ROOT / "src" / "config" / "defaults.toml").read_text())


def of_a_pod() -> int:
    database = {**DEFAULTS["database"], **tomllib.loads((BASE / "fashionforward.toml").read_text())["database"]}
    return database["committers"] + database["readers"] + 1  # which listens for changes of the catalogue


def pods_at_worst() -> int:
    """All that run, those of a new release beside them, and as many that drain: a Terminating pod is in nobody's count, and
    keeps its connections until its last request is answered."""
    pods = named(BASE, "HorizontalPodAutoscaler", "fashionforward")["spec"]["maxReplicas"]
    surge = named(BASE, "Deployment", "fashionforward")["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    extra = math.ceil(pods * int(surge[:-1]) / 100) if isinstance(surge, str) else surge
    return pods + extra + pods


def limits() -> dict:
    plain = int(re.search(r"^max_connections = (\d+)", (COMPONENTS / "postgres" / "postgresql.conf").read_text(), re.M).group(1))
    dcs = yaml.safe_load((COMPONENTS / "postgres-ha" / "patroni.yml").read_text())["bootstrap"]["dcs"]
    return {"postgres": plain, "postgres-ha": dcs["postgresql"]["parameters"]["max_connections"]}


def test_blue_and_green_rolling_at_once_fit_every_database_of_ours():
    needed = 2 * pods_at_worst() * of_a_pod()
    for component, limit in limits().items():
        assert needed + RESERVE <= limit, f"{component}: {needed} + {RESERVE} of {limit}"


def test_the_documents_tell_the_same_sum():
    needed = 2 * pods_at_worst() * of_a_pod()
    told = ("docs/kubernetes.md", "deploy/components/postgres/postgresql.conf", "deploy/components/postgres-ha/patroni.yml")
    for path in told:
        assert str(needed) in (ROOT / path).read_text(), path
