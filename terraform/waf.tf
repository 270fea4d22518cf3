# A web ACL in front of the load balancer, off by default: the shop refuses what is too much by itself, in an order that it knows and the ACL
# does not (docs/overload.md), and the ACL costs money for each million requests. It is worth having against single clients that flood, and
# by address: a shopper's address may be a whole office or a mobile network, so the limits are far above one person's.

resource "aws_wafv2_web_acl" "this" {
  count = var.waf_enabled ? 1 : 0

  name        = local.name
  description = "The shop's public load balancer"
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "checkouts-by-address"
    priority = 1

    action {
      block {
        custom_response { # what the shop itself says, so that its clients know what to do
          response_code = 429
          response_header {
            name  = "Retry-After"
            value = "60"
          }
        }
      }
    }

    statement {
      rate_based_statement {
        limit                 = var.waf_checkouts_limit
        evaluation_window_sec = 60
        aggregate_key_type    = "IP"

        scope_down_statement { # orders placed, by the API or by the storefront's form; looking at the form or at an order is no checkout
          and_statement {
            statement {
              byte_match_statement {
                search_string         = "POST"
                positional_constraint = "EXACTLY"
                field_to_match {
                  method {}
                }
                text_transformation {
                  priority = 0
                  type     = "NONE"
                }
              }
            }
            statement {
              or_statement {
                dynamic "statement" {
                  for_each = ["/api/v1/checkouts", "/checkout"]

                  content {
                    byte_match_statement {
                      search_string         = statement.value
                      positional_constraint = "STARTS_WITH"
                      field_to_match {
                        uri_path {}
                      }
                      text_transformation {
                        priority = 0
                        type     = "NORMALIZE_PATH"
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "checkouts-by-address"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "requests-by-address"
    priority = 2

    action {
      block {
        custom_response {
          response_code = 429
          response_header {
            name  = "Retry-After"
            value = "60"
          }
        }
      }
    }

    statement {
      rate_based_statement {
        limit                 = var.waf_requests_limit
        evaluation_window_sec = 60
        aggregate_key_type    = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "requests-by-address"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = { AWSManagedRulesAmazonIpReputationList = 3, AWSManagedRulesKnownBadInputsRuleSet = 4 }

    content {
      name     = rule.key
      priority = rule.value

      override_action {
        none {} # as AWS wrote them: these two refuse addresses of known attackers and exploits of named bugs, and no shopper's text
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = local.name
    sampled_requests_enabled   = true
  }
}

resource "aws_cloudwatch_log_group" "waf" {
  count = var.waf_enabled ? 1 : 0

  name              = "aws-waf-logs-${local.name}" # the prefix is AWS' condition
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this["logs"].arn
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  count = var.waf_enabled ? 1 : 0

  resource_arn            = aws_wafv2_web_acl.this[0].arn
  log_destination_configs = [aws_cloudwatch_log_group.waf[0].arn]

  redacted_fields { # whose cart it is
    single_header {
      name = "cookie"
    }
  }

  logging_filter { # what was let through is in the shop's own log
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      condition {
        action_condition {
          action = "BLOCK"
        }
      }
    }
  }
}
