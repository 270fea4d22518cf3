"""Alerts that fire for real in the cluster, each by its own cause, and resolve when that is mended; and none that fires while all is well:
under load, in a rollout, in a drain. The rules are production's with their windows 60 times shorter: an hour is a minute, five minutes are
five seconds; times are printed as they were, and what they would be."""

import contextlib
import time

import pytest
from support.cluster import NAMESPACE, wait_until
from support.cluster_overlays import overlay
from support.cluster_platform import install_monitoring, remove_monitoring
from support.cluster_shop import DEPLOYMENT, SHELF, Shop

SCALE = 60
SETTINGS = [{"name": "FF_AUDIT_EVERY_S", "value": "3"}]  # s: the running audit's rhythm
SETTLED_SECONDS, QUIET_SECONDS = 20, 30
FIRES_SECONDS_MAX = ENDS_SECONDS_MAX = 180
# What a cluster of tests truly lacks: a backup. And certificates: those of the tests live for as long as cert-manager's default.
EXPECTED = {("BackupOverdue", "ticket")}


def watched_overlay() -> str:
    web = {"name": "web", "env": SETTINGS}
    return overlay("watched", {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": DEPLOYMENT},
                               "spec": {"template": {"spec": {"containers": [web]}}}})


@pytest.fixture(scope="module")
def watched(cluster):
    """The shop with two pods, and a Prometheus that has seen it for a while."""
    shop = Shop(cluster)
    shop.remove()
    prometheus = install_monitoring(cluster, f"1/{SCALE}")
    shop.deploy(watched_overlay())
    shop.keep(2)
    shop.stock_up(SHELF)
    prometheus.wait_for('count(up{job="fashionforward"} == 1) == 2', "Prometheus to see both pods", FIRES_SECONDS_MAX)
    time.sleep(SETTLED_SECONDS)
    yield shop, prometheus
    remove_monitoring(cluster)


def scale(shop: Shop, what: str, replicas: int):
    shop.cluster.kubectl("-n", NAMESPACE, "scale", what, f"--replicas={replicas}")


@contextlib.contextmanager
def without(shop: Shop, what: str):
    scale(shop, what, 0)
    try:
        yield
    finally:
        scale(shop, what, 1)
        shop.cluster.kubectl("-n", NAMESPACE, "rollout", "status", what, "--timeout=180s", timeout=200)


@contextlib.contextmanager
def database_away(shop: Shop):
    with without(shop, "statefulset/postgres"):
        yield


@contextlib.contextmanager
def gateway_away(shop: Shop):
    with without(shop, "deployment/payment-gateway"):
        yield


@contextlib.contextmanager
def books_wrong(shop: Shop):
    """A unit vanishes from the stock of an article that nobody buys, as by somebody's hand."""
    row = "WHERE variant = (SELECT max(variant) FROM stock)"
    column = shop.sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'stock' AND column_name LIKE 'variant%'")
    row = row.replace("variant", column)
    shop.sql(f"UPDATE stock SET available = available - 1 {row}")
    try:
        yield
    finally:
        shop.sql(f"UPDATE stock SET available = available + 1 {row}")


@contextlib.contextmanager
def nobody_there(shop: Shop):
    shop.cluster.kubectl("-n", NAMESPACE, "delete", "hpa", DEPLOYMENT)
    scale(shop, f"deployment/{DEPLOYMENT}", 0)
    try:
        yield
    finally:
        shop.cluster.kubectl("apply", "-k", watched_overlay())
        scale(shop, f"deployment/{DEPLOYMENT}", 2)
        shop.keep(2)


@contextlib.contextmanager
def gateway_slow(shop: Shop):
    """Each payment takes 1.5 s."""
    path = "/spec/template/spec/containers/0/args"
    arguments = shop.deployment("payment-gateway")["spec"]["template"]["spec"]["containers"][0]["args"]
    shop.cluster.patch("deployments", "payment-gateway", [{"op": "replace", "path": path, "value": [*arguments, "--latency", "1500"]}])
    shop.cluster.kubectl("-n", NAMESPACE, "rollout", "status", "deployment/payment-gateway", "--timeout=120s", timeout=140)
    try:
        yield
    finally:
        shop.cluster.patch("deployments", "payment-gateway", [{"op": "replace", "path": path, "value": arguments}])
        shop.cluster.kubectl("-n", NAMESPACE, "rollout", "status", "deployment/payment-gateway", "--timeout=120s", timeout=140)


CAUSES = (("DatabaseAway", database_away), ("PaymentGatewayAway", gateway_away), ("CheckoutFails", gateway_away), ("CheckoutSlow", gateway_slow),
          ("OrdersBreakInvariants", books_wrong), ("ShopDown", nobody_there))


def firing(prometheus, name: str) -> bool:
    return (name, "page") in prometheus.alerts()


@pytest.mark.parametrize("alert,cause", CAUSES, ids=[each[0] for each in CAUSES])
def test_an_alert_that_pages_fires_by_its_cause_and_resolves(watched, alert, cause):
    shop, prometheus = watched
    assert not firing(prometheus, alert)
    with shop.storm(shoppers=4) as storm:
        storm.blow(5)
        began = time.monotonic()
        with cause(shop):
            wait_until(lambda: firing(prometheus, alert), f"{alert} to fire", FIRES_SECONDS_MAX, lambda: str(prometheus.get("alerts")["alerts"])[:3000],
                       every=0.5)
            fired = time.monotonic() - began
            told = {(each["labels"]["alertname"], each["status"]["state"]) for each in of_alertmanager(shop)}
        mended = time.monotonic()
        wait_until(lambda: not firing(prometheus, alert), f"{alert} to end", ENDS_SECONDS_MAX, lambda: str(prometheus.get("alerts")["alerts"])[:3000],
                   every=0.5)
        ended = time.monotonic() - mended
    storm.settle()
    storm.verify()
    silenced = sorted(name for name, state in told if state == "suppressed")
    print(f"\n{alert}: fired {fired:.0f} s after its cause, ended {ended:.0f} s after it was mended (windows 1/{SCALE}); held back as its consequence: {silenced}")
    assert shop.audit()


def of_alertmanager(shop: Shop) -> list:
    return shop.cluster.ask("GET", "/api/v1/namespaces/monitoring/services/alertmanager:9093/proxy/api/v2/alerts") or []


def test_nobody_is_called_under_load_in_a_rollout_and_in_a_drain(watched):
    shop, prometheus = watched
    wait_until(lambda: set(prometheus.alerts()) <= EXPECTED, "the alerts of before to end", ENDS_SECONDS_MAX, lambda: str(prometheus.alerts()))
    began = time.time()
    with shop.shoppers(workers=3) as (pages, storm):
        storm.wait_for_orders(20, 60)
        shop.cluster.kubectl("-n", NAMESPACE, "rollout", "restart", f"deployment/{DEPLOYMENT}")
        shop.wait_for_rollout()
        shop.keep(3)
        shop.keep(2)  # one drains
        storm.blow(QUIET_SECONDS)
    seconds = time.time() - began
    fired = {(labels["alertname"], labels["severity"]) for labels, _ in prometheus.range('ALERTS{alertstate="firing",severity!="none"}', seconds)}
    shop.finish(f"{seconds:.0f} s of load, a rollout, one more pod and one fewer: alerts that fired: {sorted(fired - EXPECTED)}", pages, storm)
    assert fired <= EXPECTED, fired
