# A root module of its own: a provider for a cluster can't be planned before that cluster exists, nor destroyed after it.
terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 3.2"
    }
  }

  backend "s3" {} # ../environments/*.s3.tfbackend, with -backend-config="key=ENVIRONMENT/platform.tfstate"
}
