"""A new release comes, with a change of the schema, and is taken back, while people look and buy. The next release is the
image fashionforward:next, made of the same sources with one more migration (tests/cluster/next)."""

import time

from support import api
from support.cluster import NAMESPACE, wait_until
from support.cluster_overlays import overlay
from support.cluster_shop import START_SECONDS_MAX, DEPLOYMENT
from support.cluster_watch import Watch

ORDERS, ORDERS_SECONDS_MAX = 15, 60
ASKED = 20  # times, whichever pod answers: were one of several pods of another release, it would show


def releases(shop) -> set:
    return {shop.release() for _ in range(ASKED)}


def test_a_release_with_a_new_schema_and_its_rollback_drop_no_request_and_lose_no_order(fresh, next_release):
    shop = fresh
    shop.keep(3)
    before, this_release = shop.schema(), shop.release()
    new = overlay("next", images={"fashionforward": "next"})
    with shop.shoppers() as (pages, storm), Watch(shop.cluster, "pods", "app.kubernetes.io/component=web") as pods:
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        began = time.time()
        shop.cluster.kubectl("apply", "-k", new)
        shop.wait_for_rollout()
        forward = time.time() - began
        assert releases(shop) == {next_release.version}
        assert shop.schema() == next_release.schema > before
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        began = time.time()
        shop.cluster.kubectl("-n", NAMESPACE, "rollout", "undo", f"deployment/{DEPLOYMENT}")
        shop.wait_for_rollout()
        back = time.time() - began
        assert releases(shop) == {this_release}
        assert shop.schema() == next_release.schema, "a rollback takes the program back, never the schema"
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    started = len(pods.became_ready())
    shop.finish(f"release {this_release} (schema {before}) to {next_release.version} (schema {next_release.schema}) in "
                f"{forward:.0f} s, and back in {back:.0f} s; {started} pods started", pages, storm)


def test_old_and_new_pods_sell_from_one_schema_side_by_side(fresh, next_release):
    """In the middle of a rollout, for as long as one likes: half of the pods are of the old release, half of the new one."""
    shop = fresh
    shop.keep(2)
    shop.cluster.kubectl("apply", "-k", overlay("next", images={"fashionforward": "next"}))
    with shop.shoppers() as (pages, storm):
        wait_until(lambda: len(releases(shop)) == 2, "pods of both releases to answer", START_SECONDS_MAX, shop.troubles, every=0)
        shop.cluster.kubectl("-n", NAMESPACE, "rollout", "pause", f"deployment/{DEPLOYMENT}")
        seen = {shop.release() for _ in range(3 * ASKED)}
        storm.wait_for_orders(2 * ORDERS, ORDERS_SECONDS_MAX)
        shop.cluster.kubectl("-n", NAMESPACE, "rollout", "resume", f"deployment/{DEPLOYMENT}")
        shop.wait_for_rollout()
    shop.finish(f"paused in mid-rollout: releases {sorted(seen)} sold side by side", pages, storm)
    assert len(seen) == 2
    assert api.Client(shop.url, host=shop.host).request("GET", "/api/v1/collections")[0] == 200
