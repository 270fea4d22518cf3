"""What is installed beside the shop to watch and to release it: Prometheus and Alertmanager of deploy/monitoring/plain, and Argo
Rollouts' controller; their images are made of the programs that deploy/monitoring/programs.py builds, under the published ones'
names."""

import contextlib
import io
import json
import pathlib
import shutil
import subprocess
import tarfile
import urllib.parse

import yaml

from support.cluster import NAMESPACE, ROOT, Cluster, Refused, run, wait_until
from support.cluster_overlays import BUILT
from support.prometheus import MODULES, MONITORING, Asked, folder_of, generated_rules

PROMETHEUS_IMAGE, ALERTMANAGER_IMAGE = "prom/prometheus:v3.10.0", "prom/alertmanager:v0.31.0"
ARGO_IMAGE = "quay.io/argoproj/argo-rollouts:v1.9.1"
READY_SECONDS_MAX = 180
EVERY = "2s"  # a scrape, and an evaluation of the rules: seconds, since the tests' windows are some


def make_image(name: str, program: pathlib.Path, at: str, folders: tuple = (), user: str = "65534:65534"):
    """One static program as an image, loaded into the cluster's nodes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for folder in ("tmp", *folders):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777
            tar.addfile(entry)
        entry = tarfile.TarInfo(at.lstrip("/"))
        entry.size, entry.mode = program.stat().st_size, 0o755
        with open(program, "rb") as content:
            tar.addfile(entry, content)
    subprocess.run(["docker", "import", "--change", f'ENTRYPOINT ["{at}"]', "--change", f"USER {user}", "-", name], check=True,
                   input=packed.getvalue(), stdout=subprocess.DEVNULL, timeout=300)
    run("./ff", "cluster", "load", name, timeout=600)


class ClusterPrometheus(Asked):
    """The one in the cluster, asked through the API server."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster

    def get(self, path: str, **query: str) -> dict:
        address = f"/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/{path}"
        try:
            told = self.cluster.ask("GET", address + (f"?{urllib.parse.urlencode(query)}" if query else ""))
        except Refused as refused:
            raise AssertionError(f"{query}: {refused}") from None
        assert told["status"] == "success", told
        return told["data"]

    def ready(self) -> bool:
        with contextlib.suppress(AssertionError, OSError):
            return bool(self.query("vector(1)"))
        return False


def monitoring_overlay(scale: str) -> str:
    """deploy/monitoring/plain with windows that much shorter and a scrape every two seconds. Nothing else differs."""
    folder = BUILT / "monitoring"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    generated_rules(folder / "fashionforward.yml", scale)
    config = yaml.safe_load((MONITORING / "plain" / "prometheus.yml").read_text())
    config["global"].update(scrape_interval=EVERY, scrape_timeout=EVERY, evaluation_interval=EVERY)
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    routes = yaml.safe_load((MONITORING / "plain" / "alertmanager.yml").read_text())
    for route in (routes["route"], *routes["route"]["routes"]):
        route.update(group_wait="1s", group_interval="5s")
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(routes))
    up = "../" * len(folder.relative_to(ROOT).parts)
    text = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "namespace": "monitoring",
            "resources": [f"{up}deploy/monitoring/plain"],
            "configMapGenerator": [{"name": name, "behavior": "replace", "files": files} for name, files in (
                ("prometheus", ["prometheus.yml"]), ("alertmanager", ["alertmanager.yml"]), ("fashionforward-rules",
                                                                                             ["fashionforward.yml"]))],
            # Nobody listens there: who would be called is read from Alertmanager itself.
            "secretGenerator": [{"name": "alertmanager-receivers", "options": {"disableNameSuffixHash": True},
                                 "literals": [f"{each}=http://127.0.0.1:9/{each}"
                                              for each in ("pager", "tickets", "dead-mans-switch")]}]}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(text, sort_keys=False))
    return str(folder.relative_to(ROOT))


