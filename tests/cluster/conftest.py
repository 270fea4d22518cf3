"""What every test on the cluster starts from: the shop as deploy/overlays/kind describes it, with two pods and no shopper."""

import dataclasses
import os
import pathlib
import re

import pytest

from support import cluster_load
from support.cluster import Cluster
from support.cluster_overlays import OVERLAY
from support.cluster_shop import HPA, Shop

ALL = os.environ.get("FF_CLUSTER_ALL") == "1"  # every case in its long form; else those of .ci/run, shorter


@pytest.fixture(scope="session")
def cluster():
    if not os.environ.get("KUBECONFIG"):
        pytest.exit("there is no cluster: ./ff cluster up, then eval \"$(./ff cluster env)\"; ./ff test cluster does both", 2)
    cluster_load.tools()
    return Cluster()


@pytest.fixture(scope="session")
def deployed(cluster):
    """Once: what an earlier run left may be broken in any way."""
    shop = Shop(cluster)
    shop.remove()
    return shop


@pytest.fixture
def shop(deployed):
    """The overlay as it is written, whatever the test before changed, settled at two pods. Not scaled by load: a test that
    wants that lets it (`shop.keep(2, most=10)`), or the number would change under those that count pods."""
    deployed.cluster.kubectl("apply", "-k", OVERLAY)
    deployed.cluster.patch("horizontalpodautoscalers", HPA, {"spec": {"minReplicas": 2, "maxReplicas": 2}})
    deployed.cluster.patch("deployments", HPA, {"spec": {"replicas": 2}}, "scale")
    deployed.wait_for_rollout()
    deployed.wait_for_pods(2)
    deployed.wait_for_page()
    return deployed


@dataclasses.dataclass(frozen=True)
class Release:
    version: str
    schema: int


@pytest.fixture(scope="session")
def next_release() -> Release:
    """The one of fashionforward:next, as its sources say (tests/cluster/next)."""
    folder = pathlib.Path(__file__).parent / "next"
    version = re.search(r"set\(FF_NEXT_VERSION ([\d.]+)\)", (folder / "CMakeLists.txt").read_text()).group(1)
    migration, = folder.glob("postgres-*.sql")
    return Release(version, int(migration.name.split("-")[1]))


@pytest.fixture
def fresh(shop, next_release):
    """A shop whose database has not seen the next release."""
    if shop.schema() >= next_release.schema:
        shop.remove()
        shop.deploy()
        shop.keep(2)
    return shop
