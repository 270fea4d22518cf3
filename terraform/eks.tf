# The cluster: its control plane, its add-ons, and three small nodes, one in each zone, that hold what the other nodes need before they can
# exist (CoreDNS, Karpenter, the load balancer controller, the ingress controller). All further nodes are Karpenter's (karpenter.tf).

resource "aws_eks_cluster" "this" {
  name                      = local.name
  version                   = var.kubernetes_version
  role_arn                  = aws_iam_role.service["cluster"].arn
  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  deletion_protection       = var.deletion_protection

  # What AWS would install by itself, in versions of its own choice. The add-ons below are managed instead.
  bootstrap_self_managed_addons = false

  vpc_config {
    subnet_ids              = [for subnet in aws_subnet.private : subnet.id]
    endpoint_private_access = true
    endpoint_public_access  = length(var.endpoint_public_access_cidrs) > 0
    public_access_cidrs     = length(var.endpoint_public_access_cidrs) > 0 ? var.endpoint_public_access_cidrs : null
  }

  access_config {
    authentication_mode = "API" # access entries only: the aws-auth ConfigMap can lock everybody out by one wrong indent
    # Who may administer is listed in cluster_admin_role_arns, not whoever happened to apply first.
    bootstrap_cluster_creator_admin_permissions = false
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = aws_kms_key.this["cluster"].arn
    }
  }

  kubernetes_network_config {
    service_ipv4_cidr = var.service_cidr
  }

  upgrade_policy {
    support_type = "STANDARD" # extended support costs six times as much an hour: the upgrade is better
  }

  zonal_shift_config {
    enabled = true # a zone that is ill and not dead can be left within minutes
  }

  lifecycle {
    precondition {
      condition     = length(var.cluster_admin_role_arns) > 0
      error_message = "Nobody could use the cluster: name at least one role in cluster_admin_role_arns."
    }
  }

  depends_on = [
    aws_cloudwatch_log_group.cluster, # else EKS makes it, without a key and kept for ever
    aws_iam_role_policy.cluster_key,
    aws_iam_role_policy_attachment.service,
  ]
}

resource "aws_cloudwatch_log_group" "cluster" {
  # checkov:skip=CKV_AWS_338:how long is log_retention_days; production.tfvars says a year
  name              = "/aws/eks/${local.name}/cluster"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this["logs"].arn
}

