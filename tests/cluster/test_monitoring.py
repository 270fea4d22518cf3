"""Alerts that fire for real in the cluster, each by its own cause, and resolve when that is mended; and none that fires while all
is well: under load, in a rollout, in a drain. The rules are production's with their windows 60 times shorter: an hour is a
minute, five minutes are five seconds; times are printed as they were."""

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.cluster import NAMESPACE, wait_until
from support.cluster_load import Hey
from support.cluster_overlays import of_web, released
from support.cluster_platform import install_monitoring, remove_monitoring
from support.cluster_shop import DEPLOYMENT, HOST, HPA, SERVICE, SHELF, Shop
from support.postgres import free_port
from support.prometheus import MONITORING, alerts

SCALE = 60
THIS, FAULTY = "fashionforward:test", "fashionforward:faulty"  # the release; one that is bad on purpose (tests/cluster/faulty)
SETTINGS = [{"name": "FF_AUDIT_EVERY_S", "value": "3"}]  # s: the running audit's rhythm
SETTLED_SECONDS, QUIET_SECONDS = 20, 30
FIRES_SECONDS_MAX = ENDS_SECONDS_MAX = 180
SEARCHES = 5  # a second: a slow one takes 150 ms of one of two threads
# A cluster of tests truly lacks a backup. And a pod that ends is known to Prometheus for some seconds longer than it answers:
# minutes, in these windows.
EXPECTED = {("BackupOverdue", "ticket"), ("ServerNotScraped", "ticket")}
# How quick a busy machine is, is not asserted: the first seconds' slow checkouts are a budget to a Prometheus that has seen
# nothing else. They call nobody.
OF_THE_MACHINE = {("CheckoutSlow", "ticket"), ("PagesSlow", "ticket")}


def watched_overlay(image: str = THIS, fault: str = "") -> str:
    environment = SETTINGS + ([{"name": "SHOP_FAULT", "value": fault}] if fault else [])
    return released(f"watched-{fault or 'good'}", image, of_web(env=environment))


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


# Before anything is broken: the long windows would remember it for an hour.
def test_nobody_is_called_under_load_in_a_rollout_and_in_a_drain(watched):
    shop, prometheus = watched
    wait_until(lambda: set(prometheus.alerts()) <= EXPECTED | OF_THE_MACHINE, "the alerts of the start to end", ENDS_SECONDS_MAX,
               lambda: str(prometheus.alerts()))
    began = time.time()
    with shop.shoppers(workers=3) as (pages, storm):
        storm.wait_for_orders(20, 60)
        shop.cluster.kubectl("-n", NAMESPACE, "rollout", "restart", f"deployment/{DEPLOYMENT}")
        shop.wait_for_rollout()
        shop.keep(3)
        shop.keep(2)  # one drains
        storm.blow(QUIET_SECONDS)
    seconds = time.time() - began
    fired = {(labels["alertname"], labels["severity"])
             for labels, _ in prometheus.range('ALERTS{alertstate="firing",severity!="none"}', seconds)}
    shop.finish(f"{seconds:.0f} s of load, a rollout, one more pod and one fewer: alerts that fired: {sorted(fired)}", pages,
                storm)
    assert fired <= EXPECTED | OF_THE_MACHINE, fired


def test_one_command_says_whether_the_shop_is_ready_for_its_busiest_day(watched):
    """`./ff ready`, through a port that is forwarded, as docs/runbooks/black-friday.md says. A cluster of tests has no backup and
    no sale."""
    shop, _ = watched
    port = free_port()
    with subprocess.Popen(["kubectl", "-n", "monitoring", "port-forward", "service/prometheus", f"{port}:9090"],
                          stdout=subprocess.PIPE, text=True) as forward:
        try:
            assert forward.stdout.readline().startswith("Forwarding"), "the port is not forwarded"
            done = subprocess.run([sys.executable, MONITORING / "ready.py", "--prometheus", f"http://127.0.0.1:{port}", "--pods",
                                   "2", "--orders", "1"],
                                  capture_output=True, text=True, check=False, timeout=120)
        finally:
            forward.terminate()
    print(f"\n{done.stdout}")
    said = {name: state == "ready" for state, name in re.findall(r"^(ready|NOT READY) +([a-z -]+):", done.stdout, re.M)}
    assert done.returncode == 1, done.stderr
    missing = {name for name, ready in said.items() if not ready}
    assert missing - {"error budgets"} == {"alerts silent", "backup", "restore tried", "waiting room"}  # OF_THE_MACHINE above
    assert shop.cluster.get("horizontalpodautoscalers", HPA)["spec"]["minReplicas"] == 2, "it changed something"


