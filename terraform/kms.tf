# One key for each purpose: whoever may read one thing can't read the others, and a key that must be given up takes one thing with it. All
# rotate yearly. A deleted key is what can't be undone (everything under it is gone), hence the longest waiting time there is.

locals {
  keys = {
    cluster  = "Kubernetes Secrets in etcd (EKS)"
    volumes  = "Disks of nodes and pods (EBS)"
    database = "RDS: storage, snapshots, Performance Insights, the master password"
    secrets  = "Secrets Manager: what pods read"
    registry = "Container images (ECR)"
    logs     = "CloudWatch Logs"
    alarms   = "Alarms on their way (SNS)"
  }
}

resource "aws_kms_key" "this" {
  for_each = local.keys

  description             = "${local.name}: ${each.value}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key[each.key].json
  tags                    = { Name = "${local.name}-${each.key}" }
}

resource "aws_kms_alias" "this" {
  for_each = aws_kms_key.this

  name          = "alias/${local.name}-${each.key}"
  target_key_id = each.value.key_id
}

# AWS' own default: without it a key can become unmanageable for good. Who may really use it is then said by IAM policies.
data "aws_iam_policy_document" "managed_by_account" {
  # checkov:skip=CKV_AWS_109:a key's own policy; its resource is this key and nothing else
  # checkov:skip=CKV_AWS_111:as above; who of the account may use it is said by IAM policies
  # checkov:skip=CKV_AWS_356:"*" in a key's policy means this key
  statement {
    sid       = "AccountByIam"
    actions   = ["kms:*"]
    resources = ["*"] # in a key's policy: this key

    principals {
      type        = "AWS"
      identifiers = ["${local.arn}:iam::${local.account_id}:root"]
    }
  }
}

data "aws_iam_policy_document" "key" {
  for_each = local.keys

  source_policy_documents = [data.aws_iam_policy_document.managed_by_account.json]

  dynamic "statement" {
    for_each = each.key == "logs" ? [1] : []

    content {
      sid       = "Logs"
      actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["logs.${var.region}.amazonaws.com"]
      }
      condition {
        test     = "ArnLike"
        variable = "kms:EncryptionContext:aws:logs:arn"
        values   = ["${local.arn}:logs:${var.region}:${local.account_id}:log-group:*"]
      }
    }
  }

  dynamic "statement" {
    for_each = each.key == "alarms" ? [1] : []

    content {
      sid       = "Publishers"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["cloudwatch.amazonaws.com", "events.amazonaws.com", "events.rds.amazonaws.com", "budgets.amazonaws.com", "backup.amazonaws.com"]
      }
      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account_id]
      }
    }
  }

  # As AWS' own aws/ebs key: whoever of this account EC2 acts for (the service-linked role of Auto Scaling, Karpenter, the EBS driver).
  dynamic "statement" {
    for_each = each.key == "volumes" ? [1] : []

    content {
      sid       = "ThroughEc2"
      actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant", "kms:DescribeKey"]
      resources = ["*"]

      principals {
        type        = "AWS"
        identifiers = ["*"]
      }
      condition {
        test     = "StringEquals"
        variable = "kms:CallerAccount"
        values   = [local.account_id]
      }
      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ec2.${var.region}.amazonaws.com"]
      }
    }
  }
}

# --- the pipeline's signature --------------------------------------------------------------------------

# GitHub's workflows sign images without a key; Jenkins has no identity that others could check, so its agents get this one (deploy/ci/sign.sh).
# Nobody can read it, they only can have it sign. One for each account, by the name that the Jenkinsfile says.
resource "aws_kms_key" "image_signing" {
  count = length(var.image_signer_role_arns) > 0 ? 1 : 0

  description              = "${var.project}: signatures of images (cosign)"
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 30
  policy                   = data.aws_iam_policy_document.image_signing.json
  tags                     = { Name = "${var.project}-image-signing" }
}

resource "aws_kms_alias" "image_signing" {
  count = length(var.image_signer_role_arns) > 0 ? 1 : 0

  name          = "alias/${var.project}-image-signing"
  target_key_id = aws_kms_key.image_signing[0].key_id
}

data "aws_iam_policy_document" "image_signing" {
  source_policy_documents = [data.aws_iam_policy_document.managed_by_account.json]

  dynamic "statement" {
    for_each = length(var.image_signer_role_arns) > 0 ? [1] : []

    content {
      sid       = "Signers"
      actions   = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
      resources = ["*"]

      principals {
        type        = "AWS"
        identifiers = var.image_signer_role_arns
      }
    }
  }
}
