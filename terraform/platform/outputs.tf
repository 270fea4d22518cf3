output "namespace" {
  description = "The shop's namespace."
  value       = kubernetes_namespace_v1.shop.metadata[0].name
}

output "secrets" {
  description = "Kubernetes Secrets that External Secrets keeps, for `kubectl wait`."
  value       = keys(local.secrets)
}

output "pods_max" {
  description = "How many pods the namespace's quota has room for."
  value       = local.pods_max
}
