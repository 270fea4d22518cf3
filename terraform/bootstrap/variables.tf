variable "region" {
  description = "Where the bucket is: where the environments are, since their pipeline's plan may decrypt states only there."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region looks like eu-central-1."
  }
}

variable "project" {
  description = "First part of every name."
  type        = string
  default     = "fashionforward"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.project))
    error_message = "2 to 20 lower-case letters, digits or dashes, beginning with a letter."
  }
}

variable "bucket" {
  description = "The bucket's name, unique in all of AWS. Null: made of project, account and region."
  type        = string
  default     = null

  validation {
    condition     = var.bucket == null ? true : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "3 to 63 lower-case letters, digits or dashes."
  }
}
