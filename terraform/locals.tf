# Names and facts that several files share.
data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_availability_zones" "available" {
  # checkov:skip=CKV_AWS_394:a fourth zone changes nothing, the first three are taken; availability_zones pins them by name
  state = "available"

  filter { # no Local Zones: they hold neither RDS Multi-AZ nor NAT gateways
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  name       = "${var.project}-${var.environment}"
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  arn        = "arn:${local.partition}"
  zones      = length(var.availability_zones) > 0 ? var.availability_zones : slice(data.aws_availability_zones.available.names, 0, 3)
  production = var.environment == "production"
  # By its name and not from the cluster itself: policies that name it are then known, and unchanged, while the cluster changes.
  cluster_arn = "${local.arn}:eks:${var.region}:${local.account_id}:cluster/${local.name}"

  # What tells costs apart. default_tags end at what Terraform makes itself; whoever makes things for the cluster is told these, too.
  cost_tags = { Project = var.project, Environment = var.environment }

  # The namespaces and service accounts that roles are bound to. Those of add-ons are AWS' own names, the others those of the charts that
  # docs/aws.md installs.
  shop_namespace = "fashionforward"
}
