"""What a pod may reach and what a container may do, tried for real; and beside each thing that is refused, one who may do it, so
that nothing passes because it was asked wrongly."""

import pytest
from support.cluster import NAMESPACE, Refused, run, wait_until
from support.cluster_shop import DATABASE, PROGRAM, WEB

POSTGRES = "postgres:15-bookworm"  # an image with a shell, which the shop's has not
CONNECT_SECONDS_MAX = 3
START_SECONDS_MAX = 120
API_SERVER = ("10.96.0.1", 443)
MONITORING = "monitoring"
RESTRICTED = {"runAsNonRoot": True, "runAsUser": 999, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]},
              "seccompProfile": {"type": "RuntimeDefault"}}
NAMES = {"app.kubernetes.io/name": "fashionforward", "app.kubernetes.io/component": "web", "track": "a-friend"}


class Prober:
    """A pod with a shell that tries connections."""

    def __init__(self, cluster, name: str, namespace: str, labels: dict):
        self.cluster, self.name, self.namespace, self.labels = cluster, name, namespace, labels

    def __enter__(self) -> "Prober":
        container = {"name": "prober", "image": POSTGRES, "imagePullPolicy": "IfNotPresent", "command": ["sleep", "3600"],
                     "securityContext": RESTRICTED}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": self.name, "labels": self.labels},
               "spec": {"containers": [container], "terminationGracePeriodSeconds": 0, "automountServiceAccountToken": False}}
        self.cluster.ask("POST", self.cluster.path("pods", namespace=self.namespace), pod)
        self.cluster.kubectl("-n", self.namespace, "wait", "--for=condition=Ready", f"pod/{self.name}",
                             f"--timeout={START_SECONDS_MAX}s", timeout=START_SECONDS_MAX + 10)
        return self

    def __exit__(self, *_):
        self.cluster.kubectl("-n", self.namespace, "delete", "pod", self.name, "--now", "--ignore-not-found")

    def reaches(self, address: str, port: int) -> bool:
        """Whether a TCP connection comes about."""
        script = f"exec timeout {CONNECT_SECONDS_MAX} bash -c 'exec 3<>/dev/tcp/{address}/{port}'"
        done = self.cluster.kubectl("-n", self.namespace, "exec", self.name, "--", "bash", "-c", script, check=False)
        assert done.returncode == 0 or "unable to upgrade" not in done.stderr, done.stderr
        return done.returncode == 0


@pytest.fixture
def monitoring(cluster):
    ours = not cluster.exists("namespaces", MONITORING)
    if ours:
        cluster.kubectl("create", "namespace", MONITORING)
    yield MONITORING
    if ours:
        cluster.kubectl("delete", "namespace", MONITORING, "--timeout=120s")


def test_only_who_the_policies_name_reaches_database_gateway_and_ops_port(shop, monitoring):
    cluster = shop.cluster
    web, database = (shop.ready_pods(labels)[0]["status"]["podIP"] for labels in (WEB, DATABASE))
    gateway = shop.ready_pods("app.kubernetes.io/component=payment-gateway")[0]["status"]["podIP"]
    places = {"shop": (web, 8080), "ops port": (web, 9090), "database": (database, 5432), "payment gateway": (gateway, 8090),
              "API server": API_SERVER}
    prometheus = {"app.kubernetes.io/name": "prometheus"}
    expected = {}
    found = {}
    with (Prober(cluster, "stranger", "default", {}) as stranger, Prober(cluster, "neighbour", NAMESPACE, {}) as neighbour,
          Prober(cluster, "friend", NAMESPACE, NAMES) as friend, Prober(cluster, "other-monitor", monitoring, {}) as other,
          Prober(cluster, "prometheus", monitoring, prometheus) as prometheus_pod):
        allowed = {stranger: {"API server"}, neighbour: set(), friend: {"database", "payment gateway"},
                   prometheus_pod: {"ops port", "API server"}, other: {"API server"}}
        # A pod's rules are there a moment after the pod: who may, soon can.
        for prober, may in allowed.items():
            for place in may:
                wait_until(lambda p=prober, at=place: p.reaches(*places[at]), f"{prober.name} to reach the {place}", 30)
            expected[prober.name] = sorted(may)
            found[prober.name] = sorted(place for place, address in places.items() if prober.reaches(*address))
    print("\nwho reaches what: " + "; ".join(f"{name} ({', '.join(reached) or 'nothing'})" for name, reached in found.items()))
    assert found == expected
    print(f"  audit: {shop.audit()}")