# --- causes -------------------------------------------------------------------------------------------------


def roll(shop: Shop, what: str):
    shop.cluster.kubectl("-n", NAMESPACE, "rollout", "status", what, "--timeout=180s", timeout=200)


def scale(shop: Shop, what: str, replicas: int):
    shop.cluster.kubectl("-n", NAMESPACE, "scale", what, f"--replicas={replicas}")


@contextlib.contextmanager
def without(shop: Shop, what: str):
    scale(shop, what, 0)
    try:
        yield
    finally:
        scale(shop, what, 1)
        roll(shop, what)


def database_away(shop: Shop):
    return without(shop, "statefulset/postgres")


def gateway_away(shop: Shop):
    return without(shop, "deployment/payment-gateway")


@contextlib.contextmanager
def gateway_slow(shop: Shop):
    """Each payment takes 1.5 s."""
    path = "/spec/template/spec/containers/0/args"
    arguments = shop.deployment("payment-gateway")["spec"]["template"]["spec"]["containers"][0]["args"]
    shop.cluster.patch("deployments", "payment-gateway",
                       [{"op": "replace", "path": path, "value": [*arguments, "--latency", "1500"]}])
    roll(shop, "deployment/payment-gateway")
    try:
        yield
    finally:
        shop.cluster.patch("deployments", "payment-gateway", [{"op": "replace", "path": path, "value": arguments}])
        roll(shop, "deployment/payment-gateway")


@contextlib.contextmanager
def books_wrong(shop: Shop):
    """A unit of an article that nobody buys counts as sold, by somebody's hand."""
    variant = shop.sql("SELECT variant FROM stock WHERE sold = 0 AND held = 0 AND available > 0 AND policy <> 2 ORDER BY variant LIMIT 1")
    shop.sql(f"UPDATE stock SET sold = sold + 1, available = available - 1 WHERE variant = {variant}")
    try:
        yield
    finally:
        shop.sql(f"UPDATE stock SET sold = sold - 1, available = available + 1 WHERE variant = {variant}")


@contextlib.contextmanager
def leases_locked(shop: Shop):
    """Somebody's psql holds the table of leases, and has gone to lunch."""
    command = ["kubectl", "-n", NAMESPACE, "exec", shop.database_pod(), "-c", "postgres", "--", "psql", "-X", "-h",
               "/var/run/postgresql", "-U", "postgres",
               "shop", "-c", "LOCK TABLE leases IN EXCLUSIVE MODE; SELECT pg_sleep(3600)"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        try:
            yield
        finally:
            shop.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LOCK TABLE leases%'")


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
def bad_release(shop: Shop, fault: str):
    """Rolled out to everybody, without a canary; people search."""
    shop.cluster.kubectl("apply", "-k", watched_overlay(FAULTY, fault))
    shop.wait_for_rollout()
    with Hey(f"{shop.url}/api/v1/search?q=shirt", HOST, workers=1, each=SEARCHES):
        try:
            yield
        finally:
            shop.cluster.kubectl("apply", "-k", watched_overlay())
            shop.wait_for_rollout()


def searches_fail(shop: Shop):
    return bad_release(shop, "search_fails")


def searches_slow(shop: Shop):
    return bad_release(shop, "search_slow")


@contextlib.contextmanager
def certificate_not_renewed(shop: Shop):
    """That of another name of the shop, new to Traefik, which knows a certificate until it restarts: it ends in an hour, and
    cert-manager means to renew it ten minutes before."""
    host = f"ends-{time.time_ns()}.localhost"

    def live(life: dict):
        ingress = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                   "metadata": {"name": "ends", "namespace": NAMESPACE,
                                "annotations": {"cert-manager.io/issuer": "fashionforward", **life}},
                   "spec": {"ingressClassName": "nginx", "tls": [{"hosts": [host], "secretName": "ends-tls"}],
                            "rules": [{"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {
                                "service": {"name": SERVICE, "port": {"name": "http"}}}}]}}]}}
        shop.cluster.kubectl("apply", "-f", "-", input=json.dumps(ingress))

    live({"cert-manager.io/duration": "1h5m",
          "cert-manager.io/renew-before": "10m"})  # the three days that page are 72 minutes here
    try:
        yield
    finally:
        live({"cert-manager.io/duration": "2160h", "cert-manager.io/renew-before": "720h"})


