# The bucket that holds the states of all environments: once for each account, before everything else. Who has the state knows the whole plan of
# the house (though no password: secrets.tf in the folder above), and who loses it must take things over one by one; so it is encrypted,
# versioned, unreadable without TLS, never public, and can't be destroyed by the way.

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = var.project, Environment = "shared", ManagedBy = "terraform" }
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  bucket = coalesce(var.bucket, "${var.project}-terraform-${data.aws_caller_identity.current.account_id}-${var.region}")
}

resource "aws_kms_key" "state" {
  description             = "${var.project}: Terraform's states"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "state" {
  name          = "alias/${var.project}-terraform"
  target_key_id = aws_kms_key.state.key_id
}

data "aws_iam_policy_document" "key" {
  # checkov:skip=CKV_AWS_109:a key's own policy; its resource is this key and nothing else
  # checkov:skip=CKV_AWS_111:as above; who of the account may use it is said by IAM policies
  # checkov:skip=CKV_AWS_356:"*" in a key's policy means this key
  statement {
    sid       = "AccountByIam"
    actions   = ["kms:*"]
    resources = ["*"] # in a key's policy: this key

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
}

resource "aws_s3_bucket" "state" {
  # checkov:skip=CKV_AWS_18:CloudTrail's data events tell who read it, if the organisation keeps them; a bucket of logs would need one of its own
  # checkov:skip=CKV_AWS_144:versioned; what a lost region takes with it can't be applied there anyway
  # checkov:skip=CKV2_AWS_62:nobody waits for a change of the state
  bucket = local.bucket

  lifecycle {
    prevent_destroy = true # remove this line to mean it
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled" # a state that was written wrong is one version back
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.state.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = 365
      newer_noncurrent_versions = 100
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.state]
}

data "aws_iam_policy_document" "state" {
  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = data.aws_iam_policy_document.state.json

  depends_on = [aws_s3_bucket_public_access_block.state]
}
