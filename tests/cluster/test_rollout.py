"""A new release comes, with a change of the schema, and is taken back, while people look and buy. The next release is the
image fashionforward:next, made of the same sources with one more migration (tests/cluster/next). It is released as docs/kubernetes.md says, by
`newTag` in the overlay; the payment gateway, of which there is one, is the same process before and after."""

import time

from support.cluster import NAMESPACE, wait_until
from support.cluster_overlays import json_patch, released
from support.cluster_runbook import Page
from support.cluster_shop import DEPLOYMENT, ORDERS, ORDERS_SECONDS_MAX, START_SECONDS_MAX
from support.cluster_watch import Watch

DRAIN_SECONDS_MAX = 60
SLOW_SECONDS = 500  # that a new pod must have been ready before an old one goes: longer than a test, and shorter than progressDeadlineSeconds
ASKED = 20  # times, whichever pod answers: were one of several pods of another release, it would show


def releases(shop) -> set:
    return {shop.release() for _ in range(ASKED)}


def until_only(shop, release: str):
    """Old pods serve on while they drain."""
    wait_until(lambda: releases(shop) == {release}, f"only release {release} to answer", DRAIN_SECONDS_MAX, shop.troubles)


def test_a_release_with_a_new_schema_and_its_rollback_drop_no_request_and_lose_no_order(fresh, next_release):
    shop = fresh
    shop.keep(3)
    before, this_release = shop.schema(), shop.release()
    new, gateway = released("next", "fashionforward:next"), shop.gateway()
    with shop.shoppers() as (pages, storm), Watch(shop.cluster, "pods", "app.kubernetes.io/component=web") as pods:
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        began = time.time()
        shop.cluster.kubectl("apply", "-k", new)
        shop.wait_for_rollout()
        forward = time.time() - began
        until_only(shop, next_release.version)
        assert shop.schema() == next_release.schema > before
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        assert shop.gateway() == gateway, "a release of the shop restarted the payment gateway"
        began = time.time()
        Page("rollback").follow("Act")
        back = time.time() - began
        until_only(shop, this_release)
        assert shop.schema() == next_release.schema, "a rollback takes the program back, never the schema"
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    started = len(pods.became_ready())
    shop.finish(f"release {this_release} (schema {before}) to {next_release.version} (schema {next_release.schema}) in "
                f"{forward:.0f} s, and back in {back:.0f} s; {started} pods started", pages, storm)
    assert shop.gateway() == gateway, "the way back restarted the payment gateway"


def test_old_and_new_pods_sell_from_one_schema_side_by_side(shop):
    """In the middle of a rollout, for as long as one likes: half of the pods are of the old release, half of the new one. That the middle
    lasts is this overlay's doing: no old pod goes until the new ones have been ready for long."""
    usual, gateway = shop.deployment()["spec"]["minReadySeconds"], shop.gateway()
    slowly = json_patch("Deployment", DEPLOYMENT, {"op": "replace", "path": "/spec/minReadySeconds", "value": SLOW_SECONDS})
    with shop.shoppers() as (pages, storm):
        shop.cluster.kubectl("apply", "-k", released("next-slowly", "fashionforward:next", slowly))
        wait_until(lambda: len(releases(shop)) == 2, "pods of both releases to answer", START_SECONDS_MAX, shop.troubles)
        shop.cluster.kubectl("-n", NAMESPACE, "rollout", "pause", f"deployment/{DEPLOYMENT}")
        storm.wait_for_orders(2 * ORDERS, ORDERS_SECONDS_MAX)
        seen = releases(shop)  # after they were sold: both have stood all the time
        shop.cluster.kubectl("-n", NAMESPACE, "rollout", "resume", f"deployment/{DEPLOYMENT}")
        shop.cluster.patch("deployments", DEPLOYMENT, {"spec": {"minReadySeconds": usual}})
        shop.wait_for_rollout()
    shop.finish(f"paused in mid-rollout: releases {sorted(seen)} sold side by side", pages, storm)
    assert len(seen) == 2
    assert shop.gateway() == gateway
