"""Pods are deleted, and containers killed, while people look and buy. Deleted ones drain, so nothing at all may fail. A kill -9
takes with it what the pod was working on, and nothing else; who bought there asks again with the same key."""

import time

from support.cluster import is_true, wait_until
from support.cluster_shop import SHOPPERS, START_SECONDS_MAX

from cluster.conftest import ALL

REPLICAS = 4
KILLS = REPLICAS if ALL else 2  # a container that is killed twice within minutes waits before it starts again
ORDERS_BETWEEN, ORDERS_SECONDS_MAX = 15, 60


def delete(shop, victims: list) -> float:
    """Until as many others are ready in their place and the deleted have drained; the seconds until the first of that."""
    before, began = shop.names(), time.time()
    for name in victims:
        shop.cluster.delete("pods", name)
    wait_until(lambda: len(shop.ready_pods()) == REPLICAS and len(shop.names() - before) == len(victims), "their successors",
               START_SECONDS_MAX, shop.troubles)
    ready = time.time() - began
    shop.wait_for_pods(REPLICAS)
    return ready


def test_deleted_pods_are_replaced_and_no_request_fails(shop):
    shop.keep(REPLICAS)
    took = {}
    with shop.shoppers() as (pages, storm):
        storm.wait_for_orders(ORDERS_BETWEEN, ORDERS_SECONDS_MAX)
        took["one"] = [delete(shop, sorted(shop.names())[:1])]
        took["half"] = [delete(shop, sorted(shop.names())[:REPLICAS // 2])]
        took["each in turn"] = [delete(shop, [name]) for name in sorted(shop.names())[:REPLICAS if ALL else 2]]
        storm.wait_for_orders(ORDERS_BETWEEN, ORDERS_SECONDS_MAX)
    told = "; ".join(f"{what} {', '.join(f'{seconds:.1f}' for seconds in all_)} s" for what, all_ in took.items())
    shop.finish(f"pods deleted, until their successors were ready: {told}", pages, storm)


def test_kill_9_of_containers_costs_at_most_what_was_under_way(shop):
    shop.keep(REPLICAS)
    back = []
    with shop.shoppers() as (pages, storm):
        for victim in sorted(shop.ready_pods(), key=lambda pod: pod["metadata"]["name"])[:KILLS]:
            storm.wait_for_orders(ORDERS_BETWEEN, ORDERS_SECONDS_MAX)
            name, began = victim["metadata"]["name"], time.time()
            restarts = victim["status"]["containerStatuses"][0]["restartCount"]
            shop.cluster.kill_containers([victim], "web")

            def restarted():
                pod = shop.cluster.get("pods", name)
                return is_true(pod, "Ready") and pod["status"]["containerStatuses"][0]["restartCount"] > restarts

            wait_until(restarted, f"{name} to be back", START_SECONDS_MAX, shop.troubles)
            back.append(time.time() - began)
        storm.wait_for_orders(ORDERS_BETWEEN, ORDERS_SECONDS_MAX)
    failed = sum(each.failed for each in pages) + sum(storm.failed().values())
    # A client has one request under way: no more than there are clients can have been lost with a pod.
    clients = sum(each.workers for each in pages) + SHOPPERS
    shop.finish(f"kill -9 of {KILLS} containers, back after {', '.join(f'{seconds:.1f}' for seconds in back)} s; {failed} "
                f"requests failed, {clients} could be under way at each", pages, storm, fair=False)
    assert failed <= KILLS * clients, "more failed than was under way"
    assert {what for each in pages for what in each.statuses} <= {200, 502, 504}, "the shop itself answered wrongly"


def test_all_containers_killed_at_once_are_noticed_and_no_order_is_lost(shop):
    """The test of the tests: where nobody is left to serve, the load must see failures; what it counts as 0 elsewhere is 0."""
    shop.keep(2)
    with shop.shoppers() as (pages, storm):
        storm.wait_for_orders(ORDERS_BETWEEN, ORDERS_SECONDS_MAX)
        began = time.time()
        shop.cluster.kill_containers(shop.ready_pods(), "web")
        wait_until(lambda: len(shop.ready_pods()) < 2, "the cluster to notice", START_SECONDS_MAX, shop.troubles, every=0.05)
        wait_until(lambda: len(shop.ready_pods()) == 2, "all to be back", START_SECONDS_MAX, shop.troubles)
        back = time.time() - began
        storm.wait_for_orders(ORDERS_BETWEEN, ORDERS_SECONDS_MAX)
    failed = sum(each.failed for each in pages) + sum(storm.failed().values())
    shop.finish(f"kill -9 of all containers at once: {failed} requests failed, back after {back:.1f} s", pages, storm, fair=False)
    assert failed > 0, "nobody was there to answer, and the load did not see it"
