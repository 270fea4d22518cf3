"""Argo CD on this machine: its controller and its repository server, compiled from its own module, Redis, and a repository served by Git. They work on
the cluster of ./ff cluster up from outside, as Argo CD's developers run them; its web server and its command line are left out. Its
objects and the shop live in two namespaces of their own, which are gone afterwards, as are its custom resources."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import yaml

from delivery.checkout import Checkout
from delivery.workflows import ROOT, run
from manifests.rendered import TOOLS, tool
from support.postgres import free_port

NAMESPACE, SHOP = "argocd-delivery", "fashionforward-delivery"
NAME = "fashionforward"
PORT_SECONDS_MAX, SYNC_SECONDS_MAX, GONE_SECONDS_MAX = 60, 240, 300  # a drain takes up to one of these minutes
WATCHED = (("", ("ConfigMap", "Namespace", "PersistentVolumeClaim", "Pod", "Secret", "Service", "ServiceAccount")),
           ("apps", ("Deployment", "ReplicaSet", "StatefulSet")), ("autoscaling", ("HorizontalPodAutoscaler",)),
           ("networking.k8s.io", ("Ingress", "NetworkPolicy")), ("policy", ("PodDisruptionBudget",)))


class Kubectl:
    """kubectl, for the cluster of ./ff cluster up or the one that KUBECONFIG names."""

    def __init__(self):
        self.kubeconfig = os.environ.get("KUBECONFIG") or str(TOOLS.parent / "kubeconfig")

    def __call__(self, *arguments: str, check: bool = True, input: str = None, timeout: float = 120) -> str:
        done = run(tool("kubectl"), "--kubeconfig", self.kubeconfig, *arguments, check=check, input=input, timeout=timeout)
        return done.stdout if done.returncode == 0 else ""

    def answers(self) -> bool:
        return os.path.exists(self.kubeconfig) and bool(self("--request-timeout=10s", "get", "--raw", "/readyz", check=False))

    def get(self, what: str, namespace: str, *names: str) -> dict:
        return yaml.safe_load(self("get", what, *names, "-n", namespace, "-o", "yaml"))


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def settings() -> list[dict]:
    """What Argo CD reads at its start. It looks only at the kinds and the namespace of the shop: the cluster is others', too."""
    labels = {"app.kubernetes.io/part-of": "argocd"}
    inclusions = [{"apiGroups": [group], "kinds": list(kinds), "clusters": ["*"]} for group, kinds in WATCHED]
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm", "labels": labels},
         "data": {"resource.inclusions": yaml.safe_dump(inclusions), "timeout.reconciliation": "5s", "timeout.reconciliation.jitter": "0s"}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cmd-params-cm", "labels": labels}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "argocd-secret", "labels": labels},
         "stringData": {"server.secretkey": "thrown away", "admin.password": "nobody logs in"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "in-cluster", "labels": {"argocd.argoproj.io/secret-type": "cluster"}},
         "stringData": {"name": "in-cluster", "server": "https://kubernetes.default.svc", "namespaces": SHOP, "clusterResources": "true",
                        "config": '{"tlsClientConfig": {"insecure": false}}'}},
    ]


