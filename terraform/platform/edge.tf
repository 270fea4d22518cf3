# The way in: a public load balancer (made by AWS' controller for this Ingress) with the shop's certificate and, where wanted, the web ACL. It
# sends everything to the ingress controller of class nginx, which knows what the shop's own Ingress says (canary, retries). Between the two
# it is TLS again, with whatever certificate the ingress controller has: a load balancer does not check it, the security group does the rest.

resource "kubernetes_ingress_v1" "edge" {
  metadata {
    name      = "edge"
    namespace = var.ingress_namespace

    annotations = {
      "alb.ingress.kubernetes.io/scheme"                              = "internet-facing"
      "alb.ingress.kubernetes.io/target-type"                         = "ip" # straight to pods: no node in between that may be leaving
      "alb.ingress.kubernetes.io/subnets"                             = join(",", var.load_balancer.subnet_ids)
      "alb.ingress.kubernetes.io/security-groups"                     = var.load_balancer.security_group_id
      "alb.ingress.kubernetes.io/manage-backend-security-group-rules" = "false" # ../vpc.tf has them
      "alb.ingress.kubernetes.io/listen-ports"                        = jsonencode([{ HTTP = 80 }, { HTTPS = 443 }])
      "alb.ingress.kubernetes.io/ssl-redirect"                        = "443"
      "alb.ingress.kubernetes.io/certificate-arn"                     = var.certificate_arn
      "alb.ingress.kubernetes.io/ssl-policy"                          = "ELBSecurityPolicy-TLS13-1-2-2021-06" # TLS 1.2 and 1.3
      "alb.ingress.kubernetes.io/backend-protocol"                    = "HTTPS"
      "alb.ingress.kubernetes.io/healthcheck-protocol"                = "HTTPS"
      "alb.ingress.kubernetes.io/healthcheck-path"                    = "/ping" # on the same port: the security group opens no other
      "alb.ingress.kubernetes.io/healthcheck-interval-seconds"        = "5"
      "alb.ingress.kubernetes.io/healthcheck-timeout-seconds"         = "2"
      "alb.ingress.kubernetes.io/healthy-threshold-count"             = "2"
      "alb.ingress.kubernetes.io/unhealthy-threshold-count"           = "2"
      # idle: the ingress controller keeps its connections for 180 s, longer than this, or the balancer writes into one that is being closed.
      "alb.ingress.kubernetes.io/load-balancer-attributes" = join(",", [
        "idle_timeout.timeout_seconds=60", "routing.http.drop_invalid_header_fields.enabled=true", "deletion_protection.enabled=false",
      ])
      # A pod of the ingress controller that ends gets 30 s for what it works on: a request takes 30 s at most.
      "alb.ingress.kubernetes.io/target-group-attributes" = "deregistration_delay.timeout_seconds=30"
      "alb.ingress.kubernetes.io/wafv2-acl-arn"           = var.web_acl_arn # "none" lets go of one that was there; without a word it would stay
      "external-dns.alpha.kubernetes.io/hostname"         = var.domain_name
    }
  }

  spec {
    ingress_class_name = "alb"

    rule {
      host = var.domain_name

      http {
        path {
          path      = "/"
          path_type = "Prefix"

          backend {
            service {
              name = "traefik"

              port {
                name = "websecure"
              }
            }
          }
        }
      }
    }
  }
}
