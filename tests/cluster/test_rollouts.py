"""Releases by Argo Rollouts while people look and buy: a good one goes through; one that fails three of ten checkouts, one that
is five times slower and one that writes totals that don't add up each take themselves back (tests/cluster/faulty). What is
printed: how long it took, and whom it touched. The short form is one bad release; all of it: ./ff test cluster --all --case
rollouts"""

import json
import re
import time

import pytest
from support.cluster import NAMESPACE, wait_until
from support.cluster_overlays import of_web, released
from support.cluster_platform import analyses, install_argo_rollouts, install_monitoring, rollout, wait_for_phase
from support.cluster_shop import START_SECONDS_MAX, Shop

from cluster.conftest import ALL

CANARY, BLUE_GREEN = "deploy/rollouts/kind-canary", "deploy/rollouts/kind-blue-green"
THIS = "fashionforward:test"
ORDERS, ORDERS_SECONDS_MAX = 20, 90
THROUGH_SECONDS_MAX = 420  # three steps and their pauses, on two processors
BACK_SECONDS_MAX = 240
FAULTS = {"fails": "checkout-success", "slow": "checkout-latency", "totals": "audit"}
SLOWER, SLOWER_MS_MIN = 5, 40
SETTINGS = [{"name": "FF_AUDIT_EVERY_S", "value": "3"}]  # s: the running audit's rhythm


def shop_of(image: str, base: str, **fault: str) -> str:
    """The overlay with that image; `fault`: what a faulty one does."""
    environment = SETTINGS + [{"name": name, "value": value} for name, value in fault.items()]
    name = f"{base.rsplit('/', 1)[1]}-{re.sub(r'[^a-z0-9]', '-', image)}-{'-'.join(fault.values())}"
    return released(name, image, of_web(env=environment), of=base)


@pytest.fixture(scope="module")
def platform(cluster):
    """Prometheus and Argo Rollouts, once; the shop of the Deployment is gone."""
    shop = Shop(cluster)
    shop.remove()
    prometheus = install_monitoring(cluster, "1/60")
    install_argo_rollouts(cluster)
    yield shop, prometheus
    shop.remove()


def promote(shop: Shop, how: dict):
    """As deploy/rollouts/README.md says."""
    shop.cluster.kubectl("-n", NAMESPACE, "patch", "rollout", "fashionforward", "--subresource", "status", "--type", "merge",
                         "-p", json.dumps({"status": how}))


def settled(shop: Shop, base: str):
    """The shop of this release as a Rollout, whatever the test before left. Nobody buys now, so nobody could judge a release: it
    is promoted by hand."""
    shop.cluster.kubectl("apply", "-k", shop_of(THIS, base))
    shop.cluster.patch("horizontalpodautoscalers", "fashionforward", {"spec": {"minReplicas": 2, "maxReplicas": 2}})
    if wait_for_phase(shop.cluster, ("Healthy", "Progressing", "Paused"), START_SECONDS_MAX, shop.troubles) != "Healthy":
        promote(shop, {"promoteFull": True})
    wait_for_phase(shop.cluster, ("Healthy",), START_SECONDS_MAX, shop.troubles)
    wait_until(lambda: shop.deployment()["status"].get("replicas", 0) == 0, "the Deployment to hand its pods over",
               START_SECONDS_MAX, shop.troubles)
    shop.wait_for_page()


@pytest.fixture
def canary(platform):
    shop, prometheus = platform
    settled(shop, CANARY)
    return shop, prometheus


def weight(shop: Shop) -> int:
    return rollout(shop.cluster).get("status", {}).get("canary", {}).get("weights", {}).get("canary", {}).get("weight", 0)


def judged(shop: Shop) -> str:
    """What the last analysis measured."""
    results = analyses(shop.cluster)[-1]["status"].get("metricResults", [])
    return "; ".join(f"{each['name']} {each['phase']} {[m.get('value', m.get('message', '')) for m in each.get('measurements', [])][-3:]}"
                     for each in results)


long_form = pytest.mark.skipif(not ALL, reason="of the long form: ./ff test cluster --all --case rollouts")


@long_form
def test_a_good_release_goes_to_everybody_step_by_step_and_drops_nothing(canary):
    shop, _ = canary
    before, seen = shop.release(), []
    with shop.shoppers(workers=3) as (pages, storm):
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        began = time.monotonic()
        shop.cluster.kubectl("apply", "-k", shop_of("fashionforward:next", CANARY))

        def through():
            now = weight(shop)
            if not seen or seen[-1][1] != now:
                seen.append((round(time.monotonic() - began), now))
            status = rollout(shop.cluster)["status"]
            assert status["phase"] != "Degraded", f"{status.get('message')}; {judged(shop)}"
            return status["phase"] == "Healthy" and shop.release() != before

        wait_until(through, "the release to go through", THROUGH_SECONDS_MAX, lambda: f"{seen} {judged(shop)}", every=1)
        took = time.monotonic() - began
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    shop.finish(f"a good canary: weights {seen} (s, %), everybody after {took:.0f} s; {judged(shop)}", pages, storm)
    assert [each for _, each in seen if each in (10, 50)] == [10, 50]


