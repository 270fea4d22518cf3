"""Names that must agree: what selects, what is selected, which ports are open and which are used."""

import ipaddress

import pytest
import yaml

from manifests.rendered import BASE, OVERLAYS, ROOT, containers, labels_of, named, of_kind, pod_of, selects, where, workloads

ALL = [BASE, *OVERLAYS]
PAIR = ROOT / "deploy" / "overlays" / "kind-ha"


@pytest.fixture(params=ALL, ids=lambda folder: folder.name)
def folder(request):
    return request.param


def ports_of(workload) -> dict:
    return {port["name"]: port["containerPort"] for each in containers(workload) for port in each.get("ports", [])}


def config_of(folder, workload: str) -> str:
    """The name of the ConfigMap that it mounts, whose generated name begins like its own."""
    projected = [source for each in pod_of(named(folder, "StatefulSet", workload))["volumes"]
                 for source in each.get("projected", {}).get("sources", ())]
    return next(name for each in projected if (name := each["configMap"]["name"]).startswith(workload))


def policies_for(folder, workload, direction: str) -> list:
    return [each["spec"] for each in of_kind(folder, "NetworkPolicy")
            if direction in each["spec"]["policyTypes"] and selects(each["spec"]["podSelector"], labels_of(workload))]


def allowed(folder, source, target, port: int) -> bool:
    """Whether the policies of both sides let `source`'s pods open a connection to `target`'s."""

    def opens(rule, peers: str, other) -> bool:
        fits = peers not in rule or any("podSelector" in each and "namespaceSelector" not in each and
                                        selects(each["podSelector"], labels_of(other)) for each in rule[peers])
        return fits and any(each["port"] == port for each in rule["ports"])

    outgoing = [rule for each in policies_for(folder, source, "Egress") for rule in each.get("egress", [])]
    incoming = [rule for each in policies_for(folder, target, "Ingress") for rule in each.get("ingress", [])]
    return any(opens(rule, "to", target) for rule in outgoing) and any(opens(rule, "from", source) for rule in incoming)


def by_component(folder, component: str) -> list:
    return [each for each in workloads(folder) if labels_of(each)["app.kubernetes.io/component"] == component]


def test_workloads_select_their_own_pods_and_nobody_elses(folder):
    for workload in workloads(folder):
        selected = [where(each) for each in workloads(folder) if selects(workload["spec"]["selector"], labels_of(each))]
        assert selected == [where(workload)]


def test_every_service_finds_pods_and_their_ports(folder):
    for service in of_kind(folder, "Service"):
        found = [each for each in workloads(folder) if selects(service["spec"]["selector"], labels_of(each))]
        assert found, service["metadata"]["name"]
        for workload in found:
            for port in service["spec"]["ports"]:
                assert port["targetPort"] in ports_of(workload), service["metadata"]["name"]


def test_shoppers_reach_one_track_only(folder):
    for name in {"fashionforward", "fashionforward-canary", "fashionforward-preview"} & {
            each["metadata"]["name"] for each in of_kind(folder, "Service")}:
        selector = named(folder, "Service", name)["spec"]["selector"]
        assert len([each for each in workloads(folder) if selects(selector, labels_of(each))]) == 1


def test_every_ingress_leads_to_a_service(folder):
    for ingress in of_kind(folder, "Ingress"):
        assert ingress["spec"]["ingressClassName"] == "nginx"
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                ports = named(folder, "Service", backend["name"])["spec"]["ports"]
                assert backend["port"]["name"] in {each["name"] for each in ports}


def test_a_canary_is_an_answer_to_the_same_question():
    """A canary Ingress is passed over in silence when no other one has its host and path."""
    folder = ROOT / "deploy" / "overlays" / "kind-canary"
    asked = [[(rule.get("host"), path["path"]) for rule in each["spec"]["rules"] for path in rule["http"]["paths"]]
             for each in of_kind(folder, "Ingress")]
    assert len(asked) == 2 and asked[0] == asked[1]


def test_budgets_and_scalers_are_for_pods_that_exist(folder):
    for budget in of_kind(folder, "PodDisruptionBudget"):
        assert any(selects(budget["spec"]["selector"], labels_of(each)) for each in workloads(folder))
    for hpa in of_kind(folder, "HorizontalPodAutoscaler"):
        named(folder, "Deployment", hpa["spec"]["scaleTargetRef"]["name"])


