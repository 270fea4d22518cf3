# The shop's namespace and what bounds it. k8s/ describes the namespace as well, in the same words; Terraform's is there first, since the secrets
# need one, and `kubectl apply -k` then finds nothing to change.

resource "kubernetes_namespace_v1" "shop" {
  metadata {
    name = var.namespace
    labels = {
      "app.kubernetes.io/name"    = "fashionforward"
      "app.kubernetes.io/part-of" = "fashionforward"
      # k8s/namespace.yaml has the reasons
      "pod-security.kubernetes.io/enforce"         = "restricted"
      "pod-security.kubernetes.io/enforce-version" = "latest"
      "pod-security.kubernetes.io/warn"            = "restricted"
      "pod-security.kubernetes.io/warn-version"    = "latest"
    }
  }

  lifecycle {
    ignore_changes = [metadata[0].annotations] # kubectl's
  }
}

locals {
  # Pods that may be there at once: two colours, each with its surge and as many that drain, the payment gateway, and some by hand.
  pods_max = 2 * (2 * var.shop_pods_max + var.shop_rollout_surge) + 4
}

# A mistake in an autoscaler stops here and not at the bill: it bounds what Karpenter is asked for.
resource "kubernetes_resource_quota_v1" "shop" {
  metadata {
    name      = "shop"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }

  spec {
    hard = {
      pods                     = tostring(local.pods_max)
      "requests.cpu"           = tostring(local.pods_max)               # a core each (k8s/deployment.yaml)
      "requests.memory"        = "${local.pods_max * 256}Mi"            # 256 MiB each
      "limits.memory"          = "${local.pods_max * 256 + 4 * 1024}Mi" # the gateway and jobs by hand may have 1 GiB each
      "requests.storage"       = "20Gi"                                 # the gateway's books take 1
      persistentvolumeclaims   = "4"
      "services.loadbalancers" = "0" # the way in is the ingress controller's
      "services.nodeports"     = "0"
    }
  }
}

# Pods without requests would be refused by the quota with a message that nobody understands; they get these.
resource "kubernetes_limit_range_v1" "shop" {
  metadata {
    name      = "defaults"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }

  spec {
    limit {
      type            = "Container"
      default_request = { cpu = "100m", memory = "64Mi" }
      default         = { memory = "256Mi" } # no limit of processor time: it would be one that nobody chose
    }
  }
}

# Who goes first when nodes are short: the shop before what runs beside it. (The cluster's own pods are above it: system-*-critical.)
resource "kubernetes_priority_class_v1" "shop" {
  metadata {
    name = "${var.namespace}-shop"
  }

  value       = 1000000
  description = "Pods that shoppers wait for"
}

# The pods' own account is part of k8s/ (it has no rights and no token). This one is for the job below.
resource "kubernetes_service_account_v1" "database_users" {
  metadata {
    name      = "database-users"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }

  automount_service_account_token = false
}
