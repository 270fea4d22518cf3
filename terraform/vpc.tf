# The network: three zones, in each a public, a private and a database subnet.
#
# The plan of addresses, for the default /16 (65,536 addresses):
#   private   one eighth each (/19: 8,187 usable)  nodes and pods. A pod has an address of the VPC. With prefix delegation a node takes
#             blocks of 16 (/28), so what matters is that whole blocks are free: the upper half of each /19 is kept for them (256 blocks,
#             some 2,000 pods a zone even when half of every block is unused). Ten pods of the shop need none of that; whoever
#             shares the cluster does.
#   public    one 256th each (/24)                 load balancers (at least 8 free addresses each) and NAT gateways
#   database  one 256th each (/24)                 RDS, with room for a replica, a restored copy and a blue/green upgrade beside it
# More than half stays free, for what nobody has thought of yet.

locals {
  zone_numbers     = { for number, zone in local.zones : zone => number }
  private_subnets  = { for zone, number in local.zone_numbers : zone => cidrsubnet(var.vpc_cidr, 3, number) }
  public_subnets   = { for zone, number in local.zone_numbers : zone => cidrsubnet(var.vpc_cidr, 8, 96 + number) }
  database_subnets = { for zone, number in local.zone_numbers : zone => cidrsubnet(var.vpc_cidr, 8, 112 + number) }
  nat_zones        = var.nat_gateways == "per_zone" ? local.zones : slice(local.zones, 0, 1)
}

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # interface endpoints and the cluster's private endpoint are found by name
  tags                 = { Name = local.name }

  lifecycle {
    precondition {
      condition     = length(local.zones) == 3
      error_message = "Three availability zones are needed; ${var.region} offers ${length(local.zones)}."
    }
  }
}

# The VPC's default group lets its members speak with each other and the world; nothing uses it, and nothing shall by accident.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-default-closed" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = local.name }
}

# --- subnets -------------------------------------------------------------------------------------------

resource "aws_subnet" "public" {
  for_each = local.public_subnets

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false # NAT gateways and load balancers bring their own addresses; nothing else belongs here

  tags = {
    Name                     = "${local.name}-public-${each.key}"
    "kubernetes.io/role/elb" = "1" # where the load balancer controller puts what faces the internet
  }
}

resource "aws_subnet" "private" {
  for_each = local.private_subnets

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = {
    Name                              = "${local.name}-private-${each.key}"
    "kubernetes.io/role/internal-elb" = "1"
    "karpenter.sh/discovery"          = local.name # where Karpenter starts nodes (deploy/karpenter)
  }
}

# Prefixes are blocks of 16 addresses in a row. Addresses that are handed out one by one (nodes, endpoints, load balancers) would in time
# leave no such block free: they get the lower half of each private subnet.
resource "aws_ec2_subnet_cidr_reservation" "prefixes" {
  for_each = aws_subnet.private

  subnet_id        = each.value.id
  cidr_block       = cidrsubnet(each.value.cidr_block, 1, 1)
  reservation_type = "prefix"
  description      = "Pods: the upper half of the subnet is given out in blocks of 16 only"
}

resource "aws_subnet" "database" {
  for_each = local.database_subnets

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value
  tags              = { Name = "${local.name}-database-${each.key}" }
}

# --- ways out ------------------------------------------------------------------------------------------

resource "aws_eip" "nat" {
  for_each = toset(local.nat_zones)

  domain     = "vpc"
  tags       = { Name = "${local.name}-nat-${each.key}" }
  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  for_each = toset(local.nat_zones)

  subnet_id     = aws_subnet.public[each.key].id
  allocation_id = aws_eip.nat[each.key].id
  tags          = { Name = "${local.name}-${each.key}" }
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-public" }
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

# One table for each zone, also with a single NAT gateway: going over to one for each zone then changes a route and nothing else.
resource "aws_route_table" "private" {
  for_each = toset(local.zones)

  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-private-${each.key}" }
}

resource "aws_route" "nat" {
  for_each = toset(local.zones)

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[var.nat_gateways == "per_zone" ? each.key : local.nat_zones[0]].id
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private[each.key].id
}

# The database's subnets have no way out at all, not even by NAT.
resource "aws_route_table" "database" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-database" }
}

resource "aws_route_table_association" "database" {
  for_each = aws_subnet.database

  subnet_id      = each.value.id
  route_table_id = aws_route_table.database.id
}

# --- AWS' own services without the internet ------------------------------------------------------------

# Free, and image layers come from S3: without it each pull of an image would pay the NAT gateway by the gigabyte.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for table in aws_route_table.private : table.id]
  tags              = { Name = "${local.name}-s3" }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.interface_endpoints

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for subnet in aws_subnet.private : subnet.id]
  security_group_ids  = [aws_security_group.endpoints.id]
  tags                = { Name = "${local.name}-${each.key}" }
}

resource "aws_security_group" "endpoints" {
  name        = "${local.name}-endpoints"
  description = "Interface endpoints of AWS services"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${local.name}-endpoints" }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = local.private_subnets

  security_group_id = aws_security_group.endpoints.id
  description       = "HTTPS from nodes and pods in ${each.key}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# --- the public load balancer's group ------------------------------------------------------------------

# Made here and named to the controller (platform/edge.tf), so that the controller needs no right to change security groups.
resource "aws_security_group" "load_balancer" {
  # checkov:skip=CKV2_AWS_5:attached by the load balancer controller (platform/edge.tf)
  name        = "${local.name}-load-balancer"
  description = "The shop's public load balancer"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${local.name}-load-balancer" }
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  # checkov:skip=CKV_AWS_260:the shop is public; port 80 only redirects to 443
  for_each = { http = 80, https = 443 }

  security_group_id = aws_security_group.load_balancer.id
  description       = "Shoppers, ${each.key}"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "The ingress controller's pods, TLS"
  referenced_security_group_id = local.cluster_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.ingress_controller_port
  to_port                      = var.ingress_controller_port
}

resource "aws_vpc_security_group_ingress_rule" "ingress_controller" {
  security_group_id            = local.cluster_security_group_id
  description                  = "The ingress controller's pods from the public load balancer"
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = var.ingress_controller_port
  to_port                      = var.ingress_controller_port
}

# --- who spoke with whom -------------------------------------------------------------------------------

resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = var.flow_log_traffic
  log_destination          = aws_cloudwatch_log_group.flow_log.arn
  iam_role_arn             = aws_iam_role.service["flow-log"].arn
  max_aggregation_interval = 600 # s; 60 costs up to ten times as much and is worth it only while something is being looked for
  tags                     = { Name = local.name }
}

resource "aws_cloudwatch_log_group" "flow_log" {
  # checkov:skip=CKV_AWS_338:how long is log_retention_days; production.tfvars says a year
  name              = "/${var.project}/${var.environment}/flow-log"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this["logs"].arn
}
