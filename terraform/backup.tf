# Copies that somebody with the database's rights can't delete: AWS Backup keeps them in a vault of its own, and a lock (backup_vault_lock) keeps
# them from whoever has the vault's rights, too. RDS' point-in-time recovery (rds.tf) is the first thing to restore from; this is for when the
# instance itself is gone.
#
# They are readable by the keys of what was copied (database, volumes: kms.tf), as snapshots of RDS and EBS always are: who destroys the key
# has destroyed the copies, whatever the lock says. A copy in another account, by that account's key, is what stands against that.

resource "aws_backup_vault" "this" {
  # checkov:skip=CKV_AWS_166:what is in it keeps the key of its source; one of the vault's own would encrypt none of it
  name          = local.name
  force_destroy = !local.production
}

# While it stands nobody deletes a copy before its time, in compliance mode not even AWS. So it is a decision and not a default.
resource "aws_backup_vault_lock_configuration" "this" {
  count = var.backup_vault_lock == "off" ? 0 : 1

  backup_vault_name   = aws_backup_vault.this.name
  min_retention_days  = 7
  max_retention_days  = max(var.backup_retention_days, 7)
  changeable_for_days = var.backup_vault_lock == "compliance" ? 3 : null # the last days on which compliance can be taken back
}

resource "aws_backup_plan" "this" {
  name = local.name

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.this.name
    schedule          = "cron(30 4 * * ? *)" # UTC, after RDS' own windows
    start_window      = 60                   # minutes
    completion_window = 240                  # minutes

    lifecycle {
      delete_after = var.backup_retention_days
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = "by-tag"
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.service["backup"].arn

  selection_tag { # the database, and the payment gateway's volume (platform/storage.tf)
    type  = "STRINGEQUALS"
    key   = "Backup"
    value = local.name
  }
}
