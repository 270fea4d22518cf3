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

# Counted by tags, of which a release has three: its index and an image for each processor. There is no rule for what has no tag: tags are given once,
# so nothing loses its own, and what never had one are signatures, provenance and SBOMs. Those refer to their image (OCI 1.1), and ECR removes them
# with it; a rule would take them from under an image that is still deployed, and whoever verifies before starting it could start no pod.
resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Thirty releases to roll back to"
      selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 90 }
      action       = { type = "expire" }
    }]
  })
}
