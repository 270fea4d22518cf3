#!/usr/bin/env python3
"""Is the shop ready for its busiest day? Asks Prometheus (and Kubernetes, where there is one) what docs/runbooks/black-friday.md
wants to be true, prints a line for each, and exits with 1 where something is not ready. It changes nothing.

    ./ff ready --prometheus http://localhost:9090 --pods 8 --orders 500 [--blue-green] [--rehearsal http://staging:9090]
"""

import argparse
import json
import math
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generator.durations import milliseconds  # noqa: E402

SLO = yaml.safe_load((HERE / "slo.yaml").read_text(encoding="utf-8"))
PARAMETERS = yaml.safe_load((HERE / "alerts.yaml").read_text(encoding="utf-8"))["parameters"]
JOB, SHOP = SLO["selector"], f'shop="{SLO["shop"]}"'
HOUR, DAY = 3600, 86400
RESTORE_AGE_MAX = 31 * DAY
BUDGET_LEFT_MIN = 0.5
SURGE = 3  # pods more in a rollout (k8s/deployment.yaml)
REHEARSED_WITHIN = "28d"
TIMEOUT_SECONDS = 30


def seconds(parameter: str) -> float:
    """A duration of alerts.yaml: what is late enough for an alert is too late here as well."""
    return milliseconds(PARAMETERS[parameter]) / 1000


class Prometheus:
    def __init__(self, url: str):
        self.url = url.rstrip("/")

    def series(self, query: str) -> list:
        """[(labels, value)]"""
        address = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer:
            return [(each["metric"], float(each["value"][1])) for each in json.load(answer)["data"]["result"]]

    def value(self, query: str) -> float | None:
        """None where there is no series."""
        found = self.series(query)
        return found[0][1] if found else None


@dataclass(frozen=True)
class Asked:
    """Where to look, and what is wanted."""

    prometheus: Prometheus
    rehearsal: Prometheus
    pods: int
    orders: int
    namespace: str
    blue_green: bool


def age(seconds: float) -> str:
    return f"{seconds / DAY:.1f} days" if seconds > 2 * DAY else f"{seconds / HOUR:.1f} hours" if seconds > 2 * HOUR else f"{seconds / 60:.0f} minutes"


def younger(prometheus: Prometheus, metric: str, most: float, never: str) -> tuple:
    at = prometheus.value(f"max({metric} > 0)")
    return (False, never) if at is None else (time.time() - at < most, f"{age(time.time() - at)} ago")


def autoscaler(namespace: str) -> dict:
    done = subprocess.run(["kubectl", "-n", namespace, "get", "hpa", "fashionforward", "-o", "json"], capture_output=True,
                          text=True,
                          timeout=TIMEOUT_SECONDS, check=False)
    if done.returncode != 0:
        raise OSError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "kubectl failed")
    return json.loads(done.stdout)


# --- the checks: (ready, what was found) --------------------------------------------------------------------

def servers(asked: Asked) -> tuple:
    up = int(asked.prometheus.value(f"count(up{{{JOB}}} == 1)") or 0)
    return up >= asked.pods, f"{up} serve, {asked.pods} are wanted before the rush"


def pre_scaled(asked: Asked) -> tuple:
    least = autoscaler(asked.namespace)["spec"]["minReplicas"]
    return least >= asked.pods, f"minReplicas is {least}, {asked.pods} are wanted"


def connections(asked: Asked) -> tuple:
    each = asked.prometheus.value(f"max(sum by (instance) (ff_postgres_connections_max{{{JOB}}}))")
    if each is None:
        return True, "no PostgreSQL"
    pods = asked.pods
    if asked.namespace:
        pods = max(pods, autoscaler(asked.namespace)["spec"]["maxReplicas"])
    sides = 2 if asked.blue_green else 1
    # In a rollout: the new, those that drain, and the surge (docs/kubernetes.md).
    wanted = sides * (2 * pods + SURGE) * int(each)
    room = PARAMETERS["database_connections"]
    return wanted <= room, f"{'twice ' * (sides == 2)}{pods} pods in a rollout want {wanted}, the database has room for {room}"


def alerts_silent(asked: Asked) -> tuple:
    firing = sorted({labels["alertname"] for labels, _ in
                     asked.prometheus.series(f'ALERTS{{{SHOP},alertstate="firing",severity!="none"}}')})
    return not firing, f"firing: {', '.join(firing)}" if firing else "none fires"


def alerts_able(asked: Asked) -> tuple:
    if not asked.prometheus.series(f'ALERTS{{{SHOP},alertname="Watchdog",alertstate="firing"}}'):
        return False, "Watchdog does not fire: the rules are not loaded"
    known = asked.prometheus.value("sum(prometheus_notifications_alertmanagers_discovered)")
    if known is None:
        return False, "Watchdog fires; whether an Alertmanager hears it is not known: Prometheus does not scrape itself"
    return known > 0, f"Watchdog fires, {known:.0f} Alertmanagers know"


