# What differs between places. What has no default must be decided; what costs money says so. environments/*.tfvars hold both sets.

# --- where ---------------------------------------------------------------------------------------------

variable "environment" {
  description = "Name of the environment. \"production\" is held to more: Multi-AZ, 14 days of recovery, nothing deletable by the way."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.environment))
    error_message = "2 to 16 lower-case letters, digits or dashes, beginning with a letter."
  }
}

variable "project" {
  description = "First part of every name."
  type        = string
  default     = "fashionforward"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.project))
    error_message = "2 to 20 lower-case letters, digits or dashes, beginning with a letter: names of roles end at 64 characters."
  }
}

variable "account_id" {
  description = "The AWS account this must be. An apply with credentials of another one is refused. Null: any."
  type        = string
  default     = null

  validation {
    condition     = var.account_id == null ? true : can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An AWS account id has twelve digits."
  }
}

variable "region" {
  description = "AWS region; it needs three availability zones."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region looks like eu-central-1."
  }
}

variable "tags" {
  description = "Further tags of every resource."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.tags), ["Project", "Environment", "ManagedBy", "Name", "Backup"])) == 0
    error_message = "Project, Environment, ManagedBy, Name and Backup are set by this module."
  }
}

# --- network -------------------------------------------------------------------------------------------

variable "vpc_cidr" {
  description = "Addresses of the VPC. The default is the one that deploy/overlays/eks lets the shop reach its database in."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && try(tonumber(split("/", var.vpc_cidr)[1]), 0) == 16
    error_message = "A /16 in CIDR notation: the plan of addresses in vpc.tf is made for one."
  }

  validation {
    condition = anytrue([
      can(regex("^10\\.", var.vpc_cidr)), can(regex("^172\\.(1[6-9]|2[0-9]|3[01])\\.", var.vpc_cidr)), can(regex("^192\\.168\\.", var.vpc_cidr)),
    ])
    error_message = "A private range (10/8, 172.16/12, 192.168/16): the shop's network policies keep webhooks out of those and trust proxies in them."
  }
}

variable "service_cidr" {
  description = "Addresses of Kubernetes Services. Outside of the VPC and of what it is peered with."
  type        = string
  default     = "172.20.0.0/16"

  validation {
    condition     = can(cidrhost(var.service_cidr, 0))
    error_message = "CIDR notation, like 172.20.0.0/16."
  }
}

variable "availability_zones" {
  description = "Three zones, by name. Empty: the first three of the region."
  type        = list(string)
  default     = []

  validation {
    condition     = contains([0, 3], length(var.availability_zones)) && length(distinct(var.availability_zones)) == length(var.availability_zones)
    error_message = "Three different zones, or none to take the region's first three."
  }
}

variable "nat_gateways" {
  description = "\"one\": some 35 USD a month; its zone takes all ways out with it. \"per_zone\": three times that, no traffic between zones to pay, and each zone stands alone."
  type        = string
  default     = "per_zone"

  validation {
    condition     = contains(["one", "per_zone"], var.nat_gateways)
    error_message = "\"one\" or \"per_zone\"."
  }
}

variable "interface_endpoints" {
  description = "AWS services reached without the NAT gateways; each costs some 8 USD a month and zone. Worth it for what must work while a NAT gateway does not."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9.-]+$", service))])
    error_message = "Names as in com.amazonaws.REGION.NAME, for example ecr.dkr or sts."
  }
}

variable "flow_log_traffic" {
  description = "What flow logs hold: ALL, or only REJECT, which costs a tenth and still shows who was kept out."
  type        = string
  default     = "REJECT"

  validation {
    condition     = contains(["ALL", "REJECT"], var.flow_log_traffic)
    error_message = "ALL or REJECT."
  }
}

variable "ingress_controller_port" {
  description = "Port of the ingress controller's pods for TLS; Traefik's chart listens on 8443."
  type        = number
  default     = 8443

  validation {
    condition     = var.ingress_controller_port >= 1024 && var.ingress_controller_port <= 65535
    error_message = "A port that a program without privileges can open: 1024 to 65535."
  }
}

# --- cluster -------------------------------------------------------------------------------------------

variable "kubernetes_version" {
  description = "Minor version of EKS. Raised by one at a time; nodes follow."
  type        = string
  default     = "1.34"

  validation {
    condition     = can(regex("^1\\.(3[0-9]|4[0-9])$", var.kubernetes_version))
    error_message = "1.30 or later: k8s/ uses what came with it."
  }
}

variable "addon_versions" {
  description = "Versions of add-ons, by name. Left out: AWS' default for the cluster's version when the add-on is made."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for version in values(var.addon_versions) : can(regex("^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$", version))])
    error_message = "Versions look like v1.20.1-eksbuild.1 (aws eks describe-addon-versions)."
  }
}

