# What the next step needs (platform/, kubectl, a person). Nothing here is secret.

output "region" {
  description = "Where all of it is."
  value       = var.region
}

output "cluster_name" {
  description = "For `aws eks update-kubeconfig --name`."
  value       = aws_eks_cluster.this.name
}

output "cluster_endpoint" {
  description = "Address of the Kubernetes API; private unless endpoint_public_access_cidrs says otherwise."
  value       = aws_eks_cluster.this.endpoint
}

output "vpc_id" {
  description = "The VPC that all of it is in."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "Subnets of nodes and pods, by zone."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
}

output "public_subnet_ids" {
  description = "Subnets of load balancers, by zone."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "database_host" {
  description = "Name of the primary, also after a failover."
  value       = aws_db_instance.this.address
}

output "database_connections" {
  description = "The connection budget: what the shop may open, what is reserved for others, max_connections, and what the class has memory for."
  value = {
    shop     = local.shop_connections
    reserved = local.connections_reserved
    limit    = local.connections_max
    class    = local.connections_by_class_max
  }
}

output "database_master_secret_arn" {
  description = "Secret in which RDS keeps the master user's password."
  value       = local.database_master_secret_arn
}

output "secret_names" {
  description = "Names in Secrets Manager of what pods read."
  value       = { for purpose, secret in aws_secretsmanager_secret.this : purpose => secret.name }
}

output "repository_urls" {
  description = "Where images are pushed to, by name."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "pod_role_arns" {
  description = "Roles of pods, by purpose. They are bound already (EKS Pod Identity): nothing needs annotating."
  value       = { for name, role in aws_iam_role.pod : name => role.arn }
}

output "github_role_arns" {
  description = "Roles of the pipeline (plan, apply, release), for its variables."
  value       = { for job, role in aws_iam_role.github : job => role.arn }
}

output "zone_name_servers" {
  description = "Name servers to delegate the zone to, where it was made here."
  value       = var.create_zone ? aws_route53_zone.this[0].name_servers : []
}

output "zone" {
  description = "The zone that the shop's name is in: its name and its id, for ExternalDNS."
  value       = { name = var.zone_name, id = local.zone_id }
}

output "certificate_arn" {
  description = "The shop's validated certificate."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "alarm_topic_arn" {
  description = "Topic that all alarms go to."
  value       = aws_sns_topic.alarms.arn
}

output "karpenter" {
  description = "What Karpenter's chart and deploy/karpenter are told."
  value = {
    cluster          = aws_eks_cluster.this.name
    queue            = aws_sqs_queue.interruptions.name
    instance_profile = aws_iam_instance_profile.node.name
    volumes_key_arn  = aws_kms_key.this["volumes"].arn
  }
}

output "platform" {
  description = "The variables of platform/, whole: `terraform output -json platform > platform/from-aws.auto.tfvars.json`."
  value = {
    name               = local.name
    region             = var.region
    database_host      = aws_db_instance.this.address
    database_cidrs     = [for cidr in values(local.database_subnets) : cidr]
    secret_names       = { for purpose, secret in aws_secretsmanager_secret.this : purpose => secret.name }
    master_secret_arn  = local.database_master_secret_arn
    volumes_key_arn    = aws_kms_key.this["volumes"].arn
    certificate_arn    = aws_acm_certificate_validation.this.certificate_arn
    domain_name        = var.domain_name
    load_balancer      = { security_group_id = aws_security_group.load_balancer.id, subnet_ids = [for subnet in aws_subnet.public : subnet.id] }
    web_acl_arn        = var.waf_enabled ? aws_wafv2_web_acl.this[0].arn : "none"
    tags               = local.cost_tags
    shop_pods_max      = var.shop_pods_max
    shop_rollout_surge = var.shop_rollout_surge
  }
}
