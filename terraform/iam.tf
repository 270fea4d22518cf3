# Who may do what: one role for each thing, each assumable by that one thing. Wildcards in these policies are refused by
# tests/terraform/test_policies.py unless they stand on its short list with their reason.
#
# Pods get their roles by EKS Pod Identity: the agent on each node hands out credentials for one service account of one namespace. The
# trust policies name both again (session tags that only EKS can set), so that a role is of no use to an association somebody adds later.

locals {
  # Roles that an AWS service assumes.
  services = {
    cluster        = "eks.amazonaws.com"
    node           = "ec2.amazonaws.com"
    flow-log       = "vpc-flow-logs.amazonaws.com"
    rds-monitoring = "monitoring.rds.amazonaws.com"
    backup         = "backup.amazonaws.com"
  }

  # Managed policies, where AWS keeps the list of rights in step with its own service.
  managed_policies = {
    cluster        = ["AmazonEKSClusterPolicy"]
    node           = ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"]
    flow-log       = []
    rds-monitoring = ["service-role/AmazonRDSEnhancedMonitoringRole"]
    backup         = ["service-role/AWSBackupServiceRolePolicyForBackup", "service-role/AWSBackupServiceRolePolicyForRestores"]
  }

  # Roles that pods get: of which service account.
  pods = {
    vpc-cni          = { namespace = "kube-system", service_account = "aws-node" }
    ebs-csi          = { namespace = "kube-system", service_account = "ebs-csi-controller-sa" }
    karpenter        = { namespace = "kube-system", service_account = "karpenter" }
    load-balancer    = { namespace = "kube-system", service_account = "aws-load-balancer-controller" }
    external-secrets = { namespace = "external-secrets", service_account = "external-secrets" }
    external-dns     = { namespace = "external-dns", service_account = "external-dns" }
  }

  # Add-ons carry their association themselves (eks.tf), the others (deploy/aws/install.sh) get one here.
  pods_of_addons = toset(["vpc-cni", "ebs-csi"])

  pod_policies = {
    karpenter        = data.aws_iam_policy_document.karpenter.json
    load-balancer    = data.aws_iam_policy_document.load_balancer.json
    external-secrets = data.aws_iam_policy_document.external_secrets.json
    external-dns     = data.aws_iam_policy_document.external_dns.json
  }

  pod_managed_policies = {
    vpc-cni = "AmazonEKS_CNI_Policy"
    ebs-csi = "service-role/AmazonEBSCSIDriverPolicy"
  }
}

# --- roles of services ---------------------------------------------------------------------------------

data "aws_iam_policy_document" "assumed_by_service" {
  for_each = local.services

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.value]
    }

    # A service acts for many accounts: only for this one. EC2 hands roles to its own instances and sends no source.
    dynamic "condition" {
      for_each = each.key == "node" ? [] : [1]

      content {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account_id]
      }
    }
  }
}

resource "aws_iam_role" "service" {
  for_each = local.services

  name                 = "${local.name}-${each.key}"
  description          = "${local.name}: assumed by ${each.value}"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_service[each.key].json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy_attachment" "service" {
  for_each = { for pair in flatten([
    for role, policies in local.managed_policies : [for policy in policies : { role = role, policy = policy }]
  ]) : "${pair.role}/${pair.policy}" => pair }

  role       = aws_iam_role.service[each.value.role].name
  policy_arn = "${local.arn}:iam::aws:policy/${each.value.policy}"
}

data "aws_iam_policy_document" "flow_log" {
  statement {
    sid       = "WriteItsOwnGroup"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    resources = ["${aws_cloudwatch_log_group.flow_log.arn}:*"]
  }
}

resource "aws_iam_role_policy" "flow_log" {
  name   = "flow-log"
  role   = aws_iam_role.service["flow-log"].name
  policy = data.aws_iam_policy_document.flow_log.json
}

data "aws_iam_policy_document" "cluster_key" {
  statement {
    sid       = "EncryptSecrets"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:CreateGrant", "kms:ListGrants"]
    resources = [aws_kms_key.this["cluster"].arn]
  }
}

resource "aws_iam_role_policy" "cluster_key" {
  name   = "secrets-encryption"
  role   = aws_iam_role.service["cluster"].name
  policy = data.aws_iam_policy_document.cluster_key.json
}

# --- roles of pods -------------------------------------------------------------------------------------

data "aws_iam_policy_document" "assumed_by_pod" {
  for_each = local.pods

  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.cluster_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = [each.value.namespace]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = [each.value.service_account]
    }
  }
}

