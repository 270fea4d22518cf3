output "bucket" {
  description = "For `terraform init -backend-config=\"bucket=...\"`."
  value       = aws_s3_bucket.state.bucket
}

output "boundary_arn" {
  description = "For permissions_boundary_arn of the environments: the policy that bounds every role they make."
  value       = aws_iam_policy.boundary.arn
}

output "key_arn" {
  description = "The key that the states are encrypted by; whoever plans needs kms:Decrypt on it, whoever applies kms:GenerateDataKey, too."
  value       = aws_kms_key.state.arn
}
