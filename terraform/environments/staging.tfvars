# As production in everything that can break, without what only costs: made in the morning, destroyed in the evening if one likes.
environment = "staging"
region      = "eu-central-1"
vpc_cidr    = "10.0.0.0/16" # as production's, so that the same overlay fits both; the two are never peered

zone_name   = "staging.example.com"      # CHANGE
create_zone = true                       # a subdomain of its own: nothing here can reach the real zone
domain_name = "shop.staging.example.com" # CHANGE

cluster_admin_role_arns  = ["arn:aws:iam::123456789012:role/platform-team"]           # CHANGE
permissions_boundary_arn = "arn:aws:iam::123456789012:policy/fashionforward-boundary" # CHANGE: bootstrap's output boundary_arn
github_repository        = "example/fashionforward"                                   # CHANGE
create_github_provider   = false                                                      # CHANGE to true where production is in another account
monthly_budget_usd       = 350

nat_gateways        = "one" # a lost zone is not staging's business
interface_endpoints = []

database_instance_class        = "db.t4g.medium" # the smallest that has memory for ten pods' connections: the budget is the same
database_multi_az              = true            # failovers are rehearsed here
database_storage_gib           = 20              # gp3's smallest
database_storage_max_gib       = 100
database_backup_retention_days = 7
database_final_snapshot        = false # nothing in it that is not made up
deletion_protection            = false
backup_retention_days          = 7

log_retention_days = 30
