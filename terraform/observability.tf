# Alarms of what only AWS sees; what the shop sees of itself is Prometheus' business. Each is something to act on, and says in its
# description where to begin. The load balancer's are missing on purpose: it is made by the cluster, so its name is not known here; its
# 5xx and times are the ingress controller's and the shop's too.

resource "aws_sns_topic" "alarms" {
  name              = "${local.name}-alarms"
  kms_master_key_id = aws_kms_key.this["alarms"].id
}

data "aws_iam_policy_document" "alarms" {
  statement {
    sid       = "Publishers"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com", "budgets.amazonaws.com", "backup.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.alarms.json
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = toset(var.alarm_emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email" # each address gets one mail with a link to confirm
  endpoint  = each.key
}

locals {
  of_database = { DBInstanceIdentifier = aws_db_instance.this.identifier }

  alarms = merge({
    database-cpu = {
      description = "The database is busy for 10 minutes: Performance Insights names the statement. docs/capacity.md plans for half."
      namespace   = "AWS/RDS", metric = "CPUUtilization", statistic = "Average", dimensions = local.of_database
      above       = true, threshold = 80, period = 300, periods = 2
    }
    database-storage = {
      description = "Less than 10 GiB are free although storage grows by itself: is max_allocated_storage reached? A full disk stops all orders."
      namespace   = "AWS/RDS", metric = "FreeStorageSpace", statistic = "Minimum", dimensions = local.of_database
      above       = false, threshold = 10 * 1024 * 1024 * 1024, period = 300, periods = 1
    }
    database-memory = {
      description = "Less than a twentieth of the memory is free: too many connections, or a class too small."
      namespace   = "AWS/RDS", metric = "FreeableMemory", statistic = "Minimum", dimensions = local.of_database
      above       = false, threshold = (local.database_memory_gib == null ? 1 : local.database_memory_gib) * 1073741824 / 20, period = 300, periods = 3
    }
    database-connections = {
      description = "More connections than all pods of both colours together should have (${local.connections_needed} of ${local.connections_max}): who else is there? pg_stat_activity."
      namespace   = "AWS/RDS", metric = "DatabaseConnections", statistic = "Maximum", dimensions = local.of_database
      above       = true, threshold = local.connections_needed - 1, period = 60, periods = 3
    }
    database-write-latency = {
      description = "Writes take more than 20 ms: each batch of orders waits for one. Volume, standby, or a checkpoint: docs/runbooks/checkout-503.md."
      namespace   = "AWS/RDS", metric = "WriteLatency", statistic = "Average", dimensions = local.of_database
      above       = true, threshold = 0.02, period = 60, periods = 5
    }
    database-transaction-ids = {
      description = "Autovacuum does not keep up: long before PostgreSQL stops taking writes (2 billion) somebody holds an old transaction open."
      namespace   = "AWS/RDS", metric = "MaximumUsedTransactionIDs", statistic = "Maximum", dimensions = local.of_database
      above       = true, threshold = 1000000000, period = 300, periods = 1
    }
    backup-failed = {
      description = "AWS Backup could not make a copy: the job's message tells. RDS' own point-in-time recovery is another thing and may still work."
      namespace   = "AWS/Backup", metric = "NumberOfBackupJobsFailed", statistic = "Sum", dimensions = { BackupVaultName = aws_backup_vault.this.name }
      above       = true, threshold = 0, period = 3600, periods = 1
    }
    certificate = {
      description = "The load balancer's certificate ends within 30 days; ACM should have renewed it a month ago: does the record that proves the name still stand (dns.tf)?"
      namespace   = "AWS/CertificateManager", metric = "DaysToExpiry", statistic = "Minimum", dimensions = { CertificateArn = aws_acm_certificate.this.arn }
      above       = false, threshold = 30, period = 86400, periods = 1
    }
    karpenter-deaf = {
      description = "Nobody reads the queue of interruptions: is Karpenter running? Spot nodes will go without being drained."
      namespace   = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", statistic = "Maximum", dimensions = { QueueName = aws_sqs_queue.interruptions.name }
      above       = true, threshold = 120, period = 60, periods = 2
    }
    }, { for zone, gateway in aws_nat_gateway.this : "nat-${zone}" => {
      description = "The NAT gateway in ${zone} has no ports left: pods can't open connections to the internet (webhooks, images)."
      namespace   = "AWS/NATGateway", metric = "ErrorPortAllocation", statistic = "Sum", dimensions = { NatGatewayId = gateway.id }
      above       = true, threshold = 0, period = 300, periods = 1
  } })
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  statistic           = each.value.statistic
  dimensions          = each.value.dimensions
  comparison_operator = each.value.above ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching" # counts that are zero are not sent at all
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# What no metric tells: that it failed over, ran out of storage, was changed.
resource "aws_db_event_subscription" "this" {
  name             = local.name
  sns_topic        = aws_sns_topic.alarms.arn
  source_type      = "db-instance"
  source_ids       = [aws_db_instance.this.identifier]
  event_categories = ["availability", "deletion", "failover", "failure", "low storage", "maintenance", "recovery"]
}

# A mistake costs at most some days of its price.
resource "aws_budgets_budget" "this" {
  name         = local.name
  budget_type  = "COST"
  limit_amount = tostring(var.monthly_budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "TagKeyValue" # the tag counts from when it is activated in Billing (docs/aws.md)
    values = [format("user:Environment$%s", var.environment)]
  }

  dynamic "notification" {
    for_each = { ACTUAL = 100, FORECASTED = 110 }

    content {
      notification_type         = notification.key
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [aws_sns_topic.alarms.arn]
    }
  }
}
