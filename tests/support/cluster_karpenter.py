"""Karpenter in the cluster of the tests: its own controller and deploy/karpenter's pools, with nodes that are no machines. kwok's provider makes
Node objects of the kinds below, kwok lets their pods run. What is changed of a pool is that provider's node class and minutes that become seconds."""

import contextlib
import datetime
import itertools
import json
import re

import yaml

from support.cluster import ROOT, ZONE, Cluster, Refused, wait_until
from support.cluster_platform import READY_SECONDS_MAX, make_image, module_folder
from support.prometheus import folder_of

KARPENTER_IMAGE, KWOK_IMAGE = "karpenter-kwok:v1.8.0", "registry.k8s.io/kwok/kwok:v0.8.0"
CONTROLLERS = ROOT / "tests" / "cluster" / "karpenter" / "controllers.yaml"
STAGES = ("node/fast/node-initialize.yaml", "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml", "pod/fast/pod-complete.yaml",
          "pod/fast/pod-delete.yaml", "pod/fast/pod-ready.yaml")
POOL, CAPACITY, CPUS, KIND = "karpenter.sh/nodepool", "karpenter.sh/capacity-type", "karpenter.k8s.aws/instance-cpu", "node.kubernetes.io/instance-type"
DISRUPTED = "karpenter.sh/disrupted"  # the taint of a node that is about to go
CONSOLIDATE_AFTER = "5s"
GONE_SECONDS_MAX = 180

# Name, cores, GiB, architecture, USD an hour on demand: some that the pools want, and some that they must not take however cheap.
KINDS = (("c7g.xlarge", 4, 8, "arm64", 0.165), ("c7g.2xlarge", 8, 16, "arm64", 0.330), ("m7g.xlarge", 4, 16, "arm64", 0.195),
         ("r7g.xlarge", 4, 32, "arm64", 0.256), ("t4g.large", 2, 8, "arm64", 0.077),
         ("c7a.xlarge", 4, 8, "amd64", 0.01), ("m5g.xlarge", 4, 16, "arm64", 0.01), ("g8g.xlarge", 4, 8, "arm64", 0.01),
         ("c7g.16xlarge", 64, 128, "arm64", 0.01))
SPOT = 0.4  # of the price on demand


def kinds(zones: list) -> list:
    """What kwok's provider reads: kinds of nodes with the labels that AWS' provider gives them."""
    def offering(kind: str, cores: int, price: float, capacity: str, zone: str) -> dict:
        category, generation = re.match(r"([a-z])(\d)", kind).groups()
        labels = {CAPACITY: capacity, ZONE: zone, CPUS: str(cores), "karpenter.k8s.aws/instance-category": category,
                  "karpenter.k8s.aws/instance-generation": generation}
        return {"Price": price * (SPOT if capacity == "spot" else 1), "Available": True,
                "Requirements": [{"key": key, "operator": "In", "values": [value]} for key, value in labels.items()]}

    return [{"name": name, "architecture": architecture, "operatingSystems": ["linux"],
             "resources": {"cpu": str(cores), "memory": f"{gib}Gi", "ephemeral-storage": "40Gi", "pods": "110"},
             "offerings": [offering(name, cores, price, capacity, zone) for capacity, zone in itertools.product(("spot", "on-demand"), zones)]}
            for name, cores, gib, architecture, price in KINDS]


def daily(at: datetime.datetime) -> str:
    return f"{at.minute} {at.hour} * * *"


def pools(cluster: Cluster, by_day: bool) -> list:
    """The NodePools of deploy/karpenter. `by_day`: the hours in which nothing is moved to save money began an hour ago; else three hours from now,
    so that the last ones are over."""
    now = datetime.datetime.now(datetime.timezone.utc)
    begins = daily(now + (datetime.timedelta(hours=-1) if by_day else datetime.timedelta(hours=3)))
    found = [each for each in yaml.safe_load_all(cluster.render("deploy/karpenter")) if each["kind"] == "NodePool"]
    for each in found:
        spec = each["spec"]
        spec["template"]["spec"]["nodeClassRef"] = {"group": "karpenter.kwok.sh", "kind": "KWOKNodeClass", "name": "default"}
        spec["disruption"]["consolidateAfter"] = CONSOLIDATE_AFTER
        for budget in spec["disruption"]["budgets"]:
            if "schedule" in budget:
                budget["schedule"] = begins
    return found


class Karpenter:
    """`with Karpenter(cluster) as karpenter:` It and its nodes are gone afterwards."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster

    def __enter__(self) -> "Karpenter":
        make_image(KARPENTER_IMAGE, folder_of("karpenter") / "kwok", "/bin/karpenter")
        make_image(KWOK_IMAGE, folder_of("kwok") / "kwok", "/bin/kwok")
        self.remove()  # what an earlier run left
        module = module_folder("karpenter", "sigs.k8s.io/karpenter")
        definitions = [*(module / "kwok/charts/crds").glob("*.yaml"), *(module / "kwok/apis/crds").glob("*.yaml")]
        for path in definitions:
            self.cluster.kubectl("apply", "--server-side", "-f", str(path))
        stages = [(module_folder("kwok", "sigs.k8s.io/kwok") / "kustomize/stage" / each).read_text() for each in STAGES]
        self.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "karpenter"}},
                    self.file("kinds", "kinds.json", json.dumps(kinds(sorted(self.cluster.zones())))),
                    self.file("stages", "kwok.yaml", "\n---\n".join(stages)),
                    *yaml.safe_load_all(CONTROLLERS.read_text()),
                    {"apiVersion": "karpenter.kwok.sh/v1alpha1", "kind": "KWOKNodeClass", "metadata": {"name": "default"}}])
        for name in ("karpenter", "kwok"):
            self.cluster.kubectl("-n", "karpenter", "rollout", "status", f"deployment/{name}", f"--timeout={READY_SECONDS_MAX}s",
                                 timeout=READY_SECONDS_MAX + 20)
        self.keep_hours(by_day=True)
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        """Pools first: with them go their nodes, while there is somebody who takes them away."""
        with contextlib.suppress(Refused):
            if self.cluster.ask("GET", "/apis/karpenter.sh/v1/nodepools")["items"]:
                self.cluster.kubectl("delete", "nodepools", "--all", "--wait=false")
                wait_until(lambda: not self.nodes(), "Karpenter's nodes to go", GONE_SECONDS_MAX, lambda: str(self.nodes())[:2000])
        self.cluster.kubectl("delete", "-f", str(CONTROLLERS), "--ignore-not-found", "--timeout=120s", timeout=150)

    @staticmethod
    def file(name: str, path: str, text: str) -> dict:
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "karpenter"}, "data": {path: text}}

    def apply(self, objects: list):
        self.cluster.kubectl("apply", "-f", "-", input=yaml.safe_dump_all(objects))

    def keep_hours(self, by_day: bool):
        self.apply(pools(self.cluster, by_day))

    def pool(self, name: str) -> dict:
        return self.cluster.ask("GET", f"/apis/karpenter.sh/v1/nodepools/{name}")

    def nodes(self, pool: str = "") -> list:
        return self.cluster.list("nodes", f"{POOL}={pool}" if pool else POOL)

    def told(self) -> str:
        """For who reads why a test failed."""
        log = self.cluster.kubectl("-n", "karpenter", "logs", "deployment/karpenter", "--tail=30", check=False).stdout
        return "\n".join(line[:400] for line in log.splitlines())


def label(node: dict, name: str) -> str:
    return node["metadata"]["labels"].get(name, "")


def disrupted(node: dict) -> bool:
    return any(each["key"] == DISRUPTED for each in node["spec"].get("taints", ()))
