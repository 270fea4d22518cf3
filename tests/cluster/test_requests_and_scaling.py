"""The lesson of requests and limits: an autoscaler that works by a share of what was requested does nothing where nothing is."""

import time

from support.cluster import is_true, wait_until
from support.cluster_load import Visits
from support.cluster_overlays import OVERLAY, json_patch, overlay
from support.cluster_shop import DEPLOYMENT, HPA, HTTP

from cluster.test_spike import GOODS, goods, missing

SHOPPERS_PER_SECOND, LOAD_SECONDS = 40, 75
SEES_SECONDS_MAX = 120  # until metrics-server has seen new pods
SYNC_SECONDS = 15       # how often the autoscaler decides
LEAST, MOST = 2, 4
MISSING = "missing request for cpu"  # as docs/kubernetes.md says that it says


def condition(shop, type_: str) -> dict:
    scaler = shop.cluster.get("horizontalpodautoscalers", HPA)
    return next((each for each in scaler["status"].get("conditions", ()) if each["type"] == type_), {})


def under_load(shop, folder, true):
    """Whether it became true while shoppers came, and how many pods were wanted at most."""
    folder.mkdir()
    most, when, began = 0, None, time.time()
    with Visits(folder, HTTP, shop.host, goods(shop), SHOPPERS_PER_SECOND, LOAD_SECONDS) as visits:
        while visits.running():
            most = max(most, shop.deployment()["spec"]["replicas"])
            if when is None and true():
                when = time.time() - began
            time.sleep(1)
    print(f"  {visits}")
    assert not visits.failed(), visits.failed()
    assert visits.bought() and missing(shop, visits.bought()) == 0
    return when, most


def test_without_requests_the_autoscaler_does_nothing_and_with_them_it_scales(shop, tmp_path):
    containers = shop.deployment()["spec"]["template"]["spec"]["containers"]
    place = next(number for number, each in enumerate(containers) if each["name"] == "web")
    # Not even limits, which would count as requests.
    removal = {"op": "remove", "path": f"/spec/template/spec/containers/{place}/resources"}
    nothing = overlay("without-requests", json_patch("Deployment", DEPLOYMENT, removal))
    shop.cluster.kubectl("apply", "-k", nothing)
    shop.wait_for_rollout()
    shop.keep(LEAST, MOST)
    shop.stock_up(GOODS)
    print("\nwithout requests:")
    wait_until(lambda: condition(shop, "ScalingActive").get("status") == "False", "the autoscaler to say what is missing",
               SEES_SECONDS_MAX, lambda: str(shop.cluster.get("horizontalpodautoscalers", HPA)["status"]), every=1)
    said, most = under_load(shop, tmp_path / "without", lambda: MISSING in condition(shop, "ScalingActive").get("message", ""))
    told = condition(shop, "ScalingActive")
    print(f"  {LOAD_SECONDS} s of load, at least {LOAD_SECONDS // SYNC_SECONDS} decisions: {most} pods; it says "
          f"{told['reason']}: {told['message']}")
    assert said is not None and most == LEAST

    shop.cluster.kubectl("apply", "-k", OVERLAY)
    shop.wait_for_rollout()
    shop.keep(LEAST, MOST)
    wait_until(lambda: is_true(shop.cluster.get("horizontalpodautoscalers", HPA), "ScalingActive"),
               "the autoscaler to see its pods", SEES_SECONDS_MAX, shop.troubles, every=1)
    print("with requests:")
    when, most = under_load(shop, tmp_path / "with", lambda: shop.deployment()["spec"]["replicas"] > LEAST)
    print(f"  more pods after {when or 0:.0f} s, {most} at most; audit: {shop.audit()}")
    assert most > LEAST
