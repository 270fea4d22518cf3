# What no role of an environment may do, whatever its own policies say: become more than it is. Environments name it as permissions_boundary_arn;
# the pipeline's role that applies can make roles only under it, and is under it itself.

resource "aws_iam_policy" "boundary" {
  name        = local.boundary
  description = "${var.project}: what the roles of its environments can't do"
  policy      = data.aws_iam_policy_document.boundary.json
}

data "aws_iam_policy_document" "boundary" {
  # checkov:skip=CKV_AWS_1:a boundary gives nobody a right, it is what is left of those that policies give
  # checkov:skip=CKV_AWS_49:a boundary gives nobody a right, it is what is left of those that policies give
  # checkov:skip=CKV_AWS_107:a boundary gives nobody a right, it is what is left of those that policies give
  # checkov:skip=CKV_AWS_108:a boundary gives nobody a right, it is what is left of those that policies give
  # checkov:skip=CKV_AWS_109:a boundary gives nobody a right, it is what is left of those that policies give
  # checkov:skip=CKV_AWS_110:a boundary gives nobody a right, it is what is left of those that policies give
  # checkov:skip=CKV_AWS_111:a boundary gives nobody a right, it is what is left of those that policies give
  # checkov:skip=CKV_AWS_356:a boundary gives nobody a right, it is what is left of those that policies give
  statement {
    sid       = "WhatTheirPoliciesSay"
    actions   = ["*"]
    resources = ["*"]
  }

  statement {
    sid       = "NoRoleWithoutThisBoundary"
    effect    = "Deny"
    actions   = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
    resources = ["*"]

    condition {
      test     = "StringNotEquals"
      variable = "iam:PermissionsBoundary"
      values   = [local.boundary_arn]
    }
  }

  statement {
    sid    = "NoWayAroundIt"
    effect = "Deny"
    actions = [
      "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreateLoginProfile",
      "iam:CreatePolicyVersion", "iam:CreateUser", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:DeleteRolePermissionsBoundary",
      "iam:PutGroupPolicy", "iam:PutUserPolicy", "iam:SetDefaultPolicyVersion", "iam:UpdateLoginProfile", "organizations:*", "account:*",
    ]
    resources = ["*"]
  }
}

locals {
  boundary     = "${var.project}-boundary"
  boundary_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/${local.boundary}"
}
