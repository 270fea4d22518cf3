"""A worker is lost, in three ways, and then a whole zone, while people look and buy: the shop goes on serving, and its pods
come back elsewhere. And what a node's drain may take at once is what the PodDisruptionBudget says."""

import contextlib
import subprocess
import time

import pytest
from support import api
from support.cluster import NAMESPACE, ROOT, is_true, wait_until
from support.cluster_load import PATIENCE_SECONDS, Pulse
from support.cluster_overlays import overlay
from support.cluster_shop import ORDERS, ORDERS_SECONDS_MAX, PDB, WEB, Shop
from support.cluster_watch import Watch

REPLICAS = 4
LOOK_SECONDS_MAX = 2    # then a visitor loads the page again: with more patience, one way into a lost node would look like an outage
LOST_SECONDS_MAX = 240  # until its pods are ready elsewhere
BACK_SECONDS_MAX = 240
DRAIN_SECONDS_MAX = 240
STATE = ("postgres", "payment-gateway")  # what is not the shop's own pods, and has its volume on one node


@pytest.fixture(scope="module")
def steady(deployed) -> Shop:
    """The shop with its database and payment gateway in zone a, which no test here takes: that is test_database's."""
    here = {"spec": {"template": {"spec": {"nodeSelector": {"topology.kubernetes.io/zone": "a"}}}}}
    patches = [{"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, **here}
               for kind, name in zip(("StatefulSet", "Deployment"), STATE)]
    deployed.remove()
    deployed.deploy(overlay("state-in-zone-a", *patches))
    yield deployed
    deployed.remove()


class Loss:
    """`with Loss(cluster, nodes, how):` they are gone meanwhile, and back afterwards."""

    def __init__(self, cluster, nodes: list, how: str):
        self.cluster, self.nodes, self.how = cluster, nodes, how
        self.addresses = {node: self._address(node) for node in nodes}

    def __enter__(self) -> "Loss":
        # The last is done first: all nodes are given back, then waited for, and each of it also when another step has failed.
        with contextlib.ExitStack() as undo:
            for node in self.nodes:
                undo.callback(wait_until, lambda name=node: self.cluster.ready(name), f"{node} to be back", BACK_SECONDS_MAX, every=1)
            for node in self.nodes:
                undo.callback(self._give_back, node)
                self._take(node)
            self.undo = undo.pop_all()
        return self

    def __exit__(self, *_):
        self.undo.close()

    def _address(self, node: str) -> str:
        return self.cluster.docker("inspect", "-f", "{{.NetworkSettings.Networks.kind.IPAddress}}", node).strip()

    def _take(self, node: str):
        if self.how == "silent":
            self.cluster.docker("pause", node)
        elif self.how == "cut off":
            self.cluster.docker("network", "disconnect", "-f", "kind", node)
        else:
            self.cluster.docker("kill", node)

    def _give_back(self, node: str):
        if self.how == "silent":
            self.cluster.docker("unpause", node)
        elif self.how == "cut off":
            self.cluster.docker("network", "connect", "kind", node)  # with the lowest address that is free: its own
            assert self._address(node) == self.addresses[node], "its kubelet would not find itself"
        else:
            self.cluster.docker("start", node)


def lose(shop: Shop, nodes: list, how: str) -> None:
    cluster = shop.cluster
    shop.keep(REPLICAS)
    lost = [pod for pod in shop.ready_pods() if pod["spec"]["nodeName"] in nodes]
    assert lost, f"no pod of the shop is on {nodes}: there is nothing to lose"
    visitor = api.Client(shop.url, LOOK_SECONDS_MAX, shop.host)

    def look():
        visitor.connection = None  # each time as somebody new
        status, *_ = visitor.request("GET", "/api/v1/collections")
        assert status == 200, status

    def away(endpoint) -> bool:
        return endpoint["conditions"].get("ready") and endpoint.get("nodeName") in nodes

    with shop.shoppers() as (pages, storm), Watch(cluster, "nodes") as seen, Pulse(look, 0.2) as pulse:
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        began = time.time()
        with Loss(cluster, nodes, how):
            wait_until(lambda: not any(map(away, shop.endpoints())), "its endpoints to go", LOST_SECONDS_MAX, shop.troubles)
            unlisted = time.time() - began

            def replaced():
                return len([pod for pod in shop.ready_pods() if pod["spec"]["nodeName"] not in nodes]) >= REPLICAS

            wait_until(replaced, "its pods to be ready elsewhere", LOST_SECONDS_MAX, shop.troubles)
            over = time.time()
            storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        noticed = min((at for at, kind, node in seen.changes if at > began and node["metadata"]["name"] in nodes
                       and not is_true(node, "Ready")), default=began)
    shop.wait_for_pods(REPLICAS)
    gap = pulse.gap(began, over)
    during = pulse.between(began, over)
    failed = [fault for _, _, fault in during if fault]
    shop.finish(f"{' and '.join(nodes)} {how}, with {len(lost)} of {REPLICAS} pods: noticed after {noticed - began:.1f} s, no "
                f"longer asked after {unlisted:.1f} s, {REPLICAS} ready elsewhere after {over - began:.1f} s; meanwhile a visitor "
                f"waited {gap:.1f} s at most for a page, and {len(failed)} of {len(during)} failed", pages, storm, fair=False)
    assert gap < PATIENCE_SECONDS, "there was a time in which nobody was served"
    served, asked = sum(each.served for each in pages), sum(each.asked for each in pages)
    assert served / asked > 1 - len(lost) / REPLICAS, "more was lost than the share of the pods that were"


def victim(shop: Shop) -> str:
    """A worker with a pod of the shop and without its database."""
    busy = {pod["spec"]["nodeName"] for pod in shop.cluster.list("pods") if pod["metadata"]["labels"].get(
        "app.kubernetes.io/component") in ("database", "payment-gateway")}
    return sorted({pod["spec"]["nodeName"] for pod in shop.ready_pods()} - busy)[0]


@pytest.mark.parametrize("how", ["powered off", "silent", "cut off"])
def test_a_worker_is_lost_and_the_shop_goes_on(steady, how):
    steady.keep(REPLICAS)
    lose(steady, [victim(steady)], how)


def test_a_whole_zone_is_lost_and_the_shop_goes_on(steady):
    largest = max(steady.cluster.zones().items(), key=lambda zone: len(zone[1]))
    assert len(largest[1]) > 1, "losing this zone is losing a node"
    lose(steady, sorted(largest[1]), "powered off")


def test_a_drain_takes_no_more_pods_at_once_than_the_budget_allows(steady):
    shop, replicas = steady, 2
    shop.keep(replicas)
    shop.cluster.kubectl("-n", NAMESPACE, "delete", "pods", *shop.names())  # which two stayed was chance; new ones are spread
    shop.wait_for_pods(replicas)
    nodes = sorted({pod["spec"]["nodeName"] for pod in shop.ready_pods()})
    assert len(nodes) == replicas, "both pods are on one node"
    with shop.shoppers() as (pages, storm), Watch(shop.cluster, "poddisruptionbudgets") as budgets:
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
        began = time.time()
        drains = [subprocess.Popen(
            ["kubectl", "drain", node, "--ignore-daemonsets", "--delete-emptydir-data", f"--pod-selector={WEB}",
             f"--timeout={DRAIN_SECONDS_MAX}s"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT) for node in nodes]
        try:
            told = [drain.communicate(timeout=DRAIN_SECONDS_MAX + 20)[0] for drain in drains]
            took = time.time() - began
            shop.wait_for_pods(replicas)
        finally:
            shop.cluster.kubectl("uncordon", *nodes)
        storm.wait_for_orders(ORDERS, ORDERS_SECONDS_MAX)
    assert all(drain.returncode == 0 for drain in drains), told
    left = {pod["spec"]["nodeName"] for pod in shop.ready_pods()}
    fewest = min(budget["status"]["currentHealthy"] for _, _, budget in budgets.changes if budget["metadata"]["name"] == PDB)
    allowed = max(budget["status"]["desiredHealthy"] for _, _, budget in budgets.changes if budget["metadata"]["name"] == PDB)
    waited = "".join(told).count("violate the pod's disruption budget")
    shop.finish(f"both nodes of {replicas} pods drained at once in {took:.0f} s: never fewer than {fewest} healthy pods (the "
                f"budget: {allowed}), {waited} evictions refused meanwhile", pages, storm)
    assert fewest >= allowed > 0
    assert waited > 0, "the budget was never asked: both pods could go at once"
    assert not left & set(nodes)