locals {
  # EKS makes this group: control plane, nodes and pods are its members and may speak with each other. Who else may come in is
  # vpc.tf's business (the load balancer), who may leave for the database is rds.tf's.
  cluster_security_group_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

# --- who may use the API -------------------------------------------------------------------------------

resource "aws_eks_access_entry" "admin" {
  for_each = toset(var.cluster_admin_role_arns)

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.key
}

resource "aws_eks_access_policy_association" "admin" {
  for_each = toset(var.cluster_admin_role_arns)

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.admin[each.key].principal_arn
  policy_arn    = "${local.arn}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }
}

resource "aws_eks_access_entry" "viewer" {
  for_each = toset(var.cluster_viewer_role_arns)

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.key
}

resource "aws_eks_access_policy_association" "viewer" {
  for_each = toset(var.cluster_viewer_role_arns)

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.viewer[each.key].principal_arn
  policy_arn    = "${local.arn}:eks::aws:cluster-access-policy/AmazonEKSViewPolicy" # no Secrets

  access_scope {
    type       = "namespace"
    namespaces = [local.shop_namespace, "traefik", "monitoring"]
  }
}

# Nodes that Karpenter starts join with the same role as the managed ones, for which EKS makes an entry by itself.

# --- add-ons -------------------------------------------------------------------------------------------

locals {
  addons = {
    vpc-cni = {
      before_nodes = true # without it no node becomes Ready
      role         = "vpc-cni"
      settings = {
        enableNetworkPolicy = "true" # k8s/networkpolicy.yaml is enforced by it
        env = {
          ENABLE_PREFIX_DELEGATION = "true" # 110 pods a node instead of 8 to 29 on small ones
          WARM_PREFIX_TARGET       = "1"    # one block of 16 ready: a burst of pods does not wait for EC2
        }
      }
    }
    kube-proxy             = { before_nodes = true, role = null, settings = {} }
    eks-pod-identity-agent = { before_nodes = true, role = null, settings = {} }
    coredns = {
      before_nodes = false
      role         = null
      settings     = { autoScaling = { enabled = true, minReplicas = 2, maxReplicas = 10 } }
    }
    metrics-server = {
      before_nodes = false
      role         = null
      settings     = { replicas = 2 } # the HPA is blind without it, and it is blind in the spike when its one node goes
    }
    aws-ebs-csi-driver = { before_nodes = false, role = "ebs-csi", settings = {} }
  }
}

resource "aws_eks_addon" "before_nodes" {
  for_each = { for name, addon in local.addons : name => addon if addon.before_nodes }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = lookup(var.addon_versions, each.key, null)
  configuration_values        = length(each.value.settings) > 0 ? jsonencode(each.value.settings) : null
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE" # what an operator changed in the night stays until somebody has looked

  dynamic "pod_identity_association" {
    for_each = each.value.role == null ? [] : [local.pods[each.value.role]]

    content {
      service_account = pod_identity_association.value.service_account
      role_arn        = aws_iam_role.pod[each.value.role].arn
    }
  }

  depends_on = [aws_iam_role_policy_attachment.pod]
}

resource "aws_eks_addon" "on_nodes" {
  for_each = { for name, addon in local.addons : name => addon if !addon.before_nodes }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = lookup(var.addon_versions, each.key, null)
  configuration_values        = length(each.value.settings) > 0 ? jsonencode(each.value.settings) : null
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"

  dynamic "pod_identity_association" {
    for_each = each.value.role == null ? [] : [local.pods[each.value.role]]

    content {
      service_account = pod_identity_association.value.service_account
      role_arn        = aws_iam_role.pod[each.value.role].arn
    }
  }

  depends_on = [aws_eks_node_group.system, aws_iam_role_policy_attachment.pod]
}

# --- the nodes that must be there first ----------------------------------------------------------------

resource "aws_eks_node_group" "system" {
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "system"
  node_role_arn   = aws_iam_role.service["node"].arn
  subnet_ids      = [for subnet in aws_subnet.private : subnet.id]
  version         = var.kubernetes_version
  ami_type        = "BOTTLEROCKET_ARM_64" # no shell, no package manager, a read-only root: nodes are replaced and not repaired
  capacity_type   = "ON_DEMAND"           # Karpenter itself runs here
  instance_types  = var.system_node_instance_types
  labels          = { "fashionforward/nodes" = "system" }

  scaling_config {
    min_size     = 3 # one in each zone
    desired_size = 3
    max_size     = var.system_nodes_max
  }

  update_config {
    max_unavailable = 1
  }

  node_repair_config {
    enabled = true
  }

  launch_template {
    id      = aws_launch_template.system.id
    version = aws_launch_template.system.latest_version
  }

  lifecycle {
    ignore_changes = [scaling_config[0].desired_size] # may be raised by hand before a sale
  }

  depends_on = [aws_eks_addon.before_nodes, aws_iam_role_policy_attachment.service]
}

resource "aws_launch_template" "system" {
  name                   = "${local.name}-system"
  description            = "Nodes of ${local.name} for what the cluster itself needs"
  update_default_version = true

  block_device_mappings { # the operating system, which is read-only
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = 4 # GiB
      encrypted             = true
      kms_key_id            = aws_kms_key.this["volumes"].arn
      delete_on_termination = true
    }
  }

  block_device_mappings { # images and logs
    device_name = "/dev/xvdb"

    ebs {
      volume_type           = "gp3"
      volume_size           = 40 # GiB: some thirty images; ours is 15 MB
      encrypted             = true
      kms_key_id            = aws_kms_key.this["volumes"].arn
      delete_on_termination = true
    }
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required" # a request forgery in a pod can't read the node's role
    http_put_response_hop_limit = 1          # nor can any other pod: it is one hop further away
  }

  monitoring {
    enabled = false # minutes instead of five; Prometheus looks more often
  }

  dynamic "tag_specifications" { # default_tags end at what Terraform makes; nodes and their disks are made by EC2
    for_each = toset(["instance", "volume", "network-interface"])

    content {
      resource_type = tag_specifications.key
      tags          = merge(local.cost_tags, { Name = "${local.name}-system" })
    }
  }
}
