# Which cluster: the kubeconfig that KUBE_CONFIG_PATH names (`aws eks update-kubeconfig`), and in it the context given here, so that it can't be
# another one by accident. No token is kept in the state: kubectl's plugin asks for one each time.
provider "kubernetes" {
  config_context = var.kube_context
}
