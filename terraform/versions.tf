# Which Terraform and which providers. The lower bounds are features that are used: `use_lockfile` of the S3 backend and write-only
# arguments are whole from Terraform 1.11 on. The upper bounds are major versions, which may take arguments away.
terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.47"
    }
  }

  # Where the state is kept: environments/*.s3.tfbackend, given to `terraform init -backend-config=`. The bucket is made by bootstrap/.
  backend "s3" {}
}