variable "endpoint_public_access_cidrs" {
  description = "Addresses that may reach the Kubernetes API from outside of the VPC. Empty: nobody; then kubectl runs in the VPC or through a VPN."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.endpoint_public_access_cidrs : can(cidrhost(cidr, 0)) && try(tonumber(split("/", cidr)[1]), 0) >= 8])
    error_message = "CIDR blocks of /8 or longer: 0.0.0.0/0 is not an allow-list."
  }
}

variable "cluster_admin_role_arns" {
  description = "IAM roles that administer the cluster. Roles of people and of the pipeline, not users."
  type        = list(string)

  validation {
    condition     = alltrue([for arn in var.cluster_admin_role_arns : can(regex("^arn:[^:]+:iam::[0-9]{12}:role/", arn))])
    error_message = "ARNs of IAM roles: arn:aws:iam::123456789012:role/name."
  }
}

variable "cluster_viewer_role_arns" {
  description = "IAM roles that may look into the shop's namespaces (no Secrets)."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.cluster_viewer_role_arns : can(regex("^arn:[^:]+:iam::[0-9]{12}:role/", arn))])
    error_message = "ARNs of IAM roles: arn:aws:iam::123456789012:role/name."
  }
}

variable "system_node_instance_types" {
  description = "Graviton types of the three nodes that hold what the cluster itself needs. 2 processors and 4 GiB are enough."
  type        = list(string)
  default     = ["t4g.medium"]

  validation {
    condition = length(var.system_node_instance_types) > 0 && alltrue([
      for type in var.system_node_instance_types : can(regex("^[a-z]+[0-9]+g[a-z]*\\.", type)) && !can(regex("\\.(nano|micro|small)$", type))
    ])
    error_message = "Graviton types (a g behind the number, like m7g.large), none below medium: prefix delegation needs Nitro, and 2 GiB are too few."
  }
}

variable "system_nodes_max" {
  description = "How many of them at most."
  type        = number
  default     = 6

  validation {
    condition     = var.system_nodes_max >= 3 && var.system_nodes_max <= 12 && floor(var.system_nodes_max) == var.system_nodes_max
    error_message = "3 (one in each zone) to 12."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds every role made here (terraform/bootstrap makes one). Null: none, and then no role of the pipeline either: it is refused with github_repository."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "The ARN of an IAM policy."
  }
}

# --- the shop, as k8s/ describes it: what its database must have room for ------------------------------

variable "shop_pods_max" {
  description = "maxReplicas in k8s/hpa.yaml."
  type        = number
  default     = 10

  validation {
    condition     = var.shop_pods_max >= 2 && floor(var.shop_pods_max) == var.shop_pods_max
    error_message = "A whole number, 2 or more."
  }
}

variable "shop_rollout_surge" {
  description = "maxSurge in k8s/deployment.yaml."
  type        = number
  default     = 3

  validation {
    condition     = var.shop_rollout_surge >= 1 && floor(var.shop_rollout_surge) == var.shop_rollout_surge
    error_message = "A whole number, 1 or more."
  }
}

variable "shop_connections_per_pod" {
  description = "committers + readers + 1 in k8s/fashionforward.toml."
  type        = number
  default     = 6

  validation {
    condition     = var.shop_connections_per_pod >= 3 && floor(var.shop_connections_per_pod) == var.shop_connections_per_pod
    error_message = "At least 3: one that commits, one that reads, one that listens."
  }
}

variable "shop_blue_green" {
  description = "Whether blue and green may run, and roll, at the same time (deploy/components/blue-green): twice the connections."
  type        = bool
  default     = true
}

# --- database ------------------------------------------------------------------------------------------

variable "database_engine_version" {
  description = "Major version of PostgreSQL. 15 is what every test of this repository runs on."
  type        = string
  default     = "15"

  validation {
    condition     = can(regex("^1[5-9]$", var.database_engine_version))
    error_message = "A major version, 15 or later; RDS takes its newest minor version."
  }
}

variable "database_instance_class" {
  description = "RDS instance class (Graviton). db.t4g.medium is the smallest with memory for ten pods' connections; what carries how many orders: docs/capacity.md."
  type        = string
  default     = "db.t4g.medium"

  validation {
    condition     = can(regex("^db\\.[a-z]+[0-9]+g[a-z]*\\.[a-z0-9]+$", var.database_instance_class))
    error_message = "A Graviton class, like db.m7g.large."
  }
}

variable "database_multi_az" {
  description = "A standby in another zone: twice the price, a failover of a minute or two instead of a restore."
  type        = bool
  default     = true
}

variable "database_storage_gib" {
  description = "Storage to begin with."
  type        = number
  default     = 50

  validation {
    condition     = var.database_storage_gib >= 20 && floor(var.database_storage_gib) == var.database_storage_gib
    error_message = "At least 20 GiB, gp3's smallest."
  }
}