def install_monitoring(cluster: Cluster, scale: str) -> ClusterPrometheus:
    make_image(PROMETHEUS_IMAGE, folder_of("prometheus") / "prometheus", "/bin/prometheus", ("prometheus",))
    make_image(ALERTMANAGER_IMAGE, folder_of("alertmanager") / "alertmanager", "/bin/alertmanager", ("alertmanager",))
    # With its volume: what an earlier one has seen would burn budgets.
    cluster.kubectl("delete", "namespace", "monitoring", "--ignore-not-found", "--timeout=120s", timeout=150)
    cluster.kubectl("apply", "-k", monitoring_overlay(scale))
    for workload in ("statefulset/prometheus", "deployment/alertmanager"):
        cluster.kubectl("-n", "monitoring", "rollout", "status", workload, f"--timeout={READY_SECONDS_MAX}s",
                        timeout=READY_SECONDS_MAX + 20)
    prometheus = ClusterPrometheus(cluster)
    wait_until(prometheus.ready, "Prometheus to answer", READY_SECONDS_MAX)
    return prometheus


def remove_monitoring(cluster: Cluster):
    cluster.kubectl("delete", "-k", str(BUILT.relative_to(ROOT) / "monitoring"), "--ignore-not-found", "--timeout=120s",
                    timeout=150, check=False)


def module_folder(program: str, module: str) -> pathlib.Path:
    """The files, in Go's cache, of the Go module that the program is built of, in the version that its go.mod says."""
    done = run("go", "-C", str(MODULES[program].source), "mod", "download", "-json", module, timeout=300)
    return pathlib.Path(json.loads(done.stdout)["Dir"])


def install_argo_rollouts(cluster: Cluster):
    make_image(ARGO_IMAGE, folder_of("argo-rollouts") / "rollouts-controller", "/bin/rollouts-controller", user="999:999")
    manifests = (module_folder("argo-rollouts",
                               "github.com/argoproj/argo-rollouts") / "manifests" / "install.yaml").read_text().replace("quay.io/argoproj/argo-rollouts:latest", ARGO_IMAGE)
    assert ARGO_IMAGE in manifests, "install.yaml names another image"
    documents = [each for each in yaml.safe_load_all(manifests) if each]
    for each in documents:
        if each["kind"] == "Deployment":
            container = each["spec"]["template"]["spec"]["containers"][0]
            container["imagePullPolicy"] = "IfNotPresent"
    cluster.kubectl("create", "namespace", "argo-rollouts", check=False)
    cluster.kubectl("apply", "--server-side", "--force-conflicts", "-n", "argo-rollouts", "-f", "-",
                    input=yaml.safe_dump_all(documents))
    cluster.kubectl("-n", "argo-rollouts", "rollout", "status", "deployment/argo-rollouts", f"--timeout={READY_SECONDS_MAX}s",
                    timeout=READY_SECONDS_MAX + 20)


def rollout(cluster: Cluster) -> dict:
    return cluster.ask("GET", f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/rollouts/fashionforward")


def analyses(cluster: Cluster) -> list:
    """The analysis runs, the oldest first."""
    runs = cluster.ask("GET", f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/analysisruns")["items"]
    return sorted(runs, key=lambda each: each["metadata"]["creationTimestamp"])


def phase(cluster: Cluster) -> str:
    return rollout(cluster).get("status", {}).get("phase", "")


def wait_for_phase(cluster: Cluster, wanted: tuple, seconds: float, say=lambda: "") -> str:
    """Of the Rollout, once the controller has seen what was applied: the Rollout itself, and the Deployment that is its
    template."""
    def reached():
        found = rollout(cluster)
        status, generation = found.get("status", {}), str(found["metadata"]["generation"])
        template = str(cluster.get("deployments", "fashionforward")["metadata"]["generation"])
        seen = (str(status.get("observedGeneration")), str(status.get("workloadObservedGeneration"))) == (generation, template)
        return status.get("phase") if seen and status.get("phase") in wanted else ""
    return wait_until(reached, f"the rollout to be {' or '.join(wanted)}",
                      seconds, lambda: json.dumps(rollout(cluster).get("status", {}))[:2000] + "\n" + say(), every=0.5)