def test_nothing_is_let_through_by_default(folder):
    policy = named(folder, "NetworkPolicy", "default-deny")["spec"]
    assert policy == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_the_ways_that_the_shop_needs_are_open_and_no_other(folder):
    webs, gateways, databases = (by_component(folder, each) for each in ("web", "payment-gateway", "database"))
    used = {("web", "payment-gateway", 8090), ("web", "database", 5432)}
    if folder.name == "kind-ha":
        used |= {("database", "database", 5432), ("database", "database", 8008)}
    everyone = {"web": webs, "payment-gateway": gateways, "database": databases}
    for source, sources in everyone.items():
        for target, targets in everyone.items():
            for port in (5432, 8008, 8080, 8090, 9090):
                for a in sources:
                    for b in targets:
                        assert allowed(folder, a, b, port) == ((source, target, port) in used), (source, target, port)


def test_names_are_resolved(folder):
    dns = named(folder, "NetworkPolicy", "dns")["spec"]
    assert dns["podSelector"] == {}
    assert {(each["protocol"], each["port"]) for each in dns["egress"][0]["ports"]} == {("UDP", 53), ("TCP", 53)}


def test_policies_open_only_ports_that_somebody_has(folder):
    has = {port for each in workloads(folder) for port in ports_of(each).values()} | {8089}  # cert-manager's solver
    for policy in of_kind(folder, "NetworkPolicy"):
        for rule in policy["spec"].get("ingress", []):
            assert {each["port"] for each in rule["ports"]} <= has, policy["metadata"]["name"]


def test_webhooks_reach_the_internet_and_no_private_network(folder):
    rules = [rule for each in policies_for(folder, named(folder, "Deployment", "fashionforward"), "Egress")
             for rule in each.get("egress", [])]
    [block] = [peer["ipBlock"] for rule in rules for peer in rule.get("to", [])
               if peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0"]
    closed = [ipaddress.ip_network(each) for each in block["except"]]
    for private in ("10.96.0.1", "10.244.1.2", "172.18.0.2", "192.168.1.1", "169.254.169.254", "100.64.0.1", "127.0.0.1"):
        assert any(ipaddress.ip_address(private) in each for each in closed), private
    assert not any(ipaddress.ip_address("93.184.216.34") in each for each in closed)


def test_no_way_out_leads_everywhere(folder):
    """A rule without `to` opens its ports to the whole internet."""
    for policy in of_kind(folder, "NetworkPolicy"):
        assert all(rule.get("to") for rule in policy["spec"].get("egress", [])), policy["metadata"]["name"]


def test_patroni_reaches_the_api_server_of_any_cluster_and_nothing_beyond():
    policy = named(PAIR, "NetworkPolicy", "postgres-ha")["spec"]
    [rule] = [each for each in policy["egress"] if any("ipBlock" in peer for peer in each["to"])]
    assert {each["port"] for each in rule["ports"]} == {443, 6443, 8443}
    open_ = [ipaddress.ip_network(peer["ipBlock"]["cidr"]) for peer in rule["to"]]
    for server in ("10.96.0.1", "172.20.0.1", "172.18.0.2", "192.168.49.2"):  # kubeadm's and EKS' Service; kind's and minikube's node
        assert any(ipaddress.ip_address(server) in each for each in open_), server
    assert not any(ipaddress.ip_address("93.184.216.34") in each for each in open_)


def test_patroni_changes_its_own_records_and_members_only():
    patroni = yaml.safe_load(named(PAIR, "ConfigMap", config_of(PAIR, "postgres-ha"))["data"]["patroni.yml"])
    members = named(PAIR, "StatefulSet", "postgres-ha")
    named_ = {"configmaps": {f"{patroni['scope']}-{each}" for each in ("config", "leader", "sync", "failover")},
              "pods": {f"postgres-ha-{number}" for number in range(members["spec"]["replicas"])}}
    for rule in named(PAIR, "Role", "postgres-ha")["rules"]:
        [resource] = rule["resources"]
        if not set(rule["verbs"]) <= {"create", "list", "watch"}:  # which can't be told of single names
            assert set(rule["resourceNames"]) == named_.pop(resource)
    assert not named_, "what it must change it may not"


def test_the_ops_port_is_for_prometheus_and_never_for_the_ingress(folder):
    policy = named(folder, "NetworkPolicy", "web")["spec"]
    for rule in policy["ingress"]:
        [peer] = rule["from"]
        [port] = rule["ports"]
        namespaces = str(peer["namespaceSelector"])
        assert (port["port"] == 9090) == ("monitoring" in namespaces) and (port["port"] == 8080) == ("traefik" in namespaces)
    for ingress in of_kind(folder, "Ingress"):
        assert "9090" not in str(ingress) and "'ops'" not in str(ingress)


def test_scraping_finds_every_track(folder):
    ops = named(folder, "Service", "fashionforward-ops")["spec"]
    assert ops["clusterIP"] == "None"
    found = [where(each) for each in workloads(folder) if selects(ops["selector"], labels_of(each))]
    assert found == [where(each) for each in by_component(folder, "web")]
    assert pod_of(by_component(folder, "web")[0])
