"""The shop in the cluster, deployed as a user does it (kubectl apply of a kustomize overlay), and what every test asks of it:
shoppers, its books, its pods. Every storm ends with finish(), as those of tests/chaos do."""

import contextlib

from support import api
from support.cluster import NAMESPACE, Cluster, is_true, wait_until
from support.cluster_load import Hey
from support.cluster_overlays import OVERLAY
from support.storm import Shelf, Storm

HTTP, HTTPS = "127.0.0.1:8088", "127.0.0.1:8443"  # of the ingress controller, published by kind (deploy/cluster)
HOST = "shop.localhost"  # deploy/overlays/kind
DEPLOYMENT = HPA = PDB = SERVICE = "fashionforward"
WEB = "app.kubernetes.io/name=fashionforward,app.kubernetes.io/component=web"
STABLE = f"{WEB},track=stable"
GATEWAY = "app.kubernetes.io/name=fashionforward,app.kubernetes.io/component=payment-gateway"
DATABASE = "app.kubernetes.io/name=fashionforward,app.kubernetes.io/component=database"
PROGRAM = "/usr/bin/fashionforward"

START_SECONDS_MAX = 240  # a first start makes the database; the cluster has two processors in all
PAGE_SECONDS_MAX = 60
# Of a payment whose server died: twice the hold (90 s) and 10 s more until a retry may take it over.
SETTLE_SECONDS_MAX = 240
ORDERS, ORDERS_SECONDS_MAX = 15, 60  # that are bought before something happens and after it, so that there is selling to disturb
TOLD_WHEN_SHARE_MAX = 0.01  # of the tries, where nothing but the machine is short of room
SHOPPERS, THINK_SECONDS = 8, 0.4  # of a storm: some 15 orders a second, which leaves two processors room for the cluster
LOOKERS = 6  # in each way of using connections, ten pages a second each
SHELF = Shelf(hot=200, few=10)
PAYMENTS = (api.ON_DELIVERY, api.ON_DELIVERY, api.card(), api.card(), api.card(api.CARD_DECLINED))


