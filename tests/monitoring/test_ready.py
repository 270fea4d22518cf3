"""`./ff ready`: what it says of a shop that is ready, and of one that lacks a single thing. Prometheus is real and scrapes a page
of figures that the test writes; tests/monitoring/test_queries.py asks the same of real servers, tests/cluster/test_monitoring.py
of a cluster."""

import dataclasses
import http.server
import json
import math
import os
import re
import subprocess
import sys
import threading
import time

import pytest
from support.prometheus import MONITORING, Prometheus

SEEN_SECONDS_MAX = 30
HOUR, DAY = 3600, 86400
REHEARSED = 500  # checkouts a second


@dataclasses.dataclass(frozen=True)
class Figures:
    """Of a shop that is ready. Times are seconds ago, or until."""

    connections: int = 6
    firing: str = ""
    firing_elsewhere: str = ""
    watchdog: bool = True
    alertmanagers: int | None = 1  # None: Prometheus does not scrape itself
    audit_age: float = 60
    violations: int = 0
    backup_age: float = 3 * HOUR
    restore_age: float = 10 * DAY
    armed: int = 1
    active: int = 1
    leads: int = 1
    tried: float = REHEARSED  # checkouts a second
    failed: float = 0  # of them
    left: float = 0.8
    certificate_left: float = 60 * DAY

    def text(self) -> str:
        now = time.time()
        lines = [f'ff_postgres_connections_max{{use="commit"}} {self.connections}',
                 f'ff_audit_violations{{invariant="I4"}} {self.violations}',
                 f"ff_audit_last_success_timestamp_seconds {now - self.audit_age}",
                 f"ff_backup_last_success_timestamp_seconds {now - self.backup_age}",
                 f"ff_backup_last_restore_test_timestamp_seconds {now - self.restore_age}", "ff_sales 1",
                 f"ff_sales_armed {self.armed}", f"ff_sales_active {self.active}",
                 f'ff_leader{{task="sales"}} {self.leads}', f'slo:budget:left{{slo="checkout-availability"}} {self.left}',
                 f'slo:requests:rate5m{{slo="checkout-availability"}} {self.tried}',
                 f'slo:errors:rate5m{{slo="checkout-availability"}} {self.failed}',
                 f"certmanager_certificate_expiration_timestamp_seconds {now + self.certificate_left}"]
        if self.alertmanagers is not None:
            lines.append(f"prometheus_notifications_alertmanagers_discovered {self.alertmanagers}")
        if self.watchdog:
            lines.append('ALERTS{alertname="Watchdog",alertstate="firing",severity="none",shop="fashionforward"} 1')
        if self.firing:
            lines.append(f'ALERTS{{alertname="{self.firing}",alertstate="firing",severity="page",shop="fashionforward"}} 1')
        if self.firing_elsewhere:
            lines.append(f'ALERTS{{alertname="{self.firing_elsewhere}",alertstate="firing",severity="page"}} 1')
        return "\n".join(lines) + "\n"


class Page:
    """What is scraped. `number` tells the scrapes of one set of figures from those of the one before."""

    def __init__(self):
        self.figures, self.number = Figures(), 0
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                text = f"{page.figures.text()}page_number {page.number}\n".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    page = Page()
    address = f"127.0.0.1:{page.server.server_port}"
    with Prometheus(tmp_path_factory.mktemp("ready"), {"fashionforward": [address]}) as prometheus:
        yield page, prometheus
    page.close()


@pytest.fixture
def kubectl(tmp_path) -> dict:
    """An environment in which kubectl tells of an autoscaler from 1 to 4 pods."""
    told = tmp_path / "hpa.json"
    told.write_text(json.dumps({"spec": {"minReplicas": 1, "maxReplicas": 4}}))
    program = tmp_path / "kubectl"
    program.write_text(f"#!/bin/sh\ncat {told}\n")
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}


def ask(watched, figures: Figures, *flags: str, environment: dict = None) -> tuple:
    """The exit code, and {check: ready}."""
    page, prometheus = watched
    page.figures, page.number = figures, page.number + 1
    prometheus.wait_for(f"page_number == {page.number}", "the figures to be scraped", SEEN_SECONDS_MAX)
    done = subprocess.run([sys.executable, MONITORING / "ready.py", "--prometheus", prometheus.url, *flags], capture_output=True,
                          text=True, check=False,
                          timeout=60, env=environment)
    said = {name: state == "ready" for state, name in re.findall(r"^(ready|NOT READY) +([a-z -]+):", done.stdout, re.M)}
    assert said, done.stderr
    return done.returncode, said, done.stdout


