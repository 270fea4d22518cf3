# AWS, with the tags that every resource carries, so that costs and left-overs can be told apart by project and environment. The Kubernetes
# provider is configured in platform/: a provider whose cluster is made in the same apply can't be planned before it, nor destroyed after it.
provider "aws" {
  region              = var.region
  allowed_account_ids = var.account_id == null ? null : [var.account_id]

  default_tags {
    tags = merge(var.tags, local.cost_tags, { ManagedBy = "terraform" })
  }
}
