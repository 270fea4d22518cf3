# The shop's name and its certificate. The record itself is ExternalDNS' (deploy/aws/install.sh): it points to the load balancer, which exists only
# once the cluster has made it. A new zone must be delegated before its certificate can be validated: docs/aws.md, step 2.

resource "aws_route53_zone" "this" {
  # checkov:skip=CKV2_AWS_39:logs of queries must go to us-east-1 and tell nothing that the shop's own logs don't
  # checkov:skip=CKV2_AWS_38:signing needs a record in the parent zone, which is somebody else's; turn it on there first
  count = var.create_zone ? 1 : 0

  name          = var.zone_name
  comment       = "${local.name}: the shop"
  force_destroy = !local.production
}

data "aws_route53_zone" "this" {
  count = var.create_zone ? 0 : 1

  name = var.zone_name
}

locals {
  zone_id  = var.create_zone ? aws_route53_zone.this[0].zone_id : data.aws_route53_zone.this[0].zone_id
  zone_arn = "${local.arn}:route53:::hostedzone/${local.zone_id}"
}

resource "aws_acm_certificate" "this" {
  domain_name       = var.domain_name
  validation_method = "DNS" # renewed by AWS as long as the record below stands

  lifecycle {
    create_before_destroy = true
    precondition {
      condition     = var.domain_name == var.zone_name || endswith(var.domain_name, ".${var.zone_name}")
      error_message = "${var.domain_name} is not in the zone ${var.zone_name}."
    }
  }
}

resource "aws_route53_record" "certificate" {
  for_each = { for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => option }

  zone_id         = local.zone_id
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  records         = [each.value.resource_record_value]
  ttl             = 300 # s
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.certificate : record.fqdn]
}

# Only Amazon may issue for the shop's name. (Let's Encrypt too, for those who run deploy/components/tls behind a network load balancer.)
resource "aws_route53_record" "authorities" {
  zone_id = local.zone_id
  name    = var.domain_name
  type    = "CAA"
  records = ["0 issue \"amazon.com\"", "0 issue \"letsencrypt.org\""]
  ttl     = 3600 # s
}
