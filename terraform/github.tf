# The pipeline's roles: GitHub's own tokens instead of keys that live for years. Each role is for one job, and its trust names the one kind of
# workflow run that may have it; the account of a fork, or a branch, gets none.

locals {
  github = var.github_repository == null ? {} : {
    # Reads for `terraform plan`, in GitHub's environment of that name, which asks nobody (forks' pull requests get no token at all).
    plan = { subjects = ["repo:${var.github_repository}:environment:${var.environment}-plan"] }
    # Changes, after somebody has approved in GitHub's environment of that name. Not the one that the shop is deployed in: staging's asks nobody.
    apply = { subjects = ["repo:${var.github_repository}:environment:${var.environment}-apply"] }
    # Pushes images, from tags only.
    release = { subjects = ["repo:${var.github_repository}:ref:refs/tags/v*"] }
  }
  github_provider_arn = var.github_repository == null ? null : (
    var.create_github_provider ? aws_iam_openid_connect_provider.github[0].arn : "${local.arn}:iam::${local.account_id}:oidc-provider/${local.github_issuer}"
  )
  github_issuer = "token.actions.githubusercontent.com"
  # Everything this module names begins with its name.
  own_roles = "${local.arn}:iam::${local.account_id}:role/${local.name}-*"
}

# One for each account: the second environment in an account sets create_github_provider = false. AWS checks GitHub's certificate by its own
# list of authorities, so no thumbprint is given.
resource "aws_iam_openid_connect_provider" "github" {
  count = var.github_repository != null && var.create_github_provider ? 1 : 0

  url            = "https://${local.github_issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "assumed_by_github" {
  for_each = local.github

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.github_provider_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.github_issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = each.key == "release" ? "StringLike" : "StringEquals" # only the tag's name varies
      variable = "${local.github_issuer}:sub"
      values   = each.value.subjects
    }
  }
}

resource "aws_iam_role" "github" {
  for_each = local.github

  name                 = "${local.name}-github-${each.key}"
  description          = "${local.name}: GitHub Actions, ${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_github[each.key].json
  permissions_boundary = var.permissions_boundary_arn
  # s. An apply gets as long as its job (terraform-environment.yaml): one whose rights end half way leaves half of it, and the state's lock.
  max_session_duration = each.key == "apply" ? 7200 : 3600

  lifecycle {
    precondition {
      condition     = each.key != "apply" || var.permissions_boundary_arn != null
      error_message = "Who applies may make roles: name the policy that bounds them in permissions_boundary_arn (terraform/bootstrap makes one)."
    }
  }
}

# AWS' own read-only list, for a plan reads every kind of thing there is here; but it also reads what is in many of them, and that is taken
# away again below. Values of secrets are in neither. It writes nothing, the state's lock
# neither, so a plan takes none (`-lock=false`, deploy/ci/terraform.sh): who can create the lock's object can keep every apply out, and
# pull requests should not. A plan made during an apply can be wrong; what is applied is planned again, with the lock.
resource "aws_iam_role_policy_attachment" "github_plan" {
  count = var.github_repository == null ? 0 : 1

  role       = aws_iam_role.github["plan"].name
  policy_arn = "${local.arn}:iam::aws:policy/ReadOnlyAccess"
}

# The two things that a plan asks for and that list leaves out, and what that list has and a plan has no use for.
data "aws_iam_policy_document" "github_plan" {
  statement {
    sid       = "DecryptTheState"
    actions   = ["kms:Decrypt"]
    resources = ["${local.arn}:kms:${var.region}:${local.account_id}:key/*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "kms:ResourceAliases"
      values   = ["alias/${var.project}-terraform"] # bootstrap/ makes it
    }
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com"]
    }
  }

  # What is kept in things is nothing that a plan asks for. Pull requests' code runs with this role.
  statement {
    sid           = "NoObjectButTheState"
    effect        = "Deny"
    actions       = ["s3:GetObject*"]
    not_resources = ["${local.arn}:s3:::*/${var.environment}/terraform.tfstate"] # environments/*.s3.tfbackend
  }

  statement {
    sid    = "NoContents"
    effect = "Deny"
    actions = [
      "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "ec2:GetConsole*", "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer", "kinesis:GetRecords", "lambda:GetFunction", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord",
      "logs:GetQueryResults", "logs:StartLiveTail", "logs:StartQuery", "rds:Download*", "sqs:ReceiveMessage", "ssm:GetParameter*",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "MakeUpPasswords" # the ephemeral ones of secrets.tf: a plan makes them, too, and throws them away
    actions   = ["secretsmanager:GetRandomPassword"]
    resources = ["*"] # the action knows no resource
  }
}

resource "aws_iam_role_policy" "github_plan" {
  count = var.github_repository == null ? 0 : 1

  name   = "what-a-plan-needs"
  role   = aws_iam_role.github["plan"].name
  policy = data.aws_iam_policy_document.github_plan.json
}

# Whoever may apply this module may make anything it can describe. What keeps it in bounds: the approval in GitHub's environment, this list
# without IAM, and below it IAM for roles of this name only, under the boundary, without which a role it makes could be given any right.
resource "aws_iam_role_policy_attachment" "github_apply" {
  count = var.github_repository == null ? 0 : 1

  role       = aws_iam_role.github["apply"].name
  policy_arn = "${local.arn}:iam::aws:policy/PowerUserAccess"
}

data "aws_iam_policy_document" "github_apply" {
  statement {
    sid = "ItsOwnRoles"
    actions = [
      "iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary",
    ]
    resources = [local.own_roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [coalesce(var.permissions_boundary_arn, "none")] # the role's precondition refuses an environment without one
    }
  }

  statement {
    sid = "MaintainThem"
    actions = [
      "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies", "iam:ListRoleTags", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole", "iam:UpdateRoleDescription",
    ]
    resources = [local.own_roles]
  }

  statement {
    sid       = "PassThemToTheirServices"
    actions   = ["iam:PassRole"]
    resources = [local.own_roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = concat(values(local.services), ["pods.eks.amazonaws.com"])
    }
  }

  statement {
    sid = "NodesProfile"
    actions = [
      "iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:GetInstanceProfile",
      "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile", "iam:UntagInstanceProfile",
    ]
    resources = ["${local.arn}:iam::${local.account_id}:instance-profile/${local.name}-*"]
  }

  statement {
    sid       = "ReadTheProviderOfTokens"
    actions   = ["iam:GetOpenIDConnectProvider"]
    resources = ["${local.arn}:iam::${local.account_id}:oidc-provider/${local.github_issuer}"]
  }
}

resource "aws_iam_role_policy" "github_apply" {
  count = var.github_repository == null ? 0 : 1

  name   = "own-roles"
  role   = aws_iam_role.github["apply"].name
  policy = data.aws_iam_policy_document.github_apply.json
}

data "aws_iam_policy_document" "github_release" {
  statement {
    sid       = "LogIn"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # the action knows no resource
  }

  statement {
    sid = "PushAndReadBack"
    actions = [
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
    ]
    resources = [for repository in aws_ecr_repository.this : repository.arn]
  }
}

resource "aws_iam_role_policy" "github_release" {
  count = var.github_repository == null ? 0 : 1

  name   = "push-images"
  role   = aws_iam_role.github["release"].name
  policy = data.aws_iam_policy_document.github_release.json
}
