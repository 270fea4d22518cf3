# As ../versions.tf, but for the backend: this is what makes it, so its own state begins on the disk of whoever runs it (docs/aws.md, step 1).
terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.47"
    }
  }
}
