"""What is applied to a cluster to watch and to release the shop: it renders, its kinds are what their controllers accept, and it
finds the very pods of k8s/. The schemas are those of the custom resource definitions of the controllers' own modules."""

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess

import jsonschema_rs
import pytest
import yaml
from support.prometheus import MONITORING
from support.shop_process import ROOT

TOOLS = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "fashionforward" / "cluster" / "bin"
FOLDERS = [MONITORING / "operator", MONITORING / "plain", ROOT / "deploy/rollouts/kind-canary",
           ROOT / "deploy/rollouts/kind-blue-green"]
DEFINITIONS = {"argoproj.io": ("github.com/argoproj/argo-rollouts@v1.9.1", "manifests/crds"),
               "monitoring.coreos.com": ("github.com/prometheus-operator/prometheus-operator@v0.85.0",
                                         "example/prometheus-operator-crd")}


class Loader(yaml.SafeLoader):
    """Reads a lone `=` as the text that it is: PyYAML takes it for something of YAML 1.1 and then does not know it."""


Loader.add_constructor("tag:yaml.org,2002:value", yaml.SafeLoader.construct_yaml_str)


@functools.cache
def rendered(folder: pathlib.Path) -> list:
    kubectl = shutil.which("kubectl", path=f"{TOOLS}:{os.environ.get('PATH', '')}")
    if not kubectl:
        pytest.skip("there is no kubectl; ./ff cluster up brings one")
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