def audit_clean(asked: Asked) -> tuple:
    broken = asked.prometheus.value(f"sum(max by (invariant) (ff_audit_violations{{{JOB}}}))")
    fresh, when = younger(asked.prometheus, f"ff_audit_last_success_timestamp_seconds{{{JOB}}}", seconds("audit_age"),
                          "none has ended")
    return fresh and broken == 0, f"{when}; {broken or 0:.0f} rows break an invariant"


def backup(asked: Asked) -> tuple:
    return younger(asked.prometheus, "ff_backup_last_success_timestamp_seconds", seconds("backup_age"), "none was ever reported")


def restore_tried(asked: Asked) -> tuple:
    return younger(asked.prometheus, "ff_backup_last_restore_test_timestamp_seconds", RESTORE_AGE_MAX, "none was ever reported")


def waiting_room(asked: Asked) -> tuple:
    """Armed: a sale with a queue that has not ended. Nobody leads one whose queue can't open before its start."""
    armed = asked.prometheus.value(f"max(ff_sales_armed{{{JOB}}})") or 0
    active = asked.prometheus.value(f"max(ff_sales_active{{{JOB}}})") or 0
    leads = asked.prometheus.value(f'max(ff_leader{{{JOB},task="sales"}})') == 1
    led = "one server leads" if leads else "nobody leads" if active else "none has begun"
    return armed > 0 and (leads or not active), f"{armed:.0f} sales with a queue are still to come or on, {led}"


def load_rehearsed(asked: Asked) -> tuple:
    """Checkouts that were answered as they should be: what was refused was not carried."""
    slo = '{slo="checkout-availability"}'
    carried = f"slo:requests:rate5m{slo} - slo:errors:rate5m{slo}"
    most = max(asked.rehearsal.value(query) or 0 for query in (f"max_over_time(({carried})[{REHEARSED_WITHIN}:30s])", carried))
    return most >= asked.orders, f"the most in {REHEARSED_WITHIN} were {most:.3g} good checkouts/s over five minutes, {asked.orders} are expected"


def error_budgets(asked: Asked) -> tuple:
    """NaN, of an objective that nobody has asked anything of, says nothing: that is not enough."""
    left = {labels["slo"]: value for labels, value in asked.prometheus.series("slo:budget:left")}
    spent = [f"{name} {'not known' if math.isnan(value) else f'{value:.0%}'}"
             for name, value in sorted(left.items()) if not value >= BUDGET_LEFT_MIN]
    if not left:
        return False, "none is recorded"
    return not spent, f"little is left: {', '.join(spent)}" if spent else f"over {BUDGET_LEFT_MIN:.0%} of each of {len(left)} is left"


def certificates(asked: Asked) -> tuple:
    left = asked.prometheus.value(f"min({PARAMETERS['certificates']}) - time()")
    return (True, "none is watched") if left is None else (left > seconds("certificate_left"), f"the first ends in {age(left)}")


CHECKS: dict[str, Callable[[Asked], tuple]] = {
    "servers": servers,
    "pre-scaled": pre_scaled,
    "connections": connections,
    "alerts silent": alerts_silent,
    "alerts able to fire": alerts_able,
    "audit clean": audit_clean,
    "backup": backup,
    "restore tried": restore_tried,
    "waiting room": waiting_room,
    "load rehearsed": load_rehearsed,
    "error budgets": error_budgets,
    "certificates": certificates,
}


def above_zero(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number above zero")
    return int(text)


def arguments() -> Asked:
    parser = argparse.ArgumentParser(prog="./ff ready", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prometheus", default="http://localhost:9090", help="its address")
    parser.add_argument("--pods", type=above_zero, required=True, help="that are to serve before the rush begins")
    parser.add_argument("--orders", type=above_zero, required=True, help="a second, at the expected peak")
    parser.add_argument("--namespace", default="fashionforward", help="of the shop in Kubernetes; empty: there is none")
    parser.add_argument("--rehearsal", default="",
                        help="address of the Prometheus that watched the rehearsal, if that was another one's shop")
    parser.add_argument("--blue-green", action="store_true", help="releases come by blue-green: two sides hold connections")
    given = parser.parse_args()
    return Asked(Prometheus(given.prometheus), Prometheus(given.rehearsal or given.prometheus), given.pods, given.orders,
                 given.namespace,
                 given.blue_green)


def main() -> int:
    asked, missing = arguments(), 0
    for name, check in CHECKS.items():
        if check is pre_scaled and not asked.namespace:
            continue
        try:
            ready, found = check(asked)
        except (OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
            ready, found = False, f"could not be asked: {error}"
        missing += not ready
        print(f"{'ready    ' if ready else 'NOT READY'}  {name}: {found}")
    print(f"{'ready' if not missing else f'{missing} not ready: docs/runbooks/black-friday.md'}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
