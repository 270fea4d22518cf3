# Most of these are the output `platform` of the module above: `terraform output -json platform > platform/from-aws.auto.tfvars.json`.

variable "kube_context" {
  description = "Context of the kubeconfig (KUBE_CONFIG_PATH) that this is for."
  type        = string

  validation {
    condition     = length(var.kube_context) > 0
    error_message = "Name it: the current context may be anybody's cluster."
  }
}

variable "name" {
  description = "Name of the environment's resources, as the module above makes it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,62}$", var.name))
    error_message = "Lower-case letters, digits or dashes."
  }
}

variable "region" {
  description = "AWS region that the secrets are in."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region looks like eu-central-1."
  }
}

variable "namespace" {
  description = "The shop's namespace; deploy/overlays/eks says fashionforward."
  type        = string
  default     = "fashionforward"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "A name of a namespace."
  }
}

variable "ingress_namespace" {
  description = "Where the ingress controller is installed (docs/aws.md: traefik)."
  type        = string
  default     = "traefik"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.ingress_namespace))
    error_message = "A name of a namespace."
  }
}

variable "database_host" {
  description = "Name of the database."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]+$", var.database_host))
    error_message = "A host name."
  }
}

variable "database_cidrs" {
  description = "Where the database may be: its subnets."
  type        = list(string)

  validation {
    condition     = length(var.database_cidrs) > 0 && alltrue([for cidr in var.database_cidrs : can(cidrhost(cidr, 0))])
    error_message = "CIDR blocks."
  }
}

variable "secret_names" {
  description = "Names in Secrets Manager, by purpose: database-shop, database-owner, payment-gateway."
  type        = map(string)

  validation {
    condition     = alltrue([for purpose in ["database-shop", "database-owner", "payment-gateway"] : contains(keys(var.secret_names), purpose)])
    error_message = "database-shop, database-owner and payment-gateway are needed."
  }
}

variable "master_secret_arn" {
  description = "Secret in which RDS keeps the master user's password."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:secretsmanager:", var.master_secret_arn))
    error_message = "The ARN of a secret."
  }
}

variable "volumes_key_arn" {
  description = "KMS key of the pods' disks."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:kms:", var.volumes_key_arn))
    error_message = "The ARN of a KMS key."
  }
}

variable "certificate_arn" {
  description = "The shop's certificate (ACM), for the load balancer."
  type        = string

  validation {
    condition     = can(regex("^arn:[^:]+:acm:", var.certificate_arn))
    error_message = "The ARN of a certificate."
  }
}

variable "domain_name" {
  description = "The shop's public name."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "A domain name in lower case, without a dot at its end."
  }
}

variable "load_balancer" {
  description = "The public load balancer's security group and subnets."
  type = object({
    security_group_id = string
    subnet_ids        = list(string)
  })

  validation {
    condition     = startswith(var.load_balancer.security_group_id, "sg-") && length(var.load_balancer.subnet_ids) >= 2
    error_message = "A security group, and subnets in at least two zones."
  }
}

variable "web_acl_arn" {
  description = "Web ACL in front of the load balancer, or \"none\"."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = can(regex("^(none$|arn:[^:]+:wafv2:)", var.web_acl_arn))
    error_message = "The ARN of a web ACL, or none."
  }
}

variable "tags" {
  description = "Tags by which costs are told apart, for the volumes that the EBS driver makes."
  type        = map(string)
  default     = {}

  validation {
    condition     = !contains(keys(var.tags), "Backup")
    error_message = "Backup is set by this module."
  }
}

variable "shop_pods_max" {
  description = "maxReplicas in k8s/hpa.yaml, for the quota."
  type        = number
  default     = 10

  validation {
    condition     = var.shop_pods_max >= 2
    error_message = "2 or more."
  }
}

variable "shop_rollout_surge" {
  description = "maxSurge in k8s/deployment.yaml, for the quota."
  type        = number
  default     = 3

  validation {
    condition     = var.shop_rollout_surge >= 1
    error_message = "1 or more."
  }
}

variable "default_storage_class" {
  description = "Whether claims that name no StorageClass get gp3. false where the cluster has a default already: of two, the newer one would win."
  type        = bool
  default     = true
}

variable "rds_authorities" {
  description = "File with the authorities that sign RDS' certificates: AWS publishes it (docs/aws.md)."
  type        = string
  default     = "global-bundle.pem"

  validation {
    condition     = can(regex("-----BEGIN CERTIFICATE-----", file(var.rds_authorities)))
    error_message = "A file of certificates in PEM."
  }
}

variable "database_users_image" {
  description = "Image with psql, for the job that makes the database's users."
  type        = string
  default     = "postgres:15-bookworm"
}
