"""Pods are deleted, and containers killed, while people look and buy. Deleted ones drain, so nothing at all may fail. A kill -9
takes with it what the pod was working on, and nothing else; who bought there asks again with the same key."""

import math
import time

from support.cluster import is_true, wait_until
from support.cluster_shop import ORDERS, ORDERS_SECONDS_MAX, SHOPPERS, START_SECONDS_MAX
from support.storm import OF_A_PROXY

from cluster.conftest import ALL

REPLICAS = 4
KILLS = REPLICAS if ALL else 2  # a container that is killed twice within minutes waits before it starts again
SHOCK_SECONDS = 2  # after a kill in which requests that were under way may come back as failed; a later one has no excuse


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
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        took["one"] = [delete(shop, sorted(shop.names())[:1])]
        took["half"] = [delete(shop, sorted(shop.names())[:REPLICAS // 2])]
        took["each in turn"] = [delete(shop, [name]) for name in sorted(shop.names())[:REPLICAS if ALL else 2]]
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    told = "; ".join(f"{what} {', '.join(f'{seconds:.1f}' for seconds in all_)} s" for what, all_ in took.items())
    shop.finish(f"pods deleted, until their successors were ready: {told}", pages, storm)


def restarts(pod: dict) -> int:
    return pod["status"]["containerStatuses"][0]["restartCount"]


def wait_for_restarts(shop, victims: list):
    """Until the container of each has been started once more and is ready."""
    def all_back():
        now = [shop.cluster.get("pods", pod["metadata"]["name"]) for pod in victims]
        return all(is_true(pod, "Ready") and restarts(pod) > restarts(before) for pod, before in zip(now, victims))

    wait_until(all_back, f"{len(victims)} killed containers to be back", START_SECONDS_MAX, shop.troubles)


def cut_short(storm) -> int:
    """Tries that were answered by nobody. Not those that the shop refused with a time to come back: of a payment whose server has died
    that is the answer until another server may take it over."""
    return sum(count for what, count in dict(storm.answers).items() if what in ("gone", *OF_A_PROXY))


def test_kill_9_of_containers_costs_at_most_what_was_under_way(shop):
    shop.keep(REPLICAS)
    shop.stock_up()
    at_kills, later, back, failed = [], [], [], []
    with shop.storm() as storm:
        for victim in sorted(shop.ready_pods(), key=lambda pod: pod["metadata"]["name"])[:KILLS]:
            storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
            before = cut_short(storm)
            with shop.lookers() as pages:
                began = time.time()
                shop.cluster.kill_containers([victim], "web")
                time.sleep(SHOCK_SECONDS)
            at_kills += pages
            failed.append(sum(each.failed for each in pages) + cut_short(storm) - before)
            with shop.lookers() as pages:
                wait_for_restarts(shop, [victim])
                back.append(time.time() - began)
                storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
            later += pages
    late = sum(each.failed for each in at_kills + later) + cut_short(storm) - sum(failed)
    # A client has one request under way. The pods take turns, so one has its share of the clients; one that was slow has twice that.
    clients = sum(each.workers for each in later[-2:]) + SHOPPERS
    share = 2 * math.ceil(clients / REPLICAS)
    shop.finish(f"kill -9 of {KILLS} containers, back after {', '.join(f'{seconds:.1f}' for seconds in back)} s; failed at each: "
                f"{', '.join(map(str, failed))} requests ({share} could be under way); the pages of {SHOCK_SECONDS} s after each, and later:",
                [*at_kills, *later], storm, fair=False)
    assert max(failed) <= share, "more failed than was under way"
    assert late == 0, "failures went on after the kill"
    assert {what for each in at_kills for what in each.statuses} <= {200, 502, 504}, "the shop itself answered wrongly"


def test_all_containers_killed_at_once_are_noticed_and_no_order_is_lost(shop):
    """The test of the tests: where nobody is left to serve, the load must see failures; what it counts as 0 elsewhere is 0."""
    shop.keep(2)
    with shop.shoppers() as (pages, storm):
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        victims, began = shop.ready_pods(), time.time()
        shop.cluster.kill_containers(victims, "web")
        wait_for_restarts(shop, victims)
        back = time.time() - began
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    failed = sum(each.failed for each in pages) + sum(storm.failed().values())
    shop.finish(f"kill -9 of all containers at once: {failed} requests failed, back after {back:.1f} s", pages, storm, fair=False)
    # A kubelet looks at its containers once a second and then starts one, while 120 pages a second are asked for.
    assert failed > 0, "nobody was there to answer, and the load did not see it"