@functools.cache
def schemas(group: str) -> dict:
    """Kind -> schema."""
    module, folder = DEFINITIONS[group]
    done = subprocess.run(["go", "mod", "download", "-json", module], capture_output=True, text=True, timeout=300, check=False,
                          cwd="/",
                          env={**os.environ, "GOSUMDB": "off"}) if shutil.which("go") else None
    if done is None or done.returncode != 0:
        pytest.skip(f"{module} can't be had here, and with it the schemas of {group}")
    found = {}
    for path in sorted((pathlib.Path(json.loads(done.stdout)["Dir"]) / folder).glob("*.yaml")):
        for each in yaml.load_all(path.read_text(), Loader):
            if each and each["kind"] == "CustomResourceDefinition":
                found[each["spec"]["names"]["kind"]] = each["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return found


def strict(schema: dict) -> dict:
    """As the API server's strict validation: unknown fields are errors."""
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    made = dict(schema)
    if "properties" in made:
        made["properties"] = {name: strict(each) for name, each in made["properties"].items()}
        if not made.get("x-kubernetes-preserve-unknown-fields"):
            made["additionalProperties"] = False
    elif isinstance(made.get("additionalProperties"), dict):
        made["additionalProperties"] = strict(made["additionalProperties"])
    if "items" in made:
        made["items"] = strict(made["items"])
    return made


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_custom_resources_are_what_their_controllers_accept(folder):
    judged = 0
    for each in rendered(folder):
        group = each["apiVersion"].split("/")[0]
        if group not in DEFINITIONS:
            continue
        schema = strict(schemas(group)[each["kind"]])
        schema["properties"]["metadata"] = {"type": "object"}
        errors = [f"{error.instance_path}: {error.message}" for error in jsonschema_rs.validator_for(schema).iter_errors(each)]
        assert not errors, f"{each['kind']} {each['metadata']['name']}: {errors[:5]}"
        judged += 1
    assert judged or folder.name == "plain"


def one(things: list, kind: str, name: str) -> dict:
    found = [each for each in things if each["kind"] == kind and each["metadata"]["name"] == name]
    assert len(found) == 1, (kind, name, len(found))
    return found[0]


def shop_deployment() -> dict:
    return one(rendered(ROOT / "deploy/overlays/kind"), "Deployment", "fashionforward")


def test_the_pod_monitor_finds_the_shops_pods_and_their_port():
    monitor = one(rendered(MONITORING / "operator"), "PodMonitor", "fashionforward")["spec"]
    pod = shop_deployment()["spec"]["template"]
    assert monitor["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    assert monitor["namespaceSelector"]["matchNames"] == [shop_deployment()["metadata"]["namespace"]]
    ports = {port["name"]: port["containerPort"] for port in pod["spec"]["containers"][0]["ports"]}
    assert ports[monitor["podMetricsEndpoints"][0]["port"]] == 9090


def test_prometheus_is_one_of_those_that_the_network_policy_lets_in():
    policy = one(rendered(ROOT / "deploy/overlays/kind"), "NetworkPolicy", "web")["spec"]
    peers = [peer for rule in policy["ingress"] for peer in rule["from"] if any(port["port"] == 9090 for port in rule["ports"])]
    plain = rendered(MONITORING / "plain")
    pod = one(plain, "StatefulSet", "prometheus")["spec"]["template"]["metadata"]["labels"]
    namespace = one(plain, "Namespace", "monitoring")["metadata"]["name"]
    assert any(peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] == namespace and
               peer.get("podSelector", {}).get("matchLabels", {}).items() <= pod.items() for peer in peers)


def test_the_rules_of_both_ways_are_the_same():
    of_operator = one(rendered(MONITORING / "operator"), "PrometheusRule", "fashionforward")["spec"]
    maps = [each for each in rendered(MONITORING / "plain") if each["kind"] == "ConfigMap"
            and each["metadata"]["name"].startswith("fashionforward-rules")]
    assert yaml.safe_load(maps[0]["data"]["fashionforward.yml"]) == of_operator


@pytest.mark.parametrize("strategy", ("canary", "blue-green"))
def test_a_rollout_takes_over_the_deployment_that_the_overlay_describes(strategy):
    things = rendered(ROOT / "deploy/rollouts" / f"kind-{strategy}")
    rollout, deployment = one(things, "Rollout", "fashionforward")["spec"], one(things, "Deployment", "fashionforward")["spec"]
    assert rollout["workloadRef"]["name"] == "fashionforward" and rollout["selector"] == deployment["selector"]
    scaled = one(things, "HorizontalPodAutoscaler", "fashionforward")["spec"]["scaleTargetRef"]
    assert scaled == {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "fashionforward"}
    services = rollout["strategy"].get("canary") or {name.replace("active", "stable").replace("preview", "canary"): value
                                                     for name, value in rollout["strategy"]["blueGreen"].items()}
    for name in (services["stableService"], services["canaryService"]):
        selector = one(things, "Service", name)["spec"]["selector"]
        assert selector == deployment["selector"]["matchLabels"]
    templates = {each["metadata"]["name"] for each in things if each["kind"] == "AnalysisTemplate"}
    assert templates == {"checkout-success", "checkout-latency", "audit"}


def test_the_canarys_steps_are_10_50_and_100_percent():
    rollout = one(rendered(ROOT / "deploy/rollouts/kind-canary"), "Rollout", "fashionforward")
    assert [step["setWeight"] for step in rollout["spec"]["strategy"]["canary"]["steps"] if "setWeight" in step] == [10, 50, 100]


@pytest.mark.parametrize("strategy", ("canary", "blue-green"))
def test_an_analysis_with_an_end_has_no_limit_beyond_it(strategy):
    """The controller calls it invalid and takes the release back, but only when it begins: after the switch."""
    for each in rendered(ROOT / "deploy/rollouts" / f"kind-{strategy}"):
        for metric in each["spec"]["metrics"] if each["kind"] == "AnalysisTemplate" else ():
            limits = {name: metric.get(name, 0) for name in ("failureLimit", "inconclusiveLimit")}
            assert "count" not in metric or metric["count"] >= max(limits.values()), f"{metric['name']}: {metric['count']} looks, {limits}"


@pytest.mark.parametrize("strategy", ("canary", "blue-green"))
def test_the_release_before_comes_back_at_once(strategy):
    spec = yaml.safe_load((ROOT / f"deploy/rollouts/{strategy}/rollout.yaml").read_text())["spec"]
    assert 0 < spec["rollbackWindow"]["revisions"] <= spec["revisionHistoryLimit"]


def test_prometheus_scrapes_those_who_report_a_backup():
    config = yaml.safe_load((MONITORING / "plain" / "prometheus.yml").read_text())
    (job,) = [each for each in config["scrape_configs"] if each["job_name"] == "backup"]
    found = re.compile(job["relabel_configs"][0]["regex"])
    for who in ("prometheus-pushgateway;metrics", "prometheus-node-exporter;metrics"):
        assert found.fullmatch(who)
        assert who.split(";", maxsplit=1)[0] in (ROOT / "docs/monitoring.md").read_text()
    kept = re.compile(job["metric_relabel_configs"][0]["regex"])
    for metric in ("ff_backup_last_success_timestamp_seconds", "ff_backup_last_restore_test_timestamp_seconds"):
        assert kept.fullmatch(metric)
    assert job["honor_labels"]
