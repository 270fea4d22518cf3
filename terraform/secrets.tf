# What pods must know and nobody else: made by AWS, written once, never in the state (ephemeral values and write-only arguments).
# External Secrets brings them into the cluster as the Kubernetes Secrets that k8s/ names (platform/secrets.tf).
#
# To change them all: raise secrets_version, apply, and run the job that gives the database's users their new passwords (docs/aws.md).

locals {
  secrets = {
    database-shop   = "The password of the database user that the shop's pods are"
    database-owner  = "The password of the database user that owns the tables: migrations only"
    payment-gateway = "The token that the payment gateway takes from the shop's pods"
  }
}

ephemeral "aws_secretsmanager_random_password" "this" {
  for_each = local.secrets

  password_length     = 40
  exclude_punctuation = true # 238 bits without any that a URL or a shell would take for its own
}

resource "aws_secretsmanager_secret" "this" {
  # checkov:skip=CKV2_AWS_57:changed by raising secrets_version; rotating by the clock needs a function with rights to the database, which nobody else has
  for_each = local.secrets

  name_prefix             = "${var.project}/${var.environment}/${each.key}-" # a name in its recovery window can't be taken again
  description             = each.value
  kms_key_id              = aws_kms_key.this["secrets"].arn
  recovery_window_in_days = local.production ? 30 : 0
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = local.secrets

  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this[each.key].random_password
  secret_string_wo_version = var.secrets_version
}