def in_mounts(node: str, process: int, *command: str):
    """A command of the node, as the node's root, in the mounts of a container's process."""
    return run("docker", "exec", node, *command[:-1], f"/proc/{process}/root{command[-1]}", check=False)


def test_a_container_can_not_write_its_root_gain_privileges_or_run_a_shell(shop):
    cluster, pod = shop.cluster, shop.ready_pods()[0]
    name, node = pod["metadata"]["name"], pod["spec"]["nodeName"]

    def execute(*command: str):
        return cluster.kubectl("-n", NAMESPACE, "exec", name, "-c", "web", "--", *command, check=False)

    assert execute(PROGRAM, "version").returncode == 0, "nothing can be run at all: the refusals below would say nothing"
    for shell in ("/bin/sh", "/bin/bash", "/usr/bin/env", "/bin/busybox", "sh"):
        tried = execute(shell, "-c", "true")
        assert tried.returncode != 0 and ("no such file" in tried.stderr or "not found" in tried.stderr), tried.stderr

    process = cluster.container(pod, "web")["info"]["pid"]
    # Even the node's root, from inside of the container's own mounts: it is the file system and not its permissions that refuse.
    for path in ("/probe", "/usr/bin/probe", "/etc/probe", "/var/lib/fashionforward/probe"):
        tried = in_mounts(node, process, "touch", path)
        assert tried.returncode != 0 and "Read-only file system" in tried.stderr, f"{path}: {tried.stderr}"
    assert in_mounts(node, process, "touch", "/dev/shm/probe").returncode == 0, "nothing can be written by this way at all"

    status = dict(line.split(":\t", 1) for line in cluster.docker("exec", node, "cat", f"/proc/{process}/status").splitlines()
                  if ":\t" in line)
    powers = {field: int(status[field], 16) for field in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    assert not any(powers.values()), powers
    assert status["NoNewPrivs"] == "1", "a setuid program could make it root"
    assert status["Seccomp"] == "2", "system calls are not filtered"
    assert status["Uid"].split() == ["65532"] * 4 and status["Gid"].split() == ["65532"] * 4
    print(f"\n{name}: no shell, no writable root, uid 65532, no capabilities, no new privileges, seccomp filter on")


@pytest.mark.parametrize("wish, context", [
    ("privileged", {**RESTRICTED, "privileged": True, "allowPrivilegeEscalation": True}),
    ("root", {**RESTRICTED, "runAsNonRoot": False, "runAsUser": 0}),
    ("capabilities", {**RESTRICTED, "capabilities": {"add": ["SYS_ADMIN"]}}),
    ("without seccomp", {**RESTRICTED, "seccompProfile": {"type": "Unconfined"}}),
    ("nothing special", RESTRICTED),
])
def test_the_namespace_takes_no_pod_that_wants_more(shop, wish, context):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "wishful"},
           "spec": {"containers": [{"name": "one", "image": POSTGRES, "securityContext": context}]}}
    path = shop.cluster.path("pods", dryRun="All")
    if context is RESTRICTED:
        shop.cluster.ask("POST", path, pod)  # else the refusals below would say nothing
        return
    with pytest.raises(Refused, match="violates PodSecurity") as refused:
        shop.cluster.ask("POST", path, pod)
    assert refused.value.status == 403
