"""A new release beside the old one: for one shopper in ten, and for all of them at once and back, while they look and buy. What
is done is what docs/runbooks/canary-and-blue-green.md says, command by command."""

import collections
import time

import pytest
from support import api
from support.cluster import NAMESPACE, wait_until
from support.cluster_runbook import Page
from support.cluster_shop import ORDERS, ORDERS_SECONDS_MAX, SERVICE

PAGE = Page("canary-and-blue-green")
ASKED, WEIGHT_PERCENT = 1000, 10
BY_HEADER = 50
CONTROLLERS = 2  # pods of the ingress controller: each shares out by itself, and is off by one at most
SWITCH_SECONDS_MAX = 60
IN_A_ROW = 20    # answers of one release: the switch has reached both controllers


def clear(shop, track: str):
    """Whatever is left of it."""
    shop.cluster.kubectl("-n", NAMESPACE, "delete", "ingress,deployment,hpa,service", "-l", f"track={track}",
                         "--ignore-not-found")


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
    wait_until(lambda: set(answers(shop, IN_A_ROW)) == {release}, f"only release {release} to answer", SWITCH_SECONDS_MAX,
               every=0.1)
    return time.time() - began


@pytest.fixture
def canary(shop, next_release):
    PAGE.do("Canary", "kubectl apply -k")
    wait_until(lambda: answers(shop, 1, **{"X-Canary": "always"})[next_release.version], "the canary's Ingress",
               SWITCH_SECONDS_MAX)
    yield shop
    clear(shop, "canary")


def test_a_canary_takes_one_request_in_ten_then_half_and_goes_again(canary, next_release):
    shop, new = canary, next_release.version
    this_release = answers(shop, 1, **{"X-Canary": "never"}).most_common(1)[0][0]
    quiet = answers(shop, ASKED)
    always, never = (answers(shop, BY_HEADER, **{"X-Canary": side}) for side in ("always", "never"))
    assert f'"{new}"' in PAGE.do("Canary", "openapi.json"), "the page's way to see which side answers"
    with shop.shoppers() as (pages, storm):
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        busy = answers(shop, ASKED)
        PAGE.do("Canary", "canary-weight=50")
        wait_until(lambda: answers(shop, IN_A_ROW)[new] >= IN_A_ROW // 2 - CONTROLLERS, "half of the requests",
                   SWITCH_SECONDS_MAX)
        half = answers(shop, ASKED)
        PAGE.do("Canary", "delete ingress")
        until_only(shop, this_release)
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    shop.finish(f"canary {new} at {WEIGHT_PERCENT} %: {quiet[new]} of {ASKED} requests, under load {busy[new]}; at 50 % "
                f"{half[new]}; by header always {always[new]} of {BY_HEADER}, never {never[new]} of {BY_HEADER}", pages, storm)
    assert this_release != new
    assert abs(quiet[new] - ASKED * WEIGHT_PERCENT // 100) <= CONTROLLERS
    assert dict(always) == {new: BY_HEADER} and dict(never) == {this_release: BY_HEADER}
    assert 0 < busy[new] < half[new]


@pytest.fixture
def green(shop):
    PAGE.do("Blue-green", "kubectl apply -k")
    yield shop
    shop.cluster.patch("services", SERVICE, {"spec": {"selector": {"track": "stable"}}})
    clear(shop, "green")


def test_all_shoppers_go_from_blue_to_green_and_back_and_no_request_fails(green, next_release):
    shop, blue = green, green.release()
    took = []
    PAGE.do("Blue-green", "patch hpa")
    with shop.shoppers() as (pages, storm):
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        for track, release in (("green", next_release.version), ("stable", blue)):
            PAGE.do("Blue-green", f'"track":"{track}"')
            took.append(until_only(shop, release))
            storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    shop.finish(f"blue {blue} to green {next_release.version} in {took[0]:.1f} s, and back in {took[1]:.1f} s", pages, storm)
    assert blue != next_release.version
