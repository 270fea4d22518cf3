# The plan of addresses, and who may reach what. `terraform test -var-file=environments/production.tfvars` runs it against whatever
# AWS is configured (only plans: nothing is made); ./ff test terraform against the emulator.

variables {
  create_zone = true
}

run "addresses_of_three_zones_are_apart_and_pods_have_most_of_them" {
  command = plan

  assert {
    condition     = length(local.zones) == 3
    error_message = "Three zones are planned with."
  }
  assert {
    condition     = values(local.private_subnets) == ["10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19"]
    error_message = "Nodes and pods have an eighth of the VPC in each zone."
  }
  assert {
    condition     = values(local.public_subnets) == ["10.0.96.0/24", "10.0.97.0/24", "10.0.98.0/24"]
    error_message = "Load balancers come after the last pod."
  }
  assert {
    condition     = values(local.database_subnets) == ["10.0.112.0/24", "10.0.113.0/24", "10.0.114.0/24"]
    error_message = "Databases have subnets of their own."
  }
  assert {
    condition     = [for zone in sort(keys(local.private_subnets)) : aws_ec2_subnet_cidr_reservation.prefixes[zone].cidr_block] == ["10.0.16.0/20", "10.0.48.0/20", "10.0.80.0/20"]
    error_message = "The upper half of each private subnet is for prefixes."
  }
}

run "another_vpc_moves_all_subnets_with_it" {
  command = plan

  variables {
    vpc_cidr = "172.24.0.0/16"
  }

  assert {
    condition     = alltrue([for cidr in concat(values(local.private_subnets), values(local.public_subnets), values(local.database_subnets)) : startswith(cidr, "172.24.")])
    error_message = "Every subnet is in the VPC."
  }
}

run "one_nat_gateway_serves_every_zone" {
  command = plan

  variables {
    nat_gateways = "one"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.nat) == 3
    error_message = "One gateway, three routes to it."
  }
}

run "the_kubernetes_api_is_private_until_somebody_is_named" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "Private, and nothing else."
  }
}

run "the_kubernetes_api_is_open_to_who_is_named_and_no_more" {
  command = plan

  variables {
    endpoint_public_access_cidrs = ["198.51.100.0/24"]
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["198.51.100.0/24"])
    error_message = "Public for one network."
  }
}