resource "aws_iam_role" "pod" {
  for_each = local.pods

  name                 = "${local.name}-${each.key}"
  description          = "${local.name}: pods of ${each.value.namespace}/${each.value.service_account}"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_pod[each.key].json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "pod" {
  for_each = local.pod_policies

  name   = each.key
  role   = aws_iam_role.pod[each.key].name
  policy = each.value
}

resource "aws_iam_role_policy_attachment" "pod" {
  for_each = local.pod_managed_policies

  role       = aws_iam_role.pod[each.key].name
  policy_arn = "${local.arn}:iam::aws:policy/${each.value}"
}

resource "aws_eks_pod_identity_association" "this" {
  for_each = { for name, pod in local.pods : name => pod if !contains(local.pods_of_addons, name) }

  cluster_name    = aws_eks_cluster.this.name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.pod[each.key].arn
}

# The EBS driver encrypts what pods store by the volumes' key (platform/storage.tf).
data "aws_iam_policy_document" "ebs_key" {
  statement {
    sid       = "UseTheVolumesKey"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"]
    resources = [aws_kms_key.this["volumes"].arn]
  }

  statement {
    sid       = "LetEc2UseIt"
    actions   = ["kms:CreateGrant"]
    resources = [aws_kms_key.this["volumes"].arn]

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }
}

resource "aws_iam_role_policy" "ebs_key" {
  name   = "volumes-key"
  role   = aws_iam_role.pod["ebs-csi"].name
  policy = data.aws_iam_policy_document.ebs_key.json
}

# External Secrets reads the shop's secrets and the database's master secret, and no other of the account.
data "aws_iam_policy_document" "external_secrets" {
  statement {
    sid       = "ReadTheShopsSecrets"
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    resources = concat([for secret in aws_secretsmanager_secret.this : secret.arn], [local.database_master_secret_arn])
  }

  statement {
    sid       = "DecryptThem"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.this["secrets"].arn, aws_kms_key.this["database"].arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.amazonaws.com"]
    }
  }
}

# ExternalDNS: the shop's own name, and the TXT records by which it knows what it has made. It is told this zone's id (deploy/aws/install.sh): of
# another zone of the account, like staging's below this one's name, it may read nothing, and the first refusal ends its round.
data "aws_iam_policy_document" "external_dns" {
  statement {
    sid       = "ChangeTheShopsRecords"
    actions   = ["route53:ChangeResourceRecordSets"]
    resources = [local.zone_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
      values   = [var.domain_name, "*-${var.domain_name}"] # "cname-shop.example.com": its own marks
    }
    condition {
      test     = "ForAllValues:StringEquals"
      variable = "route53:ChangeResourceRecordSetsRecordTypes"
      values   = ["A", "AAAA", "TXT"]
    }
  }

  statement {
    sid       = "ReadTheZone"
    actions   = ["route53:ListResourceRecordSets", "route53:ListTagsForResources"]
    resources = [local.zone_arn]
  }

  statement {
    sid       = "FindTheZone"
    actions   = ["route53:ListHostedZones"]
    resources = ["*"] # the action knows no resource
  }
}

# The load balancer controller, without what it does not do here: security groups are Terraform's, and so is the web ACL; it only attaches.
data "aws_iam_policy_document" "load_balancer" {
  # checkov:skip=CKV_AWS_356:only the statement Look has "*": descriptions know no resource
  statement {
    sid = "Look"
    actions = [
      "acm:DescribeCertificate", "acm:ListCertificates", "ec2:DescribeAccountAttributes", "ec2:DescribeAddresses",
      "ec2:DescribeAvailabilityZones", "ec2:DescribeInstances", "ec2:DescribeInternetGateways", "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVpcs",
      "ec2:GetSecurityGroupsForVpc", "elasticloadbalancing:DescribeCapacityReservation", "elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListenerCertificates",
      "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeLoadBalancerAttributes",
      "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeSSLPolicies",
      "elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
      "wafv2:GetWebACL", "wafv2:GetWebACLForResource",
    ]
    resources = ["*"] # descriptions know no resource
  }

  statement {
    sid       = "CreateTaggedAsTheClusters"
    actions   = ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"]
    resources = local.load_balancing_arns

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/elbv2.k8s.aws/cluster"
      values   = [local.name]
    }
  }

  statement {
    sid       = "TagWhileCreating"
    actions   = ["elasticloadbalancing:AddTags"]
    resources = concat(local.load_balancing_arns, local.listener_arns)

    condition {
      test     = "StringEquals"
      variable = "elasticloadbalancing:CreateAction"
      values   = ["CreateLoadBalancer", "CreateTargetGroup", "CreateListener", "CreateRule"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/elbv2.k8s.aws/cluster"
      values   = [local.name]
    }
  }

  statement {
    sid = "ChangeTheClusters"
    actions = [
      "elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags", "elasticloadbalancing:DeleteLoadBalancer",
      "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:ModifyLoadBalancerAttributes",
      "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes",
      "elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:SetIpAddressType",
      "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets", "elasticloadbalancing:SetWebAcl",
      "elasticloadbalancing:CreateListener", "elasticloadbalancing:DeleteListener", "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyListenerAttributes", "elasticloadbalancing:CreateRule", "elasticloadbalancing:DeleteRule",
      "elasticloadbalancing:ModifyRule", "elasticloadbalancing:SetRulePriorities", "elasticloadbalancing:AddListenerCertificates",
      "elasticloadbalancing:RemoveListenerCertificates",
    ]
    resources = concat(local.load_balancing_arns, local.listener_arns)

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/elbv2.k8s.aws/cluster"
      values   = [local.name]
    }
  }

  # By its name and not by the ACL itself: without one, too, or the controller could not let go of the one that was there.
  statement {
    sid       = "AttachTheWebAcl"
    actions   = ["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"]
    resources = concat(["${local.arn}:wafv2:${var.region}:${local.account_id}:regional/webacl/${local.name}/*"], local.load_balancing_arns)
  }
}

locals {
  elb = "${local.arn}:elasticloadbalancing:${var.region}:${local.account_id}"
  # Names that the controller gives: k8s-NAMESPACE-NAME-HASH (platform/edge.tf asks for no other), so its rights end there.
  load_balancing_arns = ["${local.elb}:loadbalancer/app/k8s-*", "${local.elb}:targetgroup/k8s-*"]
  listener_arns       = ["${local.elb}:listener/app/k8s-*", "${local.elb}:listener-rule/app/k8s-*"]
}