PLAIN = ("--namespace", "", "--pods", "1", "--orders", str(REHEARSED))


def test_a_shop_that_is_ready_is_called_so(watched, kubectl):
    code, said, text = ask(watched, Figures(), "--pods", "1", "--orders", str(REHEARSED), environment=kubectl)
    print(f"\n{text}")
    assert code == 0 and all(said.values()), text
    assert len(said) == 12


LACKS = {
    "connections": Figures(connections=60),  # 2 x 1 pods and the surge of 3 are 5 x 60 of 280
    "alerts silent": Figures(firing="CheckoutFails"),
    "alerts able to fire": Figures(watchdog=False),
    "audit clean": Figures(violations=1),
    "backup": Figures(backup_age=30 * HOUR),
    "restore tried": Figures(restore_age=40 * DAY),
    "waiting room": Figures(armed=0, active=0, leads=0),
    "error budgets": Figures(left=0.2),
    "certificates": Figures(certificate_left=3 * DAY),
}


@pytest.mark.parametrize("check", LACKS)
def test_the_one_thing_that_is_missing_is_named(watched, check):
    code, said, text = ask(watched, LACKS[check], *PLAIN)
    assert code == 1 and [name for name, ready in said.items() if not ready] == [check], text


OTHER_WAYS = (
    ("nobody is told", "alerts able to fire", Figures(alertmanagers=0)),
    ("whether anybody is told is not known", "alerts able to fire", Figures(alertmanagers=None)),
    ("an old audit", "audit clean", Figures(audit_age=2 * HOUR)),
    ("nobody leads", "waiting room", Figures(leads=0)),
    ("a budget of which nothing is known", "error budgets", Figures(left=math.nan)),
)


@pytest.mark.parametrize("check,figures", [each[1:] for each in OTHER_WAYS], ids=[each[0] for each in OTHER_WAYS])
def test_it_is_missing_in_another_way_too(watched, check, figures):
    code, said, text = ask(watched, figures, *PLAIN)
    assert code == 1 and [name for name, ready in said.items() if not ready] == [check], text


@pytest.mark.parametrize("figures", (Figures(firing_elsewhere="DiskFull"), Figures(active=0, leads=0)),
                         ids=("another team's alert fires", "the sale has not begun"))
def test_what_is_no_fault_of_the_shop_is_no_hindrance(watched, figures):
    code, _, text = ask(watched, figures, *PLAIN)
    assert code == 0, text


def test_blue_greens_two_sides_are_counted(watched):
    figures = Figures(connections=50)  # 5 x 50 of 280 in a rollout, twice that with two sides
    assert ask(watched, figures, *PLAIN)[0] == 0
    code, said, text = ask(watched, figures, *PLAIN, "--blue-green")
    assert code == 1 and [name for name, ready in said.items() if not ready] == ["connections"], text


def test_the_rehearsal_may_have_been_watched_by_another_prometheus(watched, tmp_path):
    with Prometheus(tmp_path / "staging", {"fashionforward": []}) as staging:
        code, said, text = ask(watched, Figures(), *PLAIN, "--rehearsal", staging.url)
    assert code == 1 and [name for name, ready in said.items() if not ready] == ["load rehearsed"], text


def test_what_was_refused_was_not_carried(watched):
    code, said, text = ask(watched, Figures(tried=3 * REHEARSED, failed=2.5 * REHEARSED), "--namespace", "", "--pods", "1",
                           "--orders", str(2 * REHEARSED))
    assert code == 1 and [name for name, ready in said.items() if not ready] == ["load rehearsed"], text


def test_more_than_was_rehearsed_is_not_ready(watched):
    code, said, text = ask(watched, Figures(), "--namespace", "", "--pods", "1", "--orders", str(2 * REHEARSED))
    assert code == 1 and [name for name, ready in said.items() if not ready] == ["load rehearsed"], text


def test_pods_that_are_still_to_be_started_are_not_ready(watched, kubectl):
    code, said, text = ask(watched, Figures(), "--pods", "2", "--orders", str(REHEARSED), environment=kubectl)
    assert code == 1 and [name for name, ready in said.items() if not ready] == ["servers", "pre-scaled"], text


def test_without_prometheus_nothing_is_called_ready():
    done = subprocess.run([sys.executable, MONITORING / "ready.py", "--prometheus", "http://127.0.0.1:9", *PLAIN],
                          capture_output=True, text=True, check=False,
                          timeout=60)
    assert done.returncode == 1 and "\nready" not in f"\n{done.stdout}", done.stdout
