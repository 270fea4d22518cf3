#!/usr/bin/env python3
"""Is the shop ready for its busiest day? Asks Prometheus (and Kubernetes, where there is one) what docs/runbooks/black-friday.md
wants to be true, prints a line for each, and exits with 1 where something is not ready. It changes nothing.

    ./ff ready --prometheus http://localhost:9090 --pods 8 --orders 500
"""

import argparse
import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
SLO = yaml.safe_load((HERE / "slo.yaml").read_text(encoding="utf-8"))
PARAMETERS = yaml.safe_load((HERE / "alerts.yaml").read_text(encoding="utf-8"))["parameters"]
JOB = SLO["selector"]
HOUR, DAY = 3600, 86400
BACKUP_AGE_MAX, RESTORE_AGE_MAX, AUDIT_AGE_MAX = 26 * HOUR, 31 * DAY, HOUR / 2
CERTIFICATE_LEFT_MIN = 14 * DAY
BUDGET_LEFT_MIN = 0.5
SURGE = 3  # pods more in a rollout (k8s/deployment.yaml)
REHEARSED_WITHIN = "28d"
TIMEOUT_SECONDS = 30

Check = Callable[[], tuple]  # (ready, what was found)


class Prometheus:
    def __init__(self, url: str):
        self.url = url.rstrip("/")

    def series(self, query: str) -> list:
        """[(labels, value)]"""
        address = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer:
            return [(each["metric"], float(each["value"][1])) for each in json.load(answer)["data"]["result"]]

    def value(self, query: str) -> float | None:
        found = self.series(query)
        return found[0][1] if found else None


def age(seconds: float) -> str:
    return f"{seconds / DAY:.1f} days" if seconds > 2 * DAY else f"{seconds / HOUR:.1f} hours" if seconds > 2 * HOUR else f"{seconds / 60:.0f} minutes"


def younger(prometheus: Prometheus, metric: str, most: float, never: str) -> tuple:
    at = prometheus.value(f"max({metric} > 0)")
    return (False, never) if at is None else (time.time() - at < most, f"{age(time.time() - at)} ago")


def autoscaler(namespace: str) -> dict:
    done = subprocess.run(["kubectl", "-n", namespace, "get", "hpa", "fashionforward", "-o", "json"], capture_output=True, text=True,
                          timeout=TIMEOUT_SECONDS, check=False)
    if done.returncode != 0:
        raise OSError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "kubectl failed")
    return json.loads(done.stdout)


def checks(prometheus: Prometheus, asked: argparse.Namespace) -> Iterator[tuple[str, Check]]:
    def servers() -> tuple:
        up = int(prometheus.value(f"count(up{{{JOB}}} == 1)") or 0)
        return up >= asked.pods, f"{up} serve, {asked.pods} are wanted before the rush"

    def minimum() -> tuple:
        least = autoscaler(asked.namespace)["spec"]["minReplicas"]
        return least >= asked.pods, f"minReplicas is {least}, {asked.pods} are wanted"

    def connections() -> tuple:
        each = prometheus.value(f"max(sum by (instance) (ff_postgres_connections_max{{{JOB}}}))")
        if each is None:
            return True, "no PostgreSQL"
        pods = asked.pods
        if asked.namespace:
            pods = max(pods, autoscaler(asked.namespace)["spec"]["maxReplicas"])
        wanted = (2 * pods + SURGE) * int(each)  # in a rollout: the new, those that drain, and the surge
        room = PARAMETERS["database_connections"]
        return wanted <= room, f"{pods} pods in a rollout want {wanted}, the database has room for {room}"

    def silent() -> tuple:
        firing = sorted({labels["alertname"] for labels, _ in prometheus.series('ALERTS{alertstate="firing",severity!="none"}')})
        return not firing, f"firing: {', '.join(firing)}" if firing else "none fires"

    def able() -> tuple:
        alive = bool(prometheus.series('ALERTS{alertname="Watchdog",alertstate="firing"}'))
        sent = prometheus.value("sum(prometheus_notifications_alertmanagers_discovered)")
        if not alive:
            return False, "Watchdog does not fire: the rules are not loaded"
        return sent is None or sent > 0, "Watchdog fires" + ("" if sent is None else f", {sent:.0f} Alertmanagers know")

    def audit() -> tuple:
        broken = prometheus.value(f"sum(max by (invariant) (ff_audit_violations{{{JOB}}}))")
        fresh, when = younger(prometheus, f"ff_audit_last_success_timestamp_seconds{{{JOB}}}", AUDIT_AGE_MAX, "none has ended")
        return fresh and broken == 0, f"{when}; {broken or 0:.0f} rows break an invariant"

    def waiting_room() -> tuple:
        sales = prometheus.value(f"max(ff_sales{{{JOB}}})") or 0
        leads = prometheus.value(f'max(ff_leader{{{JOB},task="sales"}})') or 0
        return sales > 0 and leads == 1, f"{sales:.0f} sales are set, {'one server leads' if leads else 'nobody leads'}"

    def rehearsed() -> tuple:
        most = prometheus.value(f'max_over_time(slo:requests:rate5m{{slo="checkout-availability"}}[{REHEARSED_WITHIN}])') or 0
        return most >= asked.orders, f"the most in {REHEARSED_WITHIN} were {most:.1f} checkouts/s over five minutes, {asked.orders} are expected"

    def budgets() -> tuple:
        left = {labels["slo"]: value for labels, value in prometheus.series("slo:budget:left")}
        spent = [f"{name} {value:.0%}" for name, value in sorted(left.items()) if value < BUDGET_LEFT_MIN]
        return bool(left) and not spent, f"little is left: {', '.join(spent)}" if spent else f"over {BUDGET_LEFT_MIN:.0%} of each of {len(left)} is left"

    def certificates() -> tuple:
        left = prometheus.value("min(certmanager_certificate_expiration_timestamp_seconds or max by (instance, sans) (traefik_tls_certs_not_after)) - time()")
        return (True, "none is watched") if left is None else (left > CERTIFICATE_LEFT_MIN, f"the first ends in {age(left)}")

    yield "servers", servers
    if asked.namespace:
        yield "pre-scaled", minimum
    yield "connections", connections
    yield "alerts silent", silent
    yield "alerts able to fire", able
    yield "audit clean", audit
    yield "backup", lambda: younger(prometheus, "ff_backup_last_success_timestamp_seconds", BACKUP_AGE_MAX, "none was ever reported")
    yield "restore tried", lambda: younger(prometheus, "ff_backup_last_restore_test_timestamp_seconds", RESTORE_AGE_MAX, "none was ever reported")
    yield "waiting room", waiting_room
    yield "load rehearsed", rehearsed
    yield "error budgets", budgets
    yield "certificates", certificates


def main() -> int:
    parser = argparse.ArgumentParser(prog="./ff ready", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prometheus", default="http://localhost:9090", help="its address")
    parser.add_argument("--pods", type=int, required=True, help="that are to serve before the rush begins")
    parser.add_argument("--orders", type=float, required=True, help="a second, at the expected peak")
    parser.add_argument("--namespace", default="fashionforward", help="of the shop in Kubernetes; empty: there is none")
    asked = parser.parse_args()
    missing = 0
    for name, check in checks(Prometheus(asked.prometheus), asked):
        try:
            ready, found = check()
        except (OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
            ready, found = False, f"could not be asked: {error}"
        missing += not ready
        print(f"{'ready    ' if ready else 'NOT READY'}  {name}: {found}")
    print(f"{'ready' if not missing else f'{missing} not ready: docs/runbooks/black-friday.md'}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
