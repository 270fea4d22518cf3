"""EKS: add-ons, access entries, Pod Identity, updates and encryption, which moto 5.2.5 does not have; and of clusters and node groups
what it forgets (access, upgrade policy, zonal shift, the cluster's security group) or invents (a key pair, a disk size)."""

import uuid

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.eks import responses, urls
from moto.eks.exceptions import ResourceInUseException, ResourceNotFoundException

EKS = responses.EKSResponse

PATHS = (
    "addons", "addons/(?P<addonName>[^/]+)", "addons/(?P<addonName>[^/]+)/update",
    "access-entries", "access-entries/(?P<principalArn>.+)",
    "pod-identity-associations", "pod-identity-associations/(?P<associationId>[^/]+)",
    "updates", "updates/(?P<updateId>[^/]+)", "encryption-config/associate", "node-groups/(?P<nodegroupName>[^/]+)/update-version",
)
for path in PATHS:
    urls.url_paths["{0}/clusters/(?P<name>[^/]+)/%s$" % path] = urls.response.dispatch
urls.url_paths["{0}/addons/supported-versions$"] = urls.response.dispatch

operations = {}


def operation(function):
    operations[function.__name__] = function
    return function


def not_found(what: str):
    raise ResourceNotFoundException(clusterName=None, nodegroupName=None, fargateProfileName=None, addonName=None, message=what)


def taken(what: str):
    raise ResourceInUseException(clusterName=None, nodegroupName=None, addonName=None, message=what)


def given(self, *names) -> dict:
    return {name: value for name in names if (value := self._get_param(name)) is not None}


def cluster_of(self):
    """The cluster, with room for what moto keeps nothing of."""
    cluster = self.eks_backend.describe_cluster(name=self._get_param("name"))
    for kept in ("addons_", "entries_", "associations_", "updates_"):
        cluster.__dict__.setdefault(kept, {})
    return cluster


def arn(self, *parts: str) -> str:
    return f"arn:aws:eks:{self.region}:{self.current_account}:" + "/".join([parts[0], self._get_param("name"), *parts[1:]])


def times() -> dict:
    return {"createdAt": utcnow(), "modifiedAt": utcnow()}


def updated(self, kind: str) -> ActionResult:
    """What the provider polls after each change; here it is done at once."""
    update = {"id": str(uuid.uuid4()), "status": "Successful", "type": kind, "params": [], "createdAt": utcnow(), "errors": []}
    cluster_of(self).updates_[update["id"]] = update
    return ActionResult({"update": update})


# --- clusters --------------------------------------------------------------------------------------------

create_cluster_of_moto = EKS.create_cluster


