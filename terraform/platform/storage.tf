# What a PersistentVolumeClaim gets on EKS. deploy/overlays/eks/volume.yaml names it; for claims that name none it is the default, of which EKS
# itself has none.
resource "kubernetes_storage_class_v1" "gp3" {
  metadata {
    name        = "gp3"
    annotations = { "storageclass.kubernetes.io/is-default-class" = tostring(var.default_storage_class) }
  }

  storage_provisioner    = "ebs.csi.aws.com"
  reclaim_policy         = "Delete"
  volume_binding_mode    = "WaitForFirstConsumer" # in the zone where the pod is
  allow_volume_expansion = true

  parameters = merge({
    type      = "gp3"
    encrypted = "true"
    kmsKeyId  = var.volumes_key_arn
  }, { for number, tag in local.volume_tags : "tagSpecification_${number + 1}" => tag })
}

locals {
  # AWS Backup copies what has the first one daily (../backup.tf).
  volume_tags = concat(["Backup=${var.name}"], [for name, value in var.tags : "${name}=${value}"])
}