def slowness(prometheus) -> str:
    """What a checkout of the slow release takes more, ms: it takes SLOWER times what it does now."""
    mean = prometheus.value('sum(rate(ff_checkout_seconds_sum{job="fashionforward"}[1m])) / sum(rate(ff_checkout_seconds_count{job="fashionforward"}[1m]))')
    return str(max(SLOWER_MS_MIN, round(1e3 * (SLOWER - 1) * mean)))


def fair(pages, fault: str) -> bool:
    """Pages were served by either release. One whose checkouts hold the threads up refuses some (503, come again), as it
    should."""
    return not any(each.errors or each.statuses.keys() - {200, *([503] if fault == "slow" else [])} for each in pages)


@pytest.mark.parametrize("fault", FAULTS if ALL else ["fails"])
def test_a_bad_release_takes_itself_back(canary, fault):
    shop, prometheus = canary
    before = shop.release()
    with shop.shoppers(workers=3) as (pages, storm):
        storm.bears = (500,)
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        more = {"SHOP_FAULT_MS": slowness(prometheus)} if fault == "slow" else {}
        began = time.monotonic()
        shop.cluster.kubectl("apply", "-k", shop_of("fashionforward:faulty", CANARY, SHOP_FAULT=fault, **more))
        wait_until(lambda: weight(shop) > 0, "the canary to get shoppers", START_SECONDS_MAX, shop.troubles, every=0.5)
        first = time.monotonic()
        wait_until(lambda: rollout(shop.cluster)["status"].get("phase") == "Degraded", "the release to be taken back",
                   BACK_SECONDS_MAX,
                   lambda: judged(shop), every=0.5)
        wait_until(lambda: weight(shop) == 0, "nobody to be sent there", BACK_SECONDS_MAX, every=0.2)
        back = time.monotonic()
        told = judged(shop)
        failed_by = next(each["name"] for each in analyses(shop.cluster)[-1]["status"]["metricResults"]
                         if each["phase"] == "Failed")
        touched = prometheus.value('sum(increase(ff_checkout_answers_total{job="fashionforward",track="stable",rollout="%s"}[5m]))'
                                   % rollout(shop.cluster)["status"]["currentPodHash"])
        everybody = prometheus.value('sum(increase(ff_checkout_answers_total{job="fashionforward"}[5m]))')
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        assert {shop.release() for _ in range(20)} == {before}
        prometheus.wait_for('ALERTS{alertname="ReleaseTakenBack",alertstate="firing"}', "the alert that tells of it",
                            BACK_SECONDS_MAX)
    errors = {what: count for what, count in storm.answers.items() if what in (500, 503, "gone")}
    print(f"\na release that {fault} {more or ''}: its first shopper after {first - began:.0f} s, taken back {back - first:.0f} s later by {failed_by}; "
          f"{touched:.0f} of {everybody:.0f} checkouts of these minutes were its ({touched / max(everybody, 1):.1%}); answers {errors}\n  {told}")
    for each in pages:
        print(f"  {each}")
    assert failed_by == FAULTS[fault]
    assert fair(pages, fault), "; ".join(map(str, pages))
    books(shop, storm, fault)


def books(shop: Shop, storm, fault: str):
    """No order is lost; none is wrong but those of the release that makes them so, and these the audit names, each."""
    storm.settle()
    storm.verify()
    done = shop.program("audit", check=False)
    if fault != "totals":
        assert done.returncode == 0, done.stdout
        print(f"  {storm.figures()}; {done.stdout.strip().splitlines()[-1]}")
        return
    wrong = done.stdout.count("add up to something else")
    assert done.returncode == 1 and wrong > 0
    others = [line for line in done.stdout.splitlines() if re.match(r"I\d ", line) and "add up to something else" not in line]
    assert not others, others
    print(f"  {storm.figures()}; audit names {wrong} orders whose total does not add up, and nothing else")


@long_form
def test_blue_green_shows_a_preview_switches_at_once_and_back(platform):
    shop, _ = platform
    shop.remove()
    settled(shop, BLUE_GREEN)
    before = shop.release()
    with shop.shoppers(workers=3) as (pages, storm):
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        began = time.monotonic()
        shop.cluster.kubectl("apply", "-k", shop_of("fashionforward:next", BLUE_GREEN))
        wait_until(lambda: rollout(shop.cluster)["status"].get("phase") == "Paused"
                   and len(shop.endpoints("fashionforward-preview")) >= 2,
                   "green to be ready", THROUGH_SECONDS_MAX, shop.troubles, every=0.5)
        green = time.monotonic() - began
        assert shop.release() == before, "shoppers saw green before it was promoted"
        promoted = time.monotonic()
        promote(shop, {"pauseConditions": None})
        wait_until(lambda: shop.release() != before, "green to sell", START_SECONDS_MAX, shop.troubles, every=0.1)
        switch = time.monotonic() - promoted
        wait_for_phase(shop.cluster, ("Healthy",), THROUGH_SECONDS_MAX, lambda: judged(shop))
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    shop.finish(f"blue-green: green ready after {green:.0f} s, selling {switch:.1f} s after its promotion; {judged(shop)}", pages,
                storm)
