"""A new release beside the old one: for one shopper in ten, and for all of them at once and back, while they look and buy."""

import collections
import time

import pytest
from support import api
from support.cluster import NAMESPACE, wait_until
from support.cluster_overlays import overlay
from support.cluster_shop import INGRESS, SERVICE, START_SECONDS_MAX

CANARY, BLUE_GREEN = "deploy/overlays/kind-canary", "deploy/overlays/kind-blue-green"
ASKED, WEIGHT_PERCENT = 1000, 10
CONTROLLERS = 2  # pods of the ingress controller: each shares out by itself, and is off by one at most
ORDERS, ORDERS_SECONDS_MAX = 15, 60
SWITCH_SECONDS_MAX = 60
IN_A_ROW = 20    # answers of one release: the switch has reached both controllers


def clear(shop, track: str):
    """As one takes a release back: nobody is sent there any more, then its pods go."""
    for kind in ("ingress", "deployment,hpa,service"):
        shop.cluster.kubectl("-n", NAMESPACE, "delete", kind, "-l", f"track={track}", "--ignore-not-found")


def rollout(shop, deployment: str):
    done = shop.cluster.kubectl("-n", NAMESPACE, "rollout", "status", f"deployment/{deployment}", f"--timeout={START_SECONDS_MAX}s",
                                timeout=START_SECONDS_MAX + 20, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{shop.troubles()}"


def answers(shop, times: int, **headers) -> collections.Counter:
    """Which releases answered, and how often."""
    client, versions, found = api.Client(shop.url, host=shop.host), {}, collections.Counter()
    for _ in range(times):
        status, fields, document = client.request("GET", "/api/openapi.json", None, headers)
        assert status == 200, status
        versions.setdefault(fields["ETag"], document["info"]["version"])
        found[versions[fields["ETag"]]] += 1
    return found


def until_only(shop, release: str) -> float:
    began = time.time()
    wait_until(lambda: set(answers(shop, IN_A_ROW)) == {release}, f"only release {release} to answer", SWITCH_SECONDS_MAX, every=0.1)
    return time.time() - began


@pytest.fixture
def canary(shop, next_release):
    shop.cluster.kubectl("apply", "-k", CANARY)
    rollout(shop, f"{INGRESS}-canary")
    wait_until(lambda: answers(shop, 1, **{"X-Canary": "always"})[next_release.version], "the canary's Ingress", SWITCH_SECONDS_MAX)
    yield shop
    clear(shop, "canary")


def test_a_canary_takes_one_shopper_in_ten_and_goes_again(canary, next_release):
    shop, this_release = canary, answers(canary, 1, **{"X-Canary": "never"}).most_common(1)[0][0]
    quiet = answers(shop, ASKED)
    always, never = (answers(shop, 50, **{"X-Canary": side}) for side in ("always", "never"))
    with shop.shoppers() as (pages, storm):
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        busy = answers(shop, ASKED)
        shop.cluster.kubectl("-n", NAMESPACE, "annotate", "--overwrite", f"ingress/{INGRESS}-canary",
                             "nginx.ingress.kubernetes.io/canary-weight=0")
        back = until_only(shop, this_release)
        clear(shop, "canary")
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    shop.finish(f"canary {next_release.version} at {WEIGHT_PERCENT} %: {quiet[next_release.version]} of {ASKED} requests, under load "
                f"{busy[next_release.version]}; by header always {always[next_release.version]} of 50, never "
                f"{never[next_release.version]} of 50; weight 0 held after {back:.1f} s", pages, storm)
    assert this_release != next_release.version
    assert abs(quiet[next_release.version] - ASKED * WEIGHT_PERCENT // 100) <= CONTROLLERS
    assert dict(always) == {next_release.version: 50} and dict(never) == {this_release: 50}
    assert busy[next_release.version] > 0


@pytest.fixture
def green(shop):
    shop.cluster.kubectl("apply", "-k", BLUE_GREEN)
    rollout(shop, f"{INGRESS}-green")
    yield shop
    shop.cluster.patch("services", SERVICE, {"spec": {"selector": {"track": "stable"}}})
    clear(shop, "green")


def test_all_shoppers_go_from_blue_to_green_and_back_and_no_request_fails(green, next_release):
    shop, blue = green, green.release()
    live = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": SERVICE, "namespace": NAMESPACE}, "spec": {"selector": {"track": "green"}}}
    to_green = overlay("green-is-live", live, resources=(BLUE_GREEN,))
    took = []
    with shop.shoppers() as (pages, storm):
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        for folder, release in ((to_green, next_release.version), (BLUE_GREEN, blue)):
            shop.cluster.kubectl("apply", "-k", folder)
            took.append(until_only(shop, release))
            storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    shop.finish(f"blue {blue} to green {next_release.version} in {took[0]:.1f} s, and back in {took[1]:.1f} s", pages, storm)
    assert blue != next_release.version
