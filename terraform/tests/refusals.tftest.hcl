# What must not be applied by mistake is refused before anything is planned.

variables {
  create_zone = true
}

run "an_allow_list_of_everybody" {
  command = plan
  variables {
    endpoint_public_access_cidrs = ["0.0.0.0/0"]
  }
  expect_failures = [var.endpoint_public_access_cidrs]
}

run "a_vpc_of_public_addresses" {
  command = plan
  variables {
    vpc_cidr = "8.8.0.0/16"
  }
  expect_failures = [var.vpc_cidr]
}

run "a_vpc_too_small_for_the_plan_of_addresses" {
  command = plan
  variables {
    vpc_cidr = "10.0.0.0/20"
  }
  expect_failures = [var.vpc_cidr]
}

run "two_zones" {
  command = plan
  variables {
    availability_zones = ["eu-central-1a", "eu-central-1b"]
  }
  expect_failures = [var.availability_zones]
}

run "a_cluster_that_nobody_may_use" {
  command = plan
  variables {
    cluster_admin_role_arns = []
  }
  expect_failures = [aws_eks_cluster.this]
}

run "a_user_as_administrator" {
  command = plan
  variables {
    cluster_admin_role_arns = ["arn:aws:iam::123456789012:user/somebody"]
  }
  expect_failures = [var.cluster_admin_role_arns]
}

run "a_name_outside_of_its_zone" {
  command = plan
  variables {
    domain_name = "shop.example.org"
  }
  expect_failures = [aws_acm_certificate.this]
}

run "every_repository_of_an_owner" {
  command = plan
  variables {
    github_repository = "example/*"
  }
  expect_failures = [var.github_repository]
}

run "intel_nodes_in_the_arm_group" {
  command = plan
  variables {
    system_node_instance_types = ["m7i.large"]
  }
  expect_failures = [var.system_node_instance_types]
}

run "a_pipeline_whose_roles_nothing_bounds" {
  command = plan
  variables {
    permissions_boundary_arn = null
  }
  expect_failures = [aws_iam_role.github]
}