variable "database_storage_max_gib" {
  description = "RDS adds storage by itself up to this."
  type        = number
  default     = 500

  validation {
    condition     = var.database_storage_max_gib >= var.database_storage_gib * 1.26
    error_message = "At least a quarter more than database_storage_gib: RDS grows in steps of a tenth or more, and refuses a bound it can't grow to."
  }
}

variable "database_backup_retention_days" {
  description = "Days of point-in-time recovery."
  type        = number
  default     = 14

  validation {
    condition     = var.database_backup_retention_days >= 1 && var.database_backup_retention_days <= 35
    error_message = "1 to 35, RDS' bound."
  }
}

variable "database_final_snapshot" {
  description = "Whether destroying the database leaves a snapshot (which goes on costing some cents a GiB and month until it is deleted)."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Whether the database and the cluster refuse to be deleted. To destroy: apply with false first (docs/aws.md)."
  type        = bool
  default     = true
}

variable "secrets_version" {
  description = "Raise it to have all of the shop's secrets made anew (docs/aws.md, \"Changing passwords\")."
  type        = number
  default     = 1

  validation {
    condition     = var.secrets_version >= 1 && floor(var.secrets_version) == var.secrets_version
    error_message = "1, 2, 3 ..."
  }
}

variable "backup_retention_days" {
  description = "How long AWS Backup keeps its daily copies."
  type        = number
  default     = 35

  validation {
    condition     = var.backup_retention_days >= 7 && floor(var.backup_retention_days) == var.backup_retention_days
    error_message = "7 days or more."
  }
}

variable "backup_vault_lock" {
  description = "off; governance: only who may unlock can delete copies early; compliance: nobody can, not even AWS, from three days after."
  type        = string
  default     = "off"

  validation {
    condition     = contains(["off", "governance", "compliance"], var.backup_vault_lock)
    error_message = "off, governance or compliance."
  }
}

# --- name and edge -------------------------------------------------------------------------------------

variable "zone_name" {
  description = "Route 53 zone that the shop's name is in."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.zone_name))
    error_message = "A domain name in lower case, without a dot at its end."
  }
}

variable "create_zone" {
  description = "Whether the zone is made here (and must then be delegated to), or exists."
  type        = bool
  default     = false
}

variable "domain_name" {
  description = "The shop's public name, in that zone."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "A domain name in lower case, without a dot at its end."
  }
}

variable "waf_enabled" {
  description = "A web ACL with rate rules in front of the load balancer: some 10 USD a month and 0.60 USD a million requests."
  type        = bool
  default     = false
}

variable "waf_requests_limit" {
  description = "Requests a minute from one address before it is told to wait."
  type        = number
  default     = 3000

  validation {
    condition     = var.waf_requests_limit >= 10 && var.waf_requests_limit <= 2000000000
    error_message = "10 to 2,000,000,000, AWS' bounds."
  }
}

variable "waf_checkouts_limit" {
  description = "Checkouts a minute from one address before it is told to wait."
  type        = number
  default     = 120

  validation {
    condition     = var.waf_checkouts_limit >= 10 && var.waf_checkouts_limit <= var.waf_requests_limit
    error_message = "At least 10, AWS' bound, and no more than waf_requests_limit."
  }
}

# --- watching ------------------------------------------------------------------------------------------

variable "log_retention_days" {
  description = "How long CloudWatch keeps logs (flow logs, control plane, database)."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "One of CloudWatch's own lengths: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 ..."
  }
}

variable "alarm_emails" {
  description = "Who is told of alarms. Empty: only what subscribes to the topic by itself."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", address))])
    error_message = "Mail addresses."
  }
}

variable "monthly_budget_usd" {
  description = "What a month may cost before the alarm topic hears of it (docs/cost.md)."
  type        = number

  validation {
    condition     = var.monthly_budget_usd >= 1
    error_message = "1 USD or more."
  }
}

# --- pipeline ------------------------------------------------------------------------------------------

variable "github_repository" {
  description = "owner/name of the repository whose workflows get roles by OpenID Connect. Null: none."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository == null ? true : can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.github_repository))
    error_message = "owner/name, without wildcards."
  }
}

variable "create_github_provider" {
  description = "Whether this environment makes the account's OpenID Connect provider for GitHub; an account has one."
  type        = bool
  default     = true
}

variable "image_reader_account_ids" {
  description = "Other AWS accounts whose clusters pull images from here: staging's, where it has one of its own."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.image_reader_account_ids : can(regex("^[0-9]{12}$", account))])
    error_message = "An AWS account id has twelve digits."
  }
}

variable "image_signer_role_arns" {
  description = "Roles of Jenkins' agents that sign images: they get a key of KMS to do it with, 1 USD a month. Empty: no key; GitHub's workflows need none."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.image_signer_role_arns : can(regex("^arn:[^:]+:iam::[0-9]{12}:role/", arn))])
    error_message = "ARNs of IAM roles: arn:aws:iam::123456789012:role/name."
  }
}
