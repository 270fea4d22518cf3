# Where the shop's image is kept. A tag is given once: what was tested under a name is what runs under it.

locals {
  repositories = {
    fashionforward = "the shop, and its demo payment gateway"
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
#
# The demo gateway runs the image of the first deployment for as long as nobody changes it: deploy/ci/keep.sh gives it a tag keep-..., and what a
# rule of higher priority (a lower number) has matched, no later rule takes. That rule itself takes only what no shop comes to.
resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Kept while something runs it"
        selection    = { tagStatus = "tagged", tagPatternList = ["keep-*"], countType = "imageCountMoreThan", countNumber = 1000 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Thirty releases to roll back to"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 90 }
        action       = { type = "expire" }
      },
    ]
  })
}

# Images are pushed once, to production's registry; environments in other accounts pull from there. (Decrypting is ECR's own business, by its
# grant on the key.)
data "aws_iam_policy_document" "image_readers" {
  statement {
    sid     = "OtherEnvironmentsPull"
    actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]

    principals {
      type        = "AWS"
      identifiers = [for account in var.image_reader_account_ids : "${local.arn}:iam::${account}:root"]
    }
  }
}

resource "aws_ecr_repository_policy" "readers" {
  for_each = length(var.image_reader_account_ids) > 0 ? aws_ecr_repository.this : {}

  repository = each.value.name
  policy     = data.aws_iam_policy_document.image_readers.json
}
