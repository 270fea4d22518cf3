"""What a container may do, what it asks for, and how it ends."""

import re
import tomllib

import pytest

from manifests.rendered import BASE, OVERLAYS, containers, named, of_kind, pod_of, resources, where, workloads

ALL = [BASE, *OVERLAYS]
RESTRICTED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
WITH_TOKEN = {"StatefulSet/postgres-ha"}  # Patroni keeps its record at the API server


@pytest.fixture(params=ALL, ids=lambda folder: folder.name)
def folder(request):
    return request.param


def settings(folder) -> dict:
    [config] = [each for each in of_kind(folder, "ConfigMap") if each["metadata"]["name"].startswith("fashionforward-config-")]
    return tomllib.loads(config["data"]["fashionforward.toml"])


def test_every_container_is_restricted(folder):
    for workload in workloads(folder):
        security = pod_of(workload)["securityContext"]
        assert security["runAsNonRoot"] is True and security["runAsUser"] > 0, where(workload)
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, where(workload)
        for container in containers(workload):
            assert container["securityContext"] == RESTRICTED, (where(workload), container["name"])


def test_nothing_of_the_node_is_in_a_pod(folder):
    for workload in workloads(folder):
        pod = pod_of(workload)
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), where(workload)
        assert not [each["name"] for each in pod.get("volumes", []) if "hostPath" in each], where(workload)


def test_only_who_speaks_with_the_api_server_has_a_token(folder):
    assert {where(each) for each in workloads(folder) if pod_of(each).get("automountServiceAccountToken", True)} <= WITH_TOKEN
    assert all(not each["automountServiceAccountToken"] for each in of_kind(folder, "ServiceAccount"))


def test_the_shops_pods_write_nowhere(folder):
    for workload in of_kind(folder, "Deployment"):
        if workload["metadata"]["labels"]["app.kubernetes.io/component"] == "web":
            assert all("configMap" in each or "secret" in each for each in pod_of(workload)["volumes"])


def test_every_container_asks_for_what_it_needs_and_is_held_to_it(folder):
    for workload in workloads(folder):
        for container in containers(workload):
            for which in ("requests", "limits"):
                assert {"cpu", "memory"} <= container["resources"][which].keys(), (where(workload), container["name"])


def test_every_server_is_probed_at_a_port_that_it_has(folder):
    for workload in workloads(folder):
        for container in pod_of(workload)["containers"]:
            ports = {each["name"] for each in container["ports"]}
            for probe in ("readinessProbe", "livenessProbe"):
                asked = container[probe].get("httpGet")
                assert asked is None or asked["port"] in ports, (where(workload), probe)
                assert container[probe]["timeoutSeconds"] >= 1, (where(workload), probe)


def test_the_programs_pods_are_asked_whether_they_are_ready_at_once_and_have_a_minute_to_start(folder):
    for workload in of_kind(folder, "Deployment"):
        for container in pod_of(workload)["containers"]:
            assert "startupProbe" not in container, "the kubelet would ask for readiness only after its next round of start-up probes"
            ready, live = container["readinessProbe"], container["livenessProbe"]
            assert ready.get("initialDelaySeconds", 0) == 0 and ready["periodSeconds"] == 1
            assert live["initialDelaySeconds"] + live["periodSeconds"] * live["failureThreshold"] >= 60


def test_a_pod_that_ends_has_time_for_its_whole_drain(folder):
    drain = settings(folder)["drain"]
    for workload in of_kind(folder, "Deployment"):
        if workload["metadata"]["labels"]["app.kubernetes.io/component"] != "web":
            continue
        pod = pod_of(workload)
        # Requests, then what they left to the committer: app/serve.cc waits for each as long.
        longest = (drain["delay_ms"] + 2 * drain["timeout_ms"]) / 1000
        assert pod["terminationGracePeriodSeconds"] > longest
        assert not any("lifecycle" in each for each in pod["containers"]), "a preStop sleep would add to the program's own delay"
        assert drain["delay_ms"] > 3300, "ingress-nginx takes up to 3.3 s to notice"


def test_a_rollout_never_takes_a_pod_before_another_serves(folder):
    for workload in of_kind(folder, "Deployment"):
        if workload["metadata"]["labels"]["app.kubernetes.io/component"] == "web":
            rolling = workload["spec"]["strategy"]["rollingUpdate"]
            assert rolling["maxUnavailable"] == 0 and rolling["maxSurge"] >= 1, where(workload)


def test_the_hpa_goes_from_two_to_ten_at_once_and_down_slowly():
    hpa = named(BASE, "HorizontalPodAutoscaler", "fashionforward")["spec"]
    assert (hpa["minReplicas"], hpa["maxReplicas"]) == (2, 10)
    up, down = hpa["behavior"]["scaleUp"], hpa["behavior"]["scaleDown"]
    assert up["stabilizationWindowSeconds"] == 0 and {"type": "Pods", "value": 8, "periodSeconds": 15} in up["policies"]
    assert down["stabilizationWindowSeconds"] >= 120
    assert "replicas" not in named(BASE, "Deployment", "fashionforward")["spec"], "each apply would undo what the HPA did"


def test_what_the_hpa_divides_by_is_requested(folder):
    """Without a request there is no percentage of it, and no scaling."""
    for hpa in of_kind(folder, "HorizontalPodAutoscaler"):
        target = named(folder, "Deployment", hpa["spec"]["scaleTargetRef"]["name"])
        for container in pod_of(target)["containers"]:
            assert re.fullmatch(r"[1-9]\d*m?", str(container["resources"]["requests"]["cpu"]))


def test_lost_nodes_are_left_within_seconds(folder):
    for workload in of_kind(folder, "Deployment"):
        if workload["metadata"]["labels"]["app.kubernetes.io/component"] == "web":
            seconds = {each["key"]: each["tolerationSeconds"] for each in pod_of(workload)["tolerations"]
                       if each.get("effect") == "NoExecute"}
            assert seconds.keys() == {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}
            assert max(seconds.values()) <= 10
            spread = {each["topologyKey"] for each in pod_of(workload)["topologySpreadConstraints"]}
            assert spread == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}


def test_the_migration_runs_before_everything_else_and_as_the_owner(folder):
    for workload in of_kind(folder, "Deployment"):
        if workload["metadata"]["labels"]["app.kubernetes.io/component"] != "web":
            continue
        first = pod_of(workload)["initContainers"][0]
        assert first["args"] == ["migrate"]
        # The image that it migrates for is the one that will run on the schema.
        assert {each["image"] for each in containers(workload)} == {first["image"]}
        mounted = {each["name"]: {mount["name"] for mount in each.get("volumeMounts", [])} for each in containers(workload)}
        assert "migration" in mounted["migrate"] and "migration" not in mounted["web"], "the shop is not the owner of its tables"


def test_resources_are_what_the_overlay_says(folder):
    """A patch that silently stopped to apply would leave a laptop with requests of 1 core."""
    web = named(folder, "Deployment", "fashionforward")
    cpu = next(each for each in pod_of(web)["containers"] if each["name"] == "web")["resources"]["requests"]["cpu"]
    small = folder.name == "minikube" or folder.name.startswith("kind")
    assert (cpu != "1") == small
    assert resources(folder)
