# What Karpenter needs of AWS: the right to start and end nodes of this cluster, and a queue that tells it two minutes ahead which spot
# nodes are taken back. What nodes it starts is deploy/karpenter; its rights follow Karpenter's own list for version 1, with two taken away: it
# makes no instance profile (that is below) and reads no prices of other regions.

resource "aws_iam_instance_profile" "node" {
  name = "${local.name}-node"
  role = aws_iam_role.service["node"].name
}

resource "aws_sqs_queue" "interruptions" {
  name                      = "${local.name}-karpenter"
  message_retention_seconds = 300 # what is older has happened
  sqs_managed_sse_enabled   = true
}

data "aws_iam_policy_document" "interruptions" {
  statement {
    sid       = "EventBridgeSends"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.interruptions.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [for rule in aws_cloudwatch_event_rule.interruptions : rule.arn]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.interruptions.arn]

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

resource "aws_sqs_queue_policy" "interruptions" {
  queue_url = aws_sqs_queue.interruptions.id
  policy    = data.aws_iam_policy_document.interruptions.json
}

locals {
  interruptions = {
    spot      = { source = "aws.ec2", type = "EC2 Spot Instance Interruption Warning" }
    rebalance = { source = "aws.ec2", type = "EC2 Instance Rebalance Recommendation" }
    state     = { source = "aws.ec2", type = "EC2 Instance State-change Notification" }
    health    = { source = "aws.health", type = "AWS Health Event" }
  }
}

resource "aws_cloudwatch_event_rule" "interruptions" {
  for_each = local.interruptions

  name          = "${local.name}-karpenter-${each.key}"
  description   = "${each.value.type}, to Karpenter's queue"
  event_pattern = jsonencode({ source = [each.value.source], "detail-type" = [each.value.type] })
}

resource "aws_cloudwatch_event_target" "interruptions" {
  for_each = local.interruptions

  rule      = aws_cloudwatch_event_rule.interruptions[each.key].name
  target_id = "karpenter"
  arn       = aws_sqs_queue.interruptions.arn
}

data "aws_iam_policy_document" "karpenter" {
  statement {
    sid       = "LaunchFromImagesAndSubnets"
    actions   = ["ec2:RunInstances", "ec2:CreateFleet"]
    resources = concat(["${local.arn}:ec2:${var.region}::image/*", "${local.arn}:ec2:${var.region}::snapshot/*"], local.karpenter_network_arns)
  }

  statement {
    sid       = "LaunchFromItsTemplates"
    actions   = ["ec2:RunInstances", "ec2:CreateFleet"]
    resources = ["${local.ec2}:launch-template/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/kubernetes.io/cluster/${local.name}"
      values   = ["owned"]
    }
    condition {
      test     = "StringLike"
      variable = "aws:ResourceTag/karpenter.sh/nodepool"
      values   = ["*"]
    }
  }

  statement {
    sid       = "MakeTaggedAsTheClusters"
    actions   = ["ec2:RunInstances", "ec2:CreateFleet", "ec2:CreateLaunchTemplate"]
    resources = local.karpenter_made_arns

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes.io/cluster/${local.name}"
      values   = ["owned"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/eks:eks-cluster-name"
      values   = [local.name]
    }
    condition {
      test     = "StringLike"
      variable = "aws:RequestTag/karpenter.sh/nodepool"
      values   = ["*"]
    }
  }

  statement {
    sid       = "TagWhileMaking"
    actions   = ["ec2:CreateTags"]
    resources = local.karpenter_made_arns

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes.io/cluster/${local.name}"
      values   = ["owned"]
    }
    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["RunInstances", "CreateFleet", "CreateLaunchTemplate"]
    }
  }

  statement {
    sid       = "NameItsNodes"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.ec2}:instance/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/kubernetes.io/cluster/${local.name}"
      values   = ["owned"]
    }
    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"]
    }
  }

  statement {
    sid       = "EndItsOwn"
    actions   = ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"]
    resources = ["${local.ec2}:instance/*", "${local.ec2}:launch-template/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/kubernetes.io/cluster/${local.name}"
      values   = ["owned"]
    }
  }

  statement {
    sid = "Look"
    actions = [
      "ec2:DescribeCapacityReservations", "ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeInstanceStatus",
      "ec2:DescribeInstanceTypeOfferings", "ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplates", "ec2:DescribeSecurityGroups",
      "ec2:DescribeSpotPriceHistory", "ec2:DescribeSubnets",
    ]
    resources = ["*"] # descriptions know no resource

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  statement {
    sid       = "WhichImage"
    actions   = ["ssm:GetParameter"]
    resources = ["${local.arn}:ssm:${var.region}::parameter/aws/service/bottlerocket/*"]
  }

  statement {
    sid       = "WhatItCosts"
    actions   = ["pricing:GetProducts"]
    resources = ["*"] # the action knows no resource
  }

  statement {
    sid       = "HearOfInterruptions"
    actions   = ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
    resources = [aws_sqs_queue.interruptions.arn]
  }

  statement {
    sid       = "GiveNodesTheirRole"
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.service["node"].arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ec2.amazonaws.com"]
    }
  }

  statement {
    sid       = "ReadTheNodesProfile"
    actions   = ["iam:GetInstanceProfile"]
    resources = [aws_iam_instance_profile.node.arn]
  }

  statement {
    sid       = "LookForProfilesOfItsOwn" # there are none; it looks every now and then all the same (from 1.7 on), and logs each refusal
    actions   = ["iam:ListInstanceProfiles"]
    resources = ["*"] # the action is for all or none
  }

  statement {
    sid       = "FindTheApi"
    actions   = ["eks:DescribeCluster"]
    resources = [local.cluster_arn]
  }
}

locals {
  ec2 = "${local.arn}:ec2:${var.region}:${local.account_id}"
  # Where nodes may be: this VPC's private subnets, in the cluster's group.
  karpenter_network_arns = concat([for subnet in aws_subnet.private : subnet.arn], ["${local.ec2}:security-group/${local.cluster_security_group_id}"])
  karpenter_made_arns = [for kind in ["fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request"] :
  "${local.ec2}:${kind}/*"]
}

# Karpenter finds the security group of its nodes by tag.
resource "aws_ec2_tag" "cluster_security_group" {
  resource_id = local.cluster_security_group_id
  key         = "karpenter.sh/discovery"
  value       = local.name
}
