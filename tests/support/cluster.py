"""A Kubernetes cluster as the tests see it: kubectl for what a user types, the API itself for what is watched or
changed often (a kubectl costs a tenth of a second of a processor that the shop wants), and docker for what happens to
machines: kind's nodes are containers."""

import base64
import http.client
import json
import os
import pathlib
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMESPACE = "fashionforward"
WORKLOADS = {"deployments": "apis/apps/v1", "statefulsets": "apis/apps/v1", "replicasets": "apis/apps/v1",
             "jobs": "apis/batch/v1", "ingresses": "apis/networking.k8s.io/v1",
             "networkpolicies": "apis/networking.k8s.io/v1", "poddisruptionbudgets": "apis/policy/v1",
             "horizontalpodautoscalers": "apis/autoscaling/v2", "endpointslices": "apis/discovery.k8s.io/v1",
             "certificates": "apis/cert-manager.io/v1"}  # the others are api/v1
CLUSTER_WIDE = ("nodes", "namespaces")
COMMAND_SECONDS_MAX = 120
ZONE = "topology.kubernetes.io/zone"


class Refused(Exception):
    """An answer of the API that is no success; its status and reason."""

    def __init__(self, status: int, answer: dict):
        super().__init__(f"{status} {answer.get('reason')}: {answer.get('message')}")
        self.status = status


def wait_until(true, what: str, seconds: float, say=lambda: "", every: float = 0.25):
    """Its result, once it is something."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}\n{say()}"
        time.sleep(every)
    return found


def run(*command: str, check: bool = True, input: str = None, timeout: float = COMMAND_SECONDS_MAX,
        env: dict = None) -> subprocess.CompletedProcess:
    done = subprocess.run(command, capture_output=True, text=True, input=input, timeout=timeout, check=False, cwd=ROOT, env=env)
    assert not check or done.returncode == 0, f"{' '.join(command)} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def is_true(thing: dict, condition: str) -> bool:
    """Whether the object has that condition."""
    return any(each["type"] == condition and each["status"] == "True" for each in thing["status"].get("conditions") or ())


class Cluster:
    """The one that KUBECONFIG and DOCKER_HOST name (`./ff cluster env`)."""

    def __init__(self):
        config = yaml.safe_load(pathlib.Path(os.environ["KUBECONFIG"]).read_text())
        context = next(each["context"] for each in config["contexts"] if each["name"] == config["current-context"])
        server = next(each["cluster"] for each in config["clusters"] if each["name"] == context["cluster"])
        user = next(each["user"] for each in config["users"] if each["name"] == context["user"])
        self.address = urllib.parse.urlsplit(server["server"]).netloc
        self.tls = ssl.create_default_context(cadata=base64.b64decode(server["certificate-authority-data"]).decode())
        with tempfile.TemporaryDirectory() as folder:  # the ssl module reads only files
            pair = [pathlib.Path(folder) / name for name in ("certificate", "key")]
            for path, field in zip(pair, ("client-certificate-data", "client-key-data")):
                path.write_bytes(base64.b64decode(user[field]))
            self.tls.load_cert_chain(*pair)
        self.local = threading.local()

    # --- the API ----------------------------------------------------------------------------------------

    def connect(self, timeout: float = 30) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self.address, context=self.tls, timeout=timeout)

    def ask(self, method: str, path: str, body=None, kind: str = "application/json"):
        """The parsed answer. Raises Refused."""
        for attempt in range(3):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = self.local.connection = self.connect()
            try:
                connection.request(method, path, None if body is None else json.dumps(body),
                                   {"Content-Type": kind, "Accept": "application/json"})
                answer = connection.getresponse()
                content = answer.read()
                break
            except (OSError, http.client.HTTPException):  # a kept connection that has ended, or a busy control plane
                connection.close()
                self.local.connection = None
                if attempt == 2:
                    raise
        text = content.decode(errors="replace")
        told = json.loads(text) if text.startswith("{") else text
        if answer.status >= 300:
            raise Refused(answer.status, told if isinstance(told, dict) else {"message": told})
        return told

    @staticmethod
    def path(kind: str, name: str = "", namespace: str = NAMESPACE, **query) -> str:
        where = "" if kind in CLUSTER_WIDE else f"/namespaces/{namespace}"
        path = f"/{WORKLOADS.get(kind, 'api/v1')}{where}/{kind}{'/' + name if name else ''}"
        asked = {name: value for name, value in query.items() if value}
        return f"{path}?{urllib.parse.urlencode(asked)}" if asked else path

    def get(self, kind: str, name: str, namespace: str = NAMESPACE) -> dict:
        return self.ask("GET", self.path(kind, name, namespace))

    def list(self, kind: str, labels: str = "", namespace: str = NAMESPACE) -> list:
        return self.ask("GET", self.path(kind, namespace=namespace, labelSelector=labels))["items"]

    def patch(self, kind: str, name: str, change, part: str = "", namespace: str = NAMESPACE) -> dict:
        """`change`: a merge patch; a list: a JSON patch. `part`: status, scale."""
        type_ = "application/json-patch+json" if isinstance(change, list) else "application/merge-patch+json"
        return self.ask("PATCH", self.path(kind, name + (f"/{part}" if part else ""), namespace), change, type_)

    def delete(self, kind: str, name: str, namespace: str = NAMESPACE):
        self.ask("DELETE", self.path(kind, name, namespace))

    def exists(self, kind: str, name: str, namespace: str = NAMESPACE) -> bool:
        try:
            self.get(kind, name, namespace)
        except Refused as refused:
            if refused.status == 404:
                return False
            raise
        return True

    # --- as a user ----------------------------------------------------------------------------------------

    def kubectl(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        return run("kubectl", *arguments, **options)

    def render(self, folder: str) -> str:
        return self.kubectl("kustomize", folder).stdout

    # --- machines -----------------------------------------------------------------------------------------

    def workers(self) -> list:
        return [node for node in self.list("nodes") if "node-role.kubernetes.io/control-plane" not in node["metadata"]["labels"]]

    def zones(self) -> dict:
        """The workers' names by zone."""
        found = {}
        for node in self.workers():
            found.setdefault(node["metadata"]["labels"][ZONE], []).append(node["metadata"]["name"])
        return found

    def ready(self, node: str) -> bool:
        return is_true(self.get("nodes", node), "Ready")

    @staticmethod
    def docker(*arguments: str, **options) -> str:
        return run("docker", *arguments, **options).stdout

    def container(self, pod: dict, name: str) -> dict:
        """What the container runtime of the pod's node tells of its container: times to the nanosecond, the process id."""
        statuses = pod["status"]["containerStatuses"]
        identifier = next(each["containerID"].split("//")[1] for each in statuses if each["name"] == name)
        return json.loads(self.docker("exec", pod["spec"]["nodeName"], "crictl", "inspect", identifier))

    def kill_containers(self, pods: list, name: str):
        """kill -9 of the containers' processes, as machines would do it when memory runs out, and as good as at once."""
        victims = [(pod["spec"]["nodeName"], self.container(pod, name)["info"]["pid"]) for pod in pods]
        kills = [subprocess.Popen(["docker", "exec", node, "kill", "-9", str(process)]) for node, process in victims]
        assert not any(kill.wait(COMMAND_SECONDS_MAX) for kill in kills), "a process could not be killed"
