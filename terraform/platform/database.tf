# The database's two users, made once by a job: RDS has no way to make them from outside, and its master user is for nothing else. The job waits
# for External Secrets to bring the passwords. Run again (docs/aws.md, "Changing passwords") it gives the users their new ones.

locals {
  # deploy/components/postgres-base makes the same users where PostgreSQL is a pod.
  users_sql = file("${path.module}/../../deploy/components/postgres-base/users.sql")
}

resource "kubernetes_config_map_v1" "database_users" {
  metadata {
    name      = "database-users"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }

  data = {
    "users.sql" = local.users_sql
    "users.sh"  = file("${path.module}/database-users.sh")
  }
}

resource "kubernetes_job_v1" "database_users" {
  metadata {
    name      = "database-users"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
    labels    = { "app.kubernetes.io/component" = "database-users" }
  }

  spec {
    backoff_limit = 10 # some twenty minutes in all: RDS and External Secrets may be later

    template {
      metadata {
        labels = { "app.kubernetes.io/component" = "database-users" }
      }

      spec {
        service_account_name             = kubernetes_service_account_v1.database_users.metadata[0].name
        automount_service_account_token  = false
        enable_service_links             = false
        restart_policy                   = "OnFailure"
        termination_grace_period_seconds = 5

        security_context {
          run_as_non_root = true
          run_as_user     = 65532
          run_as_group    = 65532
          fs_group        = 65532

          seccomp_profile {
            type = "RuntimeDefault"
          }
        }

        container {
          name    = "psql"
          image   = var.database_users_image
          command = ["bash", "/etc/database-users/users.sh"]

          env {
            name  = "PGHOST"
            value = var.database_host
          }
          env {
            name  = "PGSSLROOTCERT"
            value = local.authorities
          }

          security_context {
            run_as_non_root            = true # again: left out, the provider says false here, and no pod is let in
            allow_privilege_escalation = false
            read_only_root_filesystem  = true

            capabilities {
              drop = ["ALL"]
            }
          }

          resources {
            requests = { cpu = "50m", memory = "32Mi" }
            limits   = { memory = "64Mi" }
          }

          volume_mount {
            name       = "script"
            mount_path = "/etc/database-users"
            read_only  = true
          }
          volume_mount {
            name       = "passwords"
            mount_path = "/etc/passwords"
            read_only  = true
          }
          volume_mount {
            name       = "rds-authorities"
            mount_path = "/etc/fashionforward/rds"
            read_only  = true
          }
        }

        volume {
          name = "script"

          config_map {
            name = kubernetes_config_map_v1.database_users.metadata[0].name
          }
        }
        volume {
          name = "passwords"

          secret {
            secret_name  = "database-users" # External Secrets'; the pod waits for it
            default_mode = "0440"
          }
        }
        volume {
          name = "rds-authorities"

          config_map {
            name = kubernetes_config_map_v1.rds_authorities.metadata[0].name
          }
        }
      }
    }
  }

  wait_for_completion = false # `kubectl wait` does that (docs/aws.md), with the pod's log at hand

  depends_on = [kubernetes_manifest.secret]
}

# k8s/ denies what nobody opened.
resource "kubernetes_network_policy_v1" "database_users" {
  metadata {
    name      = "database-users"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }

  spec {
    policy_types = ["Ingress", "Egress"]

    pod_selector {
      match_labels = { "app.kubernetes.io/component" = "database-users" }
    }

    egress {
      dynamic "to" {
        for_each = var.database_cidrs

        content {
          ip_block {
            cidr = to.value
          }
        }
      }
      ports {
        protocol = "TCP"
        port     = "5432"
      }
    }

    egress {
      to {
        namespace_selector {
          match_labels = { "kubernetes.io/metadata.name" = "kube-system" }
        }
        pod_selector {
          match_labels = { "k8s-app" = "kube-dns" }
        }
      }
      ports {
        protocol = "UDP"
        port     = "53"
      }
      ports {
        protocol = "TCP"
        port     = "53"
      }
    }
  }
}
