# PostgreSQL: one primary that commits, one standby in another zone that has every commit before it is acknowledged (Multi-AZ). Orders live
# here and nowhere else, so whatever trades durability for speed is off, and what makes a commit cheap without it is set and explained.

locals {
  # Connections, as in docs/kubernetes.md: a pod opens committers + readers + 1. At worst all pods run, a rollout has its surge
  # beside them, and as many drain, and keep theirs until their last request is answered; a blue-green switch has all that twice.
  shop_connections = (
    (var.shop_pods_max + var.shop_rollout_surge + var.shop_pods_max) * var.shop_connections_per_pod * (var.shop_blue_green ? 2 : 1)
  )
  # A migration, an audit, a backup, psql, Performance Insights, RDS' own and PostgreSQL's three for the superuser.
  connections_reserved = 20
  connections_needed   = local.shop_connections + local.connections_reserved
  # In steps of 50, so that a pod more does not restart the database; never below 100, for those who look into it.
  connections_max = max(100, ceil(local.connections_needed / 50) * 50)

  # What RDS gives by default is memory / 9,531,392 bytes; of the memory on the label some tenth is the machine's own.
  database_memory_gib      = lookup(local.database_memory_by_class, var.database_instance_class, null)
  connections_by_class_max = local.database_memory_gib == null ? 0 : min(5000, floor(local.database_memory_gib * 1073741824 * 0.9 / 9531392))

  database_memory_by_class = {
    "db.t4g.micro" = 1, "db.t4g.small" = 2, "db.t4g.medium" = 4, "db.t4g.large" = 8, "db.t4g.xlarge" = 16,
    "db.m6g.large" = 8, "db.m6g.xlarge" = 16, "db.m6g.2xlarge" = 32, "db.m6g.4xlarge" = 64,
    "db.m7g.large" = 8, "db.m7g.xlarge" = 16, "db.m7g.2xlarge" = 32, "db.m7g.4xlarge" = 64, "db.m7g.8xlarge" = 128,
    "db.r6g.large" = 16, "db.r6g.xlarge" = 32, "db.r6g.2xlarge" = 64, "db.r6g.4xlarge" = 128,
    "db.r7g.large" = 16, "db.r7g.xlarge" = 32, "db.r7g.2xlarge" = 64, "db.r7g.4xlarge" = 128, "db.r7g.8xlarge" = 256,
    "db.r8g.large" = 16, "db.r8g.xlarge" = 32, "db.r8g.2xlarge" = 64, "db.r8g.4xlarge" = 128,
  }

  database_master_secret_arn = aws_db_instance.this.master_user_secret[0].secret_arn

  # What differs from RDS' defaults, each with its reason. `static` ones wait for a restart.
  database_parameters = {
    # --- what a commit is worth
    # An answered order survives the primary: the commit waits for the disk, and by Multi-AZ for the standby's disk. Stated, so
    # that nobody who looks for speed finds it unset. (fsync and full_page_writes can't be turned off on RDS.)
    synchronous_commit = { value = "on", static = false }
    # The shop commits whole batches of orders by itself: PostgreSQL waiting for company would only add to each of them.
    commit_delay = { value = "0", static = false }

    # --- what a commit costs
    # Checkpoints make the next commits write whole pages. 6 MB/s of WAL (6,670 orders a second, docs/capacity.md) for 15
    # minutes is 5.4 GB: with 8 GB it is the clock that starts a checkpoint and not the rush. The price is recovery after a crash, of at most
    # as much WAL; a failover to the standby pays it too, some tens of seconds at the worst.
    max_wal_size                 = { value = "8192", static = false } # MB
    checkpoint_timeout           = { value = "900", static = false }  # s
    checkpoint_completion_target = { value = "0.9", static = false }  # spread over the time, not one burst that commits queue behind
    # A hot item's stock row is updated once a batch, and its dead versions are in the way of the next batch until they are vacuumed.
    autovacuum_naptime             = { value = "15", static = false }   # s
    autovacuum_vacuum_scale_factor = { value = "0.02", static = false } # of 10,000 variants: after 250 updates instead of 2,050
    autovacuum_vacuum_cost_limit   = { value = "2000", static = false } # as fast as SSDs allow
    # Prepared statements of a few rows each: compiling them takes longer than running them.
    jit = { value = "0", static = false }
    # An index is as near as the table on SSDs.
    random_page_cost = { value = "1.1", static = false }

    # --- who may keep others waiting
    # A pod that died with an open transaction holds row locks that every batch wants. The shop never idles inside one.
    idle_in_transaction_session_timeout = { value = "10000", static = false } # ms, as database.statement_timeout_ms
    # A node that is gone says no goodbye: found dead after 10 + 3 x 5 s instead of two hours.
    tcp_keepalives_idle     = { value = "10", static = false } # s
    tcp_keepalives_interval = { value = "5", static = false }  # s
    tcp_keepalives_count    = { value = "3", static = false }
    max_connections         = { value = tostring(local.connections_max), static = true } # the sum above; a leak ends here and not in memory

    # --- who gets in
    "rds.force_ssl"     = { value = "1", static = false }
    password_encryption = { value = "scram-sha-256", static = false }

    # --- what one reads at 3 a.m.
    log_min_duration_statement = { value = "250", static = false } # ms: a batch takes 3
    log_lock_waits             = { value = "1", static = false }
    log_connections            = { value = "1", static = false } # few: pods keep theirs
    log_disconnections         = { value = "1", static = false }
    track_io_timing            = { value = "1", static = false }
    shared_preload_libraries   = { value = "pg_stat_statements", static = true }
  }
}