@dataclass(frozen=True)
class Cause:
    alerts: tuple
    happens: Callable[[Shop], contextlib.AbstractContextManager]
    holds_back: tuple = ()  # what follows from it, of which nobody may be told

    def __str__(self) -> str:
        return self.happens.__name__


CAUSES = (Cause(("OrdersBreakInvariants",), books_wrong),
          Cause(("PaymentGatewayAway", "CheckoutFails"), gateway_away, ("CheckoutFails",)),
          Cause(("CheckoutSlow",), gateway_slow),
          Cause(("CertificateEnds",), certificate_not_renewed), Cause(("PagesFail",), searches_fail),
          Cause(("PagesSlow",), searches_slow),
          Cause(("NobodyLeads",), leases_locked), Cause(("DatabaseAway",), database_away, ("CheckoutFails",)),
          Cause(("ShopDown",), nobody_there))


def test_every_alert_that_pages_has_a_cause_here():
    paging = {alert["alert"] for alert in alerts() if alert["labels"]["severity"] == "page"}
    assert {alert for cause in CAUSES for alert in cause.alerts} == paging


@pytest.mark.parametrize("cause", CAUSES, ids=str)
def test_an_alert_that_pages_fires_by_its_cause_and_resolves(watched, cause):
    shop, prometheus = watched
    wanted = set(cause.alerts)

    def firing() -> set:
        return {name for name, severity in prometheus.alerts() if severity == "page"}

    def pending() -> str:
        return str(prometheus.get("alerts")["alerts"])[:3000]

    wait_until(lambda: not firing() & wanted, "what the test before broke to be forgotten", ENDS_SECONDS_MAX, pending, every=0.5)
    fired, ended = {}, {}
    with shop.storm(shoppers=4) as storm:
        storm.blow(5)
        began = time.monotonic()
        with cause.happens(shop):
            def all_fired():
                for name in firing() & wanted - fired.keys():
                    fired[name] = time.monotonic() - began
                return wanted == fired.keys()

            wait_until(all_fired, f"{wanted} to fire", FIRES_SECONDS_MAX, pending, every=0.5)
            wait_until(lambda: set(cause.holds_back) <= held_back(shop), f"{cause.holds_back} to be held back", FIRES_SECONDS_MAX,
                       lambda: str(of_alertmanager(shop))[:3000], every=0.5)
            silenced = sorted(held_back(shop))
        mended = time.monotonic()

        def all_ended():
            for name in wanted - firing() - ended.keys():
                ended[name] = time.monotonic() - mended
            return wanted == ended.keys()

        wait_until(all_ended, f"{wanted} to end", ENDS_SECONDS_MAX, pending, every=0.5)
    storm.settle()
    storm.verify()
    times = "; ".join(f"{name} fired {fired[name]:.0f} s after that, ended {ended[name]:.0f} s after it was mended"
                      for name in cause.alerts)
    print(f"\n{cause}: {times} (windows 1/{SCALE}); held back as its consequence: {silenced}")
    assert shop.audit()


def of_alertmanager(shop: Shop) -> list:
    return json.loads(shop.cluster.ask("GET", "/api/v1/namespaces/monitoring/services/alertmanager:9093/proxy/api/v2/alerts"))


def held_back(shop: Shop) -> set:
    """The alerts that fire and that Alertmanager tells nobody."""
    return {each["labels"]["alertname"] for each in of_alertmanager(shop) if each["status"]["state"] == "suppressed"}