class Shop:
    """The one of an overlay, in its namespace. `with shop.shoppers() as (pages, storm):` is the load of most tests."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster
        self.url, self.host = f"http://{HTTP}", HOST

    # --- deploying ----------------------------------------------------------------------------------------

    def deploy(self, overlay: str = OVERLAY):
        self.cluster.kubectl("apply", "-k", overlay)
        self.wait_for_rollout()
        self.wait_for_page()

    def remove(self):
        if self.cluster.exists("namespaces", NAMESPACE):
            self.cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=180s", timeout=200)

    def wait_for_rollout(self, seconds: float = START_SECONDS_MAX):
        done = self.cluster.kubectl("-n", NAMESPACE, "rollout", "status", f"deployment/{DEPLOYMENT}",
                                    f"--timeout={seconds:.0f}s", timeout=seconds + 20, check=False)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{self.troubles()}"

    def wait_for_page(self, seconds: float = PAGE_SECONDS_MAX):
        """The ingress controller needs a moment to hear of an Ingress."""
        client = api.Client(self.url, 5, self.host)

        def answers():
            with contextlib.suppress(ConnectionError):
                return client.request("GET", "/api/v1/collections")[0] == 200
            return False

        wait_until(answers, "the shop behind its Ingress", seconds, self.troubles)

    def troubles(self) -> str:
        """For who reads why a test failed."""
        shown = self.cluster.kubectl("-n", NAMESPACE, "get", "pods,hpa,deployment", "-o", "wide", check=False).stdout
        events = self.cluster.kubectl("-n", NAMESPACE, "get", "events", "--sort-by=.lastTimestamp", check=False).stdout
        return f"{shown}\n" + "\n".join(events.splitlines()[-15:])

    # --- its pods -----------------------------------------------------------------------------------------

    def pods(self, labels: str = STABLE) -> list:
        """Those that are not being ended."""
        return [pod for pod in self.cluster.list("pods", labels) if "deletionTimestamp" not in pod["metadata"]]

    def ready_pods(self, labels: str = STABLE) -> list:
        return [pod for pod in self.pods(labels) if is_true(pod, "Ready")]

    def names(self, labels: str = STABLE) -> set:
        return {pod["metadata"]["name"] for pod in self.pods(labels)}

    def keep(self, replicas: int, most: int = 0):
        """As many as this at first, all ready, and at most `most` later: through the HPA, which owns the number."""
        bounds = {"minReplicas": replicas, "maxReplicas": most or replicas}
        self.cluster.patch("horizontalpodautoscalers", HPA, {"spec": bounds})
        self.cluster.patch("deployments", DEPLOYMENT, {"spec": {"replicas": replicas}}, "scale")
        self.wait_for_pods(replicas)

    def wait_for_pods(self, replicas: int, seconds: float = START_SECONDS_MAX):
        """As many are ready, and no other is there, not even one that drains."""
        wait_until(lambda: len(self.cluster.list("pods", STABLE)) == replicas == len(self.ready_pods()),
                   f"{replicas} ready pods", seconds, self.troubles, every=0.5)

    def deployment(self, name: str = DEPLOYMENT) -> dict:
        return self.cluster.get("deployments", name)

    def gateway(self) -> tuple:
        """Which pod the payment gateway is, and how often its container was started again: a release of the shop changes neither."""
        pod, = wait_until(lambda: self.ready_pods(GATEWAY), "the payment gateway", START_SECONDS_MAX, self.troubles)
        return pod["metadata"]["uid"], sum(each["restartCount"] for each in pod["status"]["containerStatuses"])

    def endpoints(self, service: str = SERVICE) -> list:
        """Those that traffic is sent to."""
        slices = self.cluster.list("endpointslices", f"kubernetes.io/service-name={service}")
        return [endpoint for each in slices for endpoint in each["endpoints"] or () if endpoint["conditions"].get("ready")]

    # --- the program and its database ---------------------------------------------------------------------

    def program(self, *arguments: str, input: str = None, check: bool = True):
        """A subcommand in a pod of the shop: same image, same settings, same way to the database."""
        pod = self.ready_pods(WEB)[0]["metadata"]["name"]
        listening = ["-i"] if input is not None else []
        return self.cluster.kubectl("-n", NAMESPACE, "exec", *listening, pod, "-c", "web", "--", PROGRAM, *arguments, input=input,
                                    check=check)

    def database_pod(self) -> str:
        """The primary's."""
        pods = self.ready_pods(DATABASE)
        primary = [pod for pod in pods if pod["metadata"]["labels"].get("role") in ("primary", "master")]
        return (primary or pods)[0]["metadata"]["name"]

    def sql(self, statement: str) -> str:
        """One statement as the superuser; its rows, unadorned."""
        done = self.cluster.kubectl("-n", NAMESPACE, "exec", self.database_pod(), "-c", "postgres", "--", "psql", "-X", "-q", "-A",
                                    "-t", "-v", "ON_ERROR_STOP=1", "-h", "/var/run/postgresql", "-U", "postgres", "shop", "-c", statement)
        return done.stdout.strip()

    def schema(self) -> int:
        return int(self.sql("SELECT max(number) FROM schema_migrations"))

    def audit(self) -> str:
        """`fashionforward audit` over the cluster's database and payment gateway; fails unless it is clean. What it says last."""
        done = self.program("audit", check=False)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout.strip().splitlines()[-1]

    def stock_up(self, shelf: Shelf = SHELF):
        """The shelf's articles are for sale, as many as it says, and every pod has heard of it."""
        self.program("import", "-", input=shelf.csv)
        client, path = api.Client(self.url, 10, self.host), f"/api/v1/products/{list(shelf.stock)[-1]}"
        rounds = 4 * len(self.ready_pods(WEB))  # in turn, so that each of them was asked

        def known():
            return all(client.request("GET", path)[0] == 200 for _ in range(rounds))

        wait_until(known, f"{path} from every pod", PAGE_SECONDS_MAX)

    def release(self, host: str = "") -> str:
        """The version of whichever pod answers."""
        _, _, document = api.Client(self.url, 10, host or self.host).request("GET", "/api/openapi.json")
        return document["info"]["version"]

    # --- shoppers -----------------------------------------------------------------------------------------

    def storm(self, shelf: Shelf = SHELF, shoppers: int = SHOPPERS, payments: tuple = PAYMENTS) -> Storm:
        return Storm(shelf, lambda: [self.url], shoppers, payments, host=self.host, think_seconds=THINK_SECONDS)

    @contextlib.contextmanager
    def lookers(self, workers: int = LOOKERS):
        """Those who only look, in both ways in which connections are used."""
        with (Hey(f"{self.url}/products/hot", self.host, workers) as kept,
              Hey(f"{self.url}/", self.host, workers, keep_alive=False) as fresh):
            yield [kept, fresh]

    @contextlib.contextmanager
    def shoppers(self, shelf: Shelf = SHELF, workers: int = LOOKERS):
        """Those who only look, and a storm of others who buy."""
        self.stock_up(shelf)
        with self.lookers(workers) as pages, self.storm(shelf) as storm:
            yield pages, storm

    def finish(self, name: str, pages: list, storm: Storm, fair: bool = True):
        """How every test under load ends: what was asked and what failed is printed; nobody is left in doubt, every promise
        is kept, no key has two orders, the books are right. `fair`: nothing may have failed at all, and on a machine that does much else
        hardly anybody was told to come again."""
        failed, tried = storm.failed(), sum(storm.answers.values())
        print(f"\n{name}")
        for each in pages:
            print(f"  {each}")
        print(f"  orders: {sum(failed.values())} failed of {tried} tries{f' {failed}' if failed else ''}, {storm.told_when} told when to come again")
        storm.settle(SETTLE_SECONDS_MAX)
        print(f"  {storm.figures()}", flush=True)
        storm.verify()
        doubled = self.sql("SELECT count(*) - count(DISTINCT idempotency_key) FROM orders")
        assert doubled == "0", f"{doubled} keys have more than one order"
        print(f"  lost orders: 0; keys with two orders: 0; audit: {self.audit()}", flush=True)
        assert all(each.asked for each in pages) and len(storm.acknowledged) > 0, "nobody came: the load was no load"
        if fair:
            assert not failed and not any(each.failed for each in pages), f"{failed}; {'; '.join(map(str, pages))}"
            assert storm.told_when <= tried * TOLD_WHEN_SHARE_MAX, f"{storm.told_when} of {tried} were told to come again"
