"""Every query of every panel, asked of a real Prometheus that scrapes two real servers, on PostgreSQL and with a payment gateway
of their own, while people look and buy. What only a cluster has (kube-state-metrics, cAdvisor, Argo Rollouts, certificates) is
read for its syntax here, and said so; the rules are evaluated in the same Prometheus."""

import contextlib
import itertools
import math
import re
import subprocess
import sys
import threading
import urllib.request

import pytest
import yaml
from support import api
from support.gateway_process import GatewayProcess, RemotePostgresShop
from support.postgres import Postgres
from support.prometheus import MONITORING, Prometheus, generated_rules
from support.storm import Shelf, Storm

from generator.dashboards import DASHBOARDS  # of deploy/monitoring

SCALE = "1/60"  # 5 m are 5 s, so that every window has passed within the test's minute but those of days
SHELF = Shelf(hot=400, few=10)
IN_THE_CLUSTER = {"cluster": "kube-state-metrics, which the cluster of the tests does not have",
                  "cadvisor": "the kubelets' cAdvisor",
                  "rollouts": "Argo Rollouts: tests/cluster/test_rollouts.py", "cert-manager": "cert-manager",
                  "traefik": "the ingress controller"}
OBJECTIVES = [each["name"] for each in yaml.safe_load((MONITORING / "slo.yaml").read_text())["objectives"]]
AUDIT = "[audit]\nevery_s = 2\n"
LOAD_SECONDS, SERIES_SECONDS_MAX = 25, 60
WATCHERS, WATCHERS_PAUSE_SECONDS = 2, 0.05
QUERIES = [(board.uid, panel.title, query) for board in DASHBOARDS for panel in board.panels() for query in panel.queries]
PATHS = ("/", "/products/hot", "/collections", "/search?q=coat", "/checkout", "/cart", "/api/v1/products?limit=5",
         "/api/v1/search?q=wool")


def asked(expr: str) -> str:
    """As Grafana asks it, for a window that holds some scrapes of a second."""
    return expr.replace("$job", "fashionforward").replace("$__rate_interval", "20s").replace("[1h]", "[60s]").replace("[15m]",
                                                                                                                      "[60s]")


class Watchers:
    """People who look at pages and fill carts, a few a second, until it is over."""

    def __init__(self, urls: list):
        self.urls, self.over = urls, threading.Event()
        self.threads = [threading.Thread(target=self.look, args=(number,), daemon=True) for number in range(WATCHERS)]

    def look(self, number: int):
        for turn in itertools.count(number):
            if self.over.wait(WATCHERS_PAUSE_SECONDS):
                return
            url = self.urls[turn % len(self.urls)]
            with contextlib.suppress(OSError), urllib.request.urlopen(url + PATHS[turn % len(PATHS)], timeout=10) as answer:
                answer.read()
            if turn % 10 == 0:
                self.fill(api.Client(url))

    @staticmethod
    def fill(client: api.Client):
        variant = client.variants("hot")[0]["id"]
        status, _, cart = client.request("POST", "/api/v1/carts", {})
        if status == 201:
            client.request("POST", f"/api/v1/carts/{cart['id']}/lines", {"variant_id": variant, "quantity": 1})

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(30)


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A Prometheus that has watched two servers under load for some time, and the rules in it."""
    folder = tmp_path_factory.mktemp("watched")
    rules = generated_rules(folder / "rules.yml", SCALE)
    with Postgres() as server, GatewayProcess(folder / "gateway") as gateway, contextlib.ExitStack() as running:
        shops = [RemotePostgresShop(folder / f"server-{number}", url, gateway, config=AUDIT)
                 for number, url in enumerate([server.create_database("shop")] * 2)]
        shops[0].run("migrate")
        shops[0].run("seed")
        SHELF.import_into(shops[0])
        for shop in shops:
            running.enter_context(shop)
        # A line before a sale of what the storm does not buy.
        shops[0].run("sale", "set", "drop", "--title", "The drop", "--products", "wool-pea-coat", "--queue", "on", "--starts",
                     "+1h",
                     "--ends", "+2h")
        urls = [shop.url for shop in shops]
        targets = [shop.ops_url.removeprefix("http://") for shop in shops]
        with Prometheus(folder / "prometheus", {"fashionforward": targets}, rules) as prometheus, Watchers(urls):
            with Storm(SHELF, lambda: urls, shoppers=4, think_seconds=0.2) as storm:
                storm.blow(LOAD_SECONDS)
                yield prometheus
            storm.settle()
        assert shops[0].audit().returncode == 0


@pytest.mark.parametrize("board,panel,query", QUERIES,
                         ids=[f"{board}: {panel}: {query.legend}" for board, panel, query in QUERIES])
def test_a_query_of_a_panel_returns_series(watched, board, panel, query):
    if query.needs in IN_THE_CLUSTER:
        watched.query(asked(query.expr))  # its syntax
        pytest.skip(f"read for its syntax only: needs {IN_THE_CLUSTER[query.needs]}")
    found = watched.wait_for(asked(query.expr), f"{panel}: {query.legend}", SERIES_SECONDS_MAX)
    assert "{{" in query.legend or len(found) == 1, f"one legend for {len(found)} series"
    assert any(math.isfinite(value) for _, value in found), f"nothing but NaN: {found[:3]}"


def test_every_rule_is_evaluated_without_a_fault(watched):
    groups = watched.get("rules")["groups"]
    assert {rule["health"] for group in groups for rule in group["rules"]} == {"ok"}
    assert sum(len(group["rules"]) for group in groups) > 100


def test_the_budget_of_every_objective_is_known(watched):
    for name in OBJECTIVES:
        watched.wait_for(f'slo:budget:left{{slo="{name}"}}', f"the budget of {name}", SERIES_SECONDS_MAX)


def test_a_normal_day_calls_nobody(watched):
    """But for the backup, which a test truly has none of. How quick a busy machine is, is not asserted."""
    found = {name for name, _ in [*watched.alerts(), *watched.alerts("pending")]}
    assert found <= {"BackupOverdue", "CheckoutSlow", "PagesSlow"}, found


def test_a_server_under_load_tells_no_more_than_prometheus_can_keep(watched):
    """How long a scrape takes is printed: under load it is others' time. tests/functional/test_metrics.py holds what it costs."""
    seconds = [value for _, value in watched.query('max_over_time(scrape_duration_seconds{job="fashionforward"}[1m])')]
    samples = [value for _, value in watched.query('scrape_samples_scraped{job="fashionforward"}')]
    print(f"\nscrapes of a server under load: at most {1e3 * max(seconds):.1f} ms (two processors for everything), {samples[0]:.0f} samples")
    assert max(samples) < 10_000, "cardinality: ten pods would be 100,000 series"


def test_readiness_says_what_is_not_ready(watched):
    """Of two servers that serve, audit, and have a sale, without a backup, a rehearsal, or a Prometheus that says whom it
    tells."""
    done = subprocess.run([sys.executable, MONITORING / "ready.py", "--prometheus", watched.url, "--pods", "2", "--orders",
                           "100000", "--namespace", ""],
                          capture_output=True, text=True, check=False, timeout=120)
    print(f"\n{done.stdout}")
    said = {name: state for state, name in re.findall(r"^(ready|NOT READY) +([a-z ]+):", done.stdout, re.M)}
    assert done.returncode == 1
    for name in ("servers", "connections", "audit clean", "waiting room"):
        assert said[name] == "ready", done.stdout
    for name in ("alerts able to fire", "backup", "restore tried", "load rehearsed"):
        assert said[name] == "NOT READY", done.stdout