@operation
def create_cluster(self):
    answer = create_cluster_of_moto(self)
    cluster = cluster_of(self)
    access = self._get_param("accessConfig") or {}
    cluster.access_config = {"authenticationMode": access.get("authenticationMode", "CONFIG_MAP"),
                             "bootstrapClusterCreatorAdminPermissions": access.get("bootstrapClusterCreatorAdminPermissions", True)}
    cluster.upgrade_policy = self._get_param("upgradePolicy") or {"supportType": "EXTENDED"}
    cluster.zonal_shift_config = self._get_param("zonalShiftConfig") or {"enabled": False}
    cluster.deletion_protection = bool(self._get_param("deletionProtection"))
    network = {"endpointPublicAccess": True, "endpointPrivateAccess": False, **(cluster.resources_vpc_config or {})}
    if network["endpointPublicAccess"]:
        network.setdefault("publicAccessCidrs", ["0.0.0.0/0"])
    subnets = network.get("subnetIds") or []
    ec2 = ec2_backends[self.current_account][self.region]
    vpc = ec2.get_subnet(subnets[0]).vpc_id if subnets else None
    # A real one: rules that name it as their source are made in the same apply.
    group = ec2.create_security_group(f"eks-cluster-sg-{cluster.name}-{uuid.uuid4().hex[:8]}", "EKS created security group", vpc_id=vpc)
    cluster.resources_vpc_config = {**network, "clusterSecurityGroupId": group.id, "vpcId": vpc}
    issuer = cluster.identity["oidc"]["issuer"]  # moto gives each cluster of a region the same
    cluster.identity = {"oidc": {"issuer": f"{issuer.rsplit('/', 1)[0]}/{uuid.uuid4().hex.upper()}"}}
    cluster.kubernetes_network_config = {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4", **(cluster.kubernetes_network_config or {})}
    return answer


delete_cluster_of_moto = EKS.delete_cluster


@operation
def delete_cluster(self):
    cluster = cluster_of(self)
    if cluster.deletion_protection:
        taken("Cluster has deletion protection")
    group = cluster.resources_vpc_config["clusterSecurityGroupId"]
    answer = delete_cluster_of_moto(self)
    ec2_backends[self.current_account][self.region].delete_security_group(group_id=group)
    return answer


@operation
def update_cluster_config(self):
    cluster = cluster_of(self)
    if network := self._get_param("resourcesVpcConfig"):
        cluster.resources_vpc_config = {**cluster.resources_vpc_config, **network}
    if access := self._get_param("accessConfig"):
        cluster.access_config = {**cluster.access_config, **access}
    for parameter, attribute in (("logging", "logging"), ("upgradePolicy", "upgrade_policy"), ("zonalShiftConfig", "zonal_shift_config"),
                                 ("deletionProtection", "deletion_protection")):
        if (value := self._get_param(parameter)) is not None:
            setattr(cluster, attribute, value)
    return updated(self, "ConfigUpdate")


@operation
def update_cluster_version(self):
    cluster_of(self).version = self._get_param("version")
    return updated(self, "VersionUpdate")


@operation
def associate_encryption_config(self):
    cluster_of(self).encryption_config = self._get_param("encryptionConfig")
    return updated(self, "AssociateEncryptionConfig")


@operation
def describe_update(self):
    update = cluster_of(self).updates_.get(self._get_param("updateId"))
    return ActionResult({"update": update}) if update else not_found("No update found")


# --- node groups -----------------------------------------------------------------------------------------

create_nodegroup_of_moto, update_nodegroup_config_of_moto = EKS.create_nodegroup, EKS.update_nodegroup_config


def nodes_of(self):
    return self.eks_backend.describe_nodegroup(self._get_param("name"), self._get_param("nodegroupName"))


@operation
def create_nodegroup(self):
    answer, nodes = create_nodegroup_of_moto(self), nodes_of(self)
    nodes.update_config = self._get_param("updateConfig") or {"maxUnavailable": 1}
    nodes.node_repair_config = self._get_param("nodeRepairConfig")
    if nodes.launch_template:
        nodes.disk_size = None
    if nodes.launch_template or not self._get_param("remoteAccess"):
        nodes.remote_access = None
    nodes.version = self._get_param("version") or cluster_of(self).version
    nodes.release_version = self._get_param("releaseVersion") or f"{nodes.version}.0-20260101"
    return answer


@operation
def update_nodegroup_config(self):
    update_nodegroup_config_of_moto(self)
    return updated(self, "ConfigUpdate")


@operation
def update_nodegroup_version(self):
    nodes = nodes_of(self)
    nodes.version = self._get_param("version") or nodes.version
    nodes.release_version = self._get_param("releaseVersion") or nodes.release_version
    if template := self._get_param("launchTemplate"):
        nodes.launch_template = {**(nodes.launch_template or {}), **template}
    return updated(self, "VersionUpdate")


# --- add-ons ---------------------------------------------------------------------------------------------

def associate(self, wanted: list[dict] | None) -> list[str]:
    """Associations that an add-on carries, as their ARNs. Those of AWS' own run in kube-system."""
    return [associated(self, each["serviceAccount"], each["roleArn"], "kube-system")["associationArn"] for each in wanted or []]


@operation
def create_addon(self):
    cluster, name = cluster_of(self), self._get_param("addonName")
    if name in cluster.addons_:
        taken("Addon already exists.")
    cluster.addons_[name] = {
        "addonName": name, "clusterName": cluster.name, "status": "ACTIVE", "addonVersion": "v1.0.0-eksbuild.1", "health": {"issues": []},
        "addonArn": arn(self, "addon", name, str(uuid.uuid4())), **times(), "tags": {},
        **given(self, "addonVersion", "serviceAccountRoleArn", "configurationValues", "tags"),
        "podIdentityAssociations": associate(self, self._get_param("podIdentityAssociations"))}
    return ActionResult({"addon": cluster.addons_[name]})


def addon_of(self) -> dict:
    return cluster_of(self).addons_.get(self._get_param("addonName")) or not_found(f"No addon: {self._get_param('addonName')}")


@operation
def describe_addon(self):
    return ActionResult({"addon": addon_of(self)})


@operation
def update_addon(self):
    addon_of(self).update(given(self, "addonVersion", "serviceAccountRoleArn", "configurationValues"), modifiedAt=utcnow())
    return updated(self, "AddonUpdate")


@operation
def delete_addon(self):
    addon = addon_of(self)
    cluster = cluster_of(self)
    del cluster.addons_[addon["addonName"]]
    cluster.associations_ = {key: each for key, each in cluster.associations_.items()
                             if each["associationArn"] not in addon["podIdentityAssociations"]}
    return ActionResult({"addon": {**addon, "status": "DELETING"}})


@operation
def list_addons(self):
    return ActionResult({"addons": sorted(cluster_of(self).addons_)})


# --- access entries --------------------------------------------------------------------------------------

@operation
def create_access_entry(self):
    cluster, principal = cluster_of(self), self._get_param("principalArn")
    if principal in cluster.entries_:
        taken("The specified access entry resource is already in use on this cluster.")
    cluster.entries_[principal] = {
        "clusterName": cluster.name, "principalArn": principal, "kubernetesGroups": [], "tags": {}, "type": "STANDARD", "username": principal,
        **times(), "accessEntryArn": arn(self, "access-entry", principal.split(":")[-1], str(uuid.uuid4())), "policies_": {},
        **given(self, "kubernetesGroups", "tags", "type", "username")}
    return describe_access_entry(self)


def entry_of(self) -> dict:
    return cluster_of(self).entries_.get(self._get_param("principalArn")) or not_found("The specified principalArn could not be found.")


@operation
def describe_access_entry(self):
    return ActionResult({"accessEntry": {name: value for name, value in entry_of(self).items() if name != "policies_"}})


@operation
def update_access_entry(self):
    entry_of(self).update(given(self, "kubernetesGroups", "username"))
    return describe_access_entry(self)


@operation
def delete_access_entry(self):
    del cluster_of(self).entries_[entry_of(self)["principalArn"]]
    return EmptyResult()


@operation
def list_access_entries(self):
    return ActionResult({"accessEntries": sorted(cluster_of(self).entries_)})


@operation
def associate_access_policy(self):
    entry, policy = entry_of(self), self._get_param("policyArn")
    entry["policies_"][policy] = {"policyArn": policy, "accessScope": {"namespaces": [], **self._get_param("accessScope")},
                                  "associatedAt": utcnow(), "modifiedAt": utcnow()}
    return ActionResult({"clusterName": self._get_param("name"), "principalArn": entry["principalArn"],
                         "associatedAccessPolicy": entry["policies_"][policy]})


@operation
def disassociate_access_policy(self):
    if entry_of(self)["policies_"].pop(self._get_param("policyArn"), None) is None:
        not_found("The policy is not associated.")
    return EmptyResult()


@operation
def list_associated_access_policies(self):
    entry = entry_of(self)
    return ActionResult({"clusterName": self._get_param("name"), "principalArn": entry["principalArn"],
                         "associatedAccessPolicies": list(entry["policies_"].values())})


# --- pod identity ----------------------------------------------------------------------------------------

def associated(self, account: str, role: str, namespace: str) -> dict:
    cluster, number = cluster_of(self), f"a-{uuid.uuid4().hex[:17]}"
    cluster.associations_[number] = {
        "clusterName": cluster.name, "associationId": number, "associationArn": arn(self, "podidentityassociation", number), **times(), "tags": {},
        "namespace": namespace, "serviceAccount": account, "roleArn": role, "disableSessionTags": False}
    return cluster.associations_[number]


@operation
def create_pod_identity_association(self):
    made = associated(self, self._get_param("serviceAccount"), self._get_param("roleArn"), self._get_param("namespace"))
    made.update(given(self, "tags", "targetRoleArn", "disableSessionTags"))
    return ActionResult({"association": made})


def association_of(self) -> dict:
    return cluster_of(self).associations_.get(self._get_param("associationId")) or not_found("No association")


@operation
def describe_pod_identity_association(self):
    return ActionResult({"association": association_of(self)})


@operation
def list_pod_identity_associations(self):
    return ActionResult({"associations": list(cluster_of(self).associations_.values())})


@operation
def update_pod_identity_association(self):
    association_of(self).update(given(self, "roleArn", "targetRoleArn", "disableSessionTags"))
    return describe_pod_identity_association(self)


@operation
def delete_pod_identity_association(self):
    association = association_of(self)
    del cluster_of(self).associations_[association["associationId"]]
    return ActionResult({"association": association})


for name, function in operations.items():
    setattr(EKS, name, function)