class ArgoCD:
    """`with ArgoCD(...)`: it runs, and knows of no application yet."""

    def __init__(self, kubectl: Kubectl, programs: pathlib.Path, kustomize: pathlib.Path, checkout: Checkout, folder: pathlib.Path):
        self.kubectl, self.programs, self.kustomize, self.checkout, self.folder = kubectl, programs, kustomize, checkout, folder
        self.running: list[subprocess.Popen] = []
        self.ports = {name: free_port() for name in ("redis", "repository", "git", "repository-metrics", "metrics")}
        self.url = f"git://127.0.0.1:{self.ports['git']}/{checkout.origin.name}"

    def apply(self, documents: list[dict], namespace: str) -> None:
        self.kubectl("apply", "--server-side", "-n", namespace, "-f", "-", input=yaml.safe_dump_all(documents))

    def __enter__(self):
        for definition in sorted(self.programs.glob("*-crd.yaml")):
            self.kubectl("apply", "--server-side", "-f", str(definition))
        self.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}], NAMESPACE)
        self.apply(settings(), NAMESPACE)
        try:
            self.start_all()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start_all(self) -> None:
        home = self.folder / "home"
        links = self.folder / "bin"  # it is started by the names of its programs, and finds kustomize and its own helper by PATH
        for folder in (home, links, self.folder / "tls", self.folder / "ssh", self.folder / "gpg"):
            folder.mkdir()
        for name in ("argocd-application-controller", "argocd-repo-server", "argocd-git-ask-pass"):
            (links / name).symlink_to(self.programs / "argocd")
        (links / "kustomize").symlink_to(self.kustomize)
        surroundings = {
            **{key: value for key, value in os.environ.items() if not key.startswith("ARGOCD_")},
            "PATH": f"{links}:{os.environ['PATH']}", "HOME": str(home), "KUBECONFIG": self.kubectl.kubeconfig,
            "ARGOCD_FAKE_IN_CLUSTER": "true",  # "in the cluster" is the kubeconfig's
            "ARGOCD_GPG_ENABLED": "false", "ARGOCD_TLS_DATA_PATH": str(self.folder / "tls"), "ARGOCD_SSH_DATA_PATH": str(self.folder / "ssh"),
            "ARGOCD_GNUPGHOME": str(self.folder / "gpg"), "TMPDIR": str(home), "HOSTNAME": "argocd-application-controller-0",
            "ARGOCD_RECONCILIATION_TIMEOUT": "5s", "ARGOCD_RECONCILIATION_JITTER": "0s",
        }
        redis = f"127.0.0.1:{self.ports['redis']}"
        git = shutil.which("git")
        self.start("redis", surroundings, shutil.which("redis-server"), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1",
                   "--port", str(self.ports["redis"]))
        self.start("git", surroundings, git, "daemon", "--export-all", "--reuseaddr", "--listen=127.0.0.1", f"--port={self.ports['git']}",
                   f"--base-path={self.checkout.origin.parent}")
        self.start("repository", surroundings, str(links / "argocd-repo-server"), "--address", "127.0.0.1", "--port",
                   str(self.ports["repository"]), "--metrics-address", "127.0.0.1", "--metrics-port", str(self.ports["repository-metrics"]),
                   "--redis", redis, "--logformat", "text")
        self.start("metrics", surroundings, str(links / "argocd-application-controller"), "--namespace", NAMESPACE, "--repo-server",
                   f"127.0.0.1:{self.ports['repository']}", "--metrics-port", str(self.ports["metrics"]), "--redis", redis,
                   "--app-resync", "5", "--self-heal-timeout-seconds", "1", "--status-processors", "2", "--operation-processors", "2",
                   "--logformat", "text")

    def start(self, name: str, surroundings: dict, *command: str) -> None:
        """A process, until its port answers."""
        with open(self.folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen(command, env=surroundings, stdout=log, stderr=log, cwd=self.folder, start_new_session=True)
        self.running.append(process)
        end = time.monotonic() + PORT_SECONDS_MAX
        while not listening(self.ports[name]):
            assert process.poll() is None and time.monotonic() < end, self.log(name)
            time.sleep(0.2)

    def __exit__(self, *_) -> None:
        for process in reversed(self.running):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for definition in sorted(self.programs.glob("*-crd.yaml")):
            self.kubectl("delete", "--ignore-not-found", "--wait=true", "-f", str(definition))
        for namespace in (NAMESPACE, SHOP):
            self.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=true", timeout=GONE_SECONDS_MAX)

    def log(self, name: str, lines: int = 25) -> str:
        return "\n".join((self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-lines:])

    def install_application(self) -> None:
        """deploy/argocd/production, but for where the repository, Argo CD and the shop are."""
        rendered = self.kubectl("kustomize", str(ROOT / "deploy" / "argocd" / "production"))
        documents = [each for each in yaml.safe_load_all(rendered) if each]
        for each in documents:
            each["metadata"]["namespace"] = NAMESPACE
            spec = each["spec"]
            if each["kind"] == "AppProject":
                spec["sourceRepos"] = [self.url]
                spec["destinations"] = [{"server": "https://kubernetes.default.svc", "namespace": SHOP}]
            else:
                spec["source"]["repoURL"] = self.url
                spec["destination"]["namespace"] = SHOP
        self.apply(documents, NAMESPACE)

    def application(self) -> dict:
        return self.kubectl.get("application", NAMESPACE, NAME)

    def stands_at(self, commit: str) -> bool:
        """Whether what that commit says is in the cluster, and well."""
        status = self.application().get("status", {})
        return (status.get("sync", {}).get("status") == "Synced" and status["sync"].get("revision") == commit
                and status.get("health", {}).get("status") == "Healthy" and status.get("operationState", {}).get("phase") == "Succeeded")

    def said(self) -> str:
        status = self.application().get("status", {})
        return yaml.safe_dump({key: status.get(key) for key in ("sync", "health", "conditions", "operationState", "resources")})[:6000] + \
            self.log("metrics")
