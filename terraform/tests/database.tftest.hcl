# The connection budget (docs/kubernetes.md, "Connections"): what ten pods need, and that a class too small for it is refused.

variables {
  create_zone = true
}

run "ten_pods_their_rollout_and_their_other_colour_fit" {
  command = plan

  assert {
    condition     = output.database_connections.shop == 276
    error_message = "(10 + 3 + 10) x 6, twice."
  }
  assert {
    condition     = output.database_connections.limit == 300 && output.database_connections.limit <= output.database_connections.class
    error_message = "276 + 20 in steps of 50, and the class has memory for them."
  }
  assert {
    condition     = one([for each in aws_db_parameter_group.this.parameter : each.value if each.name == "max_connections"]) == "300"
    error_message = "PostgreSQL is told the same number."
  }
  assert {
    condition = alltrue([for name, value in { "rds.force_ssl" = "1", synchronous_commit = "on" } :
    one([for each in aws_db_parameter_group.this.parameter : each.value if each.name == name]) == value])
    error_message = "TLS is forced, and a commit is one."
  }
}

run "the_smallest_class_that_is_documented_suffices" {
  command = plan

  variables {
    database_instance_class = "db.t4g.medium"
  }

  assert {
    condition     = output.database_connections.class == 405
    error_message = "Nine tenths of 4 GiB, by RDS' own divisor."
  }
}

run "a_class_without_memory_for_ten_pods_is_refused" {
  command = plan

  variables {
    database_instance_class = "db.t4g.small"
  }

  expect_failures = [aws_db_instance.this]
}

run "without_blue_green_the_same_class_suffices" {
  command = plan

  variables {
    database_instance_class = "db.t4g.small"
    shop_blue_green         = false
  }

  assert {
    condition     = output.database_connections.limit == 200 && output.database_connections.class == 202
    error_message = "138 + 20 in steps of 50."
  }
}

run "more_pods_than_the_database_has_connections_for_are_refused" {
  command = plan

  variables {
    database_instance_class = "db.t4g.medium"
    shop_pods_max           = 20
  }

  expect_failures = [aws_db_instance.this]
}

run "a_class_whose_memory_is_unknown_is_refused" {
  command = plan

  variables {
    database_instance_class = "db.x2g.large"
  }

  expect_failures = [aws_db_instance.this]
}

run "production_does_without_a_standby_never" {
  command = plan

  variables {
    database_multi_az = false
  }

  expect_failures = [aws_db_instance.this]
}
