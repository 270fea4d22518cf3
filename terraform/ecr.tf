# Where the shop's image is kept. A tag is given once: what was tested under a name is what runs under it.

locals {
  repositories = {
    fashionforward             = "the shop"
    fashionforward-postgres-ha = "PostgreSQL with Patroni, for clusters without RDS" # deploy/components/postgres-ha
  }
}

resource "aws_ecr_repository" "this" {
  for_each = local.repositories

  name                 = "${local.name}/${each.key}"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = !local.production # staging can be destroyed with its images

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.this["registry"].arn
  }

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What lost its tag or never had one is nobody's"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Releases to roll back to; with their signatures and SBOMs some thirty"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 100 }
        action       = { type = "expire" }
      },
    ]
  })
}
