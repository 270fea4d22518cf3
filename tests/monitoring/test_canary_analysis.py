"""Bad releases judged for real, without a cluster: two servers share a database and take the same storm, one of this release, one
of a release that fails three of ten checkouts, takes longer, or writes totals that don't add up (tests/cluster/faulty). A
Prometheus scrapes both, and the analyses of deploy/rollouts are asked of it as the controller asks them."""

import contextlib
import itertools
import os
import re
import time

import pytest
from support import api
from support.gateway_process import GatewayProcess, RemotePostgresShop
from support.postgres import Postgres
from support.prometheus import Prometheus
from support.shop_process import ROOT
from support.storm import Shelf, Storm
from test_analysis import ANALYSES, FAILS, NEW, PASSES, STABLE, weighed

FAULTY = os.environ.get("FF_FAULTY", str(ROOT / "build/release/tests/cluster/faulty/fashionforward_faulty"))
# What each release does, and which analysis takes it back.
RELEASES = {"": None, "fails": "checkout-success", "slow": "checkout-latency", "totals": "audit"}
SHELF = Shelf(hot=100_000, few=1_000)
SHOPPERS, THINK_SECONDS = 3, 0.2
VERDICT_SECONDS_MAX = 60
AUDIT = "[audit]\nevery_s = 2\n"
WINDOW = "20s"  # in place of a minute


class Release(RemotePostgresShop):
    """A server of the faulty program; `fault` is empty in one that is as good as this release."""

    fault = ""

    @property
    def environment(self) -> dict:
        return {**super().environment, "SHOP_FAULT": self.fault}

    def start(self) -> "Release":
        before = os.environ.get("FF_BINARY")
        os.environ["FF_BINARY"] = FAULTY
        try:
            return super().start()
        finally:
            os.environ.pop("FF_BINARY")
            if before is not None:
                os.environ["FF_BINARY"] = before


@pytest.fixture(scope="module")
def database():
    with Postgres() as server:
        yield server


def judge(prometheus: Prometheus, name: str) -> str:
    """As the controller would, now."""
    metric = ANALYSES[name]
    query = metric["provider"]["prometheus"]["query"].replace("{{args.new}}", NEW).replace("{{args.stable}}",
                                                                                           STABLE).replace("[1m]", f"[{WINDOW}]")
    if prometheus.query(weighed(metric["successCondition"], query)):
        return PASSES
    return FAILS if prometheus.query(query) and not prometheus.query(f"({query}) != ({query})") else "neither"


@pytest.mark.parametrize("fault", RELEASES, ids=lambda fault: fault or "good")
def test_a_release_is_taken_back_for_what_it_does_and_a_good_one_is_not(database, tmp_path, fault):
    if not os.path.exists(FAULTY):
        pytest.skip("there is no faulty release: ./ff build release fashionforward_faulty")
    url = database.create_database(f"release_{fault or 'good'}")
    with GatewayProcess(tmp_path / "gateway") as gateway, contextlib.ExitStack() as running:
        stable = RemotePostgresShop(tmp_path / "stable", url, gateway, config=AUDIT)
        new = Release(tmp_path / "new", url, gateway, config=AUDIT)
        new.fault = fault
        stable.run("migrate")
        SHELF.import_into(stable)
        for shop in (stable, new):
            running.enter_context(shop)
        targets = {STABLE: stable, NEW: new}
        prometheus = running.enter_context(Prometheus(tmp_path / "prometheus", {"fashionforward": [
            {"targets": [shop.ops_url.removeprefix("http://")], "labels": {"rollout": name}} for name, shop in targets.items()]}))
        turns = itertools.cycle([shop.url] for shop in targets.values())  # or all shoppers might stay with one of the two
        storm = Storm(SHELF, lambda: next(turns), SHOPPERS, payments=(api.ON_DELIVERY,), think_seconds=THINK_SECONDS)
        storm.bears = (500,)
        with storm:
            began = time.monotonic()
            wanted = RELEASES[fault]
            said = {}
            while time.monotonic() - began < VERDICT_SECONDS_MAX:
                time.sleep(2)
                said = {name: judge(prometheus, name) for name in ANALYSES}
                settled = all(verdict != "neither" for verdict in said.values()) and time.monotonic() - began > 15
                if settled and (wanted is None or said[wanted] == FAILS):
                    break
            took = time.monotonic() - began
        audit = stable.audit()  # while the gateway still has a ledger to show
        means = {name: prometheus.value(f'sum(rate(ff_checkout_seconds_sum{{rollout="{name}"}}[{WINDOW}])) / '
                                        f'sum(rate(ff_checkout_seconds_count{{rollout="{name}"}}[{WINDOW}]))')
                 for name in targets}
        print(f"\n{fault or 'good'}: {said} after {took:.0f} s; answers {dict(storm.answers)}; "
              f"a checkout took {1e3 * means[STABLE]:.0f} ms, the new release {1e3 * means[NEW]:.0f} ms")
    expected = {name: FAILS if name == wanted else PASSES for name in ANALYSES}
    assert said == expected
    named = len(re.findall("add up to something else", audit.stdout))
    assert (audit.returncode == 0 and not named) if fault != "totals" else named > 0, audit.stdout[-1000:] + audit.stderr[-1000:]