resource "aws_db_subnet_group" "this" {
  name        = local.name
  description = "Three zones without a way out"
  subnet_ids  = [for subnet in aws_subnet.database : subnet.id]
}

resource "aws_security_group" "database" {
  name        = "${local.name}-database"
  description = "PostgreSQL: the cluster's nodes and pods come in, nothing goes out"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${local.name}-database" }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from the cluster; which of its pods, k8s/networkpolicy.yaml says"
  referenced_security_group_id = local.cluster_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${local.name}-" # a new major version needs a new group beside the old one
  family      = "postgres${var.database_engine_version}"
  description = "${local.name}: durable commits, cheap ones"

  dynamic "parameter" {
    for_each = local.database_parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.static ? "pending-reboot" : "immediate"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  # checkov:skip=CKV2_AWS_69:rds.force_ssl is set, by a dynamic block that this check does not look into
  identifier     = local.name
  engine         = "postgres"
  engine_version = var.database_engine_version
  instance_class = var.database_instance_class
  multi_az       = var.database_multi_az

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.database.id]
  parameter_group_name   = aws_db_parameter_group.this.name
  publicly_accessible    = false
  ca_cert_identifier     = "rds-ca-rsa2048-g1" # in the bundle that pods check certificates by

  storage_type          = "gp3" # 3,000 operations a second are included: the shop flushes once a batch, some hundreds a second
  allocated_storage     = var.database_storage_gib
  max_allocated_storage = var.database_storage_max_gib
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.this["database"].arn

  # RDS makes the master's password, keeps it in Secrets Manager and changes it weekly. Only making the shop's own users needs it
  # (platform/database.tf); those have passwords of their own (secrets.tf).
  username                            = "postgres"
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = aws_kms_key.this["database"].arn
  iam_database_authentication_enabled = true # for people, with their own roles and no password; pods' libpq can't renew such tokens

  backup_retention_period    = var.database_backup_retention_days # point-in-time recovery that far back, to any second but the last five minutes
  backup_window              = "02:00-03:00"                      # UTC, like the next one: when Europe sleeps
  maintenance_window         = "tue:03:15-tue:04:15"
  copy_tags_to_snapshot      = true
  delete_automated_backups   = !local.production
  deletion_protection        = var.deletion_protection
  skip_final_snapshot        = !var.database_final_snapshot
  final_snapshot_identifier  = var.database_final_snapshot ? "${local.name}-final-${trimprefix(aws_vpc.this.id, "vpc-")}" : null # another one in each life
  auto_minor_version_upgrade = true                                                                                              # security fixes; a restart of seconds, in the window
  apply_immediately          = false

  performance_insights_enabled          = true
  performance_insights_retention_period = 7 # days: the length that is free
  performance_insights_kms_key_id       = aws_kms_key.this["database"].arn
  monitoring_interval                   = 60 # s
  monitoring_role_arn                   = aws_iam_role.service["rds-monitoring"].arn
  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade", "iam-db-auth-error"]

  tags = { Backup = local.name } # backup.tf

  lifecycle {
    precondition {
      condition     = local.database_memory_gib != null
      error_message = "The connection budget knows no instance class ${var.database_instance_class}: add its memory to database_memory_by_class."
    }
    precondition {
      condition = local.connections_max <= local.connections_by_class_max
      error_message = join("", [
        "${var.database_instance_class} has memory for ${local.connections_by_class_max} connections, ${local.connections_max} are needed: ",
        "${var.shop_pods_max} pods + ${var.shop_rollout_surge} of a rollout + ${var.shop_pods_max} that drain, ",
        "${var.shop_connections_per_pod} each${var.shop_blue_green ? ", twice for blue-green" : ""}, and ${local.connections_reserved} for others. ",
        "Take a larger class, fewer pods, or PgBouncer.",
      ])
    }
    precondition {
      condition     = !local.production || (var.database_multi_az && var.database_backup_retention_days >= 14 && var.database_final_snapshot)
      error_message = "Production keeps every order: Multi-AZ, 14 days of point-in-time recovery and a final snapshot are required."
    }
  }

  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_cloudwatch_log_group" "database" {
  # checkov:skip=CKV_AWS_338:how long is log_retention_days; production.tfvars says a year
  for_each = toset(["postgresql", "upgrade", "iam-db-auth-error"])

  name              = "/aws/rds/instance/${local.name}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this["logs"].arn
}
