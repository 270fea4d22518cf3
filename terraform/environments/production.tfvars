# The shop that sells. What is CHANGE is yours.
environment = "production"
region      = "eu-central-1"

zone_name   = "example.com"      # CHANGE
domain_name = "shop.example.com" # CHANGE

cluster_admin_role_arns  = ["arn:aws:iam::123456789012:role/platform-team"]           # CHANGE
permissions_boundary_arn = "arn:aws:iam::123456789012:policy/fashionforward-boundary" # CHANGE: bootstrap's output boundary_arn
github_repository        = "example/fashionforward"                                   # CHANGE
alarm_emails             = ["operations@example.com"]                                 # CHANGE
monthly_budget_usd       = 1500                                                       # docs/cost.md: at rest some two thirds of it

nat_gateways        = "per_zone"             # a zone that is lost takes only its own way out
interface_endpoints = ["ecr.api", "ecr.dkr"] # in the spike new nodes pull images, also while a NAT gateway is full
flow_log_traffic    = "ALL"                  # whoever has to find out afterwards what left needs what was accepted, too

system_node_instance_types = ["m7g.large", "m6g.large"] # no burst credits to run out of in the night of the sale

# 2 processors and 8 GiB: docs/capacity.md needs two for 20,000 orders a second, and 811 connections fit, of which 300 are allowed.
database_instance_class  = "db.m7g.large"
database_storage_gib     = 100 # 928 bytes of WAL an order; a hundred million orders with their rows fit
database_storage_max_gib = 1000

backup_vault_lock = "governance" # a copy goes before its time only by who may unlock the vault first

waf_enabled        = true
log_retention_days = 365
