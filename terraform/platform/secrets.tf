# The Kubernetes Secrets that k8s/ names, made and kept up to date by External Secrets from Secrets Manager. Its pods have the right to read
# them (Pod Identity, ../iam.tf), so nothing is authenticated here. Its resource kinds must be in the cluster before this is planned: docs/aws.md.

locals {
  authorities = "/etc/fashionforward/rds/global-bundle.pem" # where deploy/overlays/eks/web.yaml mounts it
  database    = "${var.database_host}/shop?sslmode=verify-full&sslrootcert=${local.authorities}"

  # Secret's name -> what is in it: `values` as they are, `from` out of Secrets Manager.
  secrets = {
    fashionforward-database = {
      values = { url = "postgres://shop@${local.database}" }
      from   = { password = { key = var.secret_names["database-shop"], property = null } }
    }
    fashionforward-migration = {
      values = { url = "postgres://shop_owner@${local.database}" }
      from   = { password = { key = var.secret_names["database-owner"], property = null } }
    }
    payment-gateway = {
      values = {}
      from   = { token = { key = var.secret_names["payment-gateway"], property = null } }
    }
    database-users = { # for the job in database.tf alone
      values = {}
      from = {
        master = { key = var.master_secret_arn, property = "password" }
        owner  = { key = var.secret_names["database-owner"], property = null }
        shop   = { key = var.secret_names["database-shop"], property = null }
      }
    }
  }
}

resource "kubernetes_manifest" "secret_store" {
  manifest = {
    apiVersion = "external-secrets.io/v1"
    kind       = "SecretStore"
    metadata   = { name = "aws", namespace = kubernetes_namespace_v1.shop.metadata[0].name }
    spec       = { provider = { aws = { service = "SecretsManager", region = var.region } } }
  }
}

resource "kubernetes_manifest" "secret" {
  for_each = local.secrets

  manifest = {
    apiVersion = "external-secrets.io/v1"
    kind       = "ExternalSecret"
    metadata   = { name = each.key, namespace = kubernetes_namespace_v1.shop.metadata[0].name }
    spec = {
      refreshInterval = "5m0s" # so long after a change pods read the new one, at their next connect
      secretStoreRef  = { kind = "SecretStore", name = "aws" }
      target = {
        name           = each.key
        creationPolicy = "Owner"
        template = {
          engineVersion = "v2"
          data          = merge(each.value.values, { for field in keys(each.value.from) : field => "{{ .${field} }}" })
        }
      }
      data = [for field, source in each.value.from : {
        secretKey = field
        remoteRef = merge({ key = source.key }, source.property == null ? {} : { property = source.property })
      }]
    }
  }

  # Filled in by External Secrets' own defaults.
  computed_fields = ["metadata.labels", "metadata.annotations", "metadata.finalizers", "spec.target", "spec.data", "spec.secretStoreRef"]

  depends_on = [kubernetes_manifest.secret_store]
}

# What RDS' certificates are checked by.
resource "kubernetes_config_map_v1" "rds_authorities" {
  metadata {
    name      = "rds-authorities"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }

  data = { "global-bundle.pem" = file(var.rds_authorities) }
}
