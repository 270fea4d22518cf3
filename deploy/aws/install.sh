#!/usr/bin/env bash
# Puts into a new EKS cluster what terraform/platform and the shop need there and what is no add-on of AWS': Karpenter, the load balancer
# controller, External Secrets, ExternalDNS, Traefik. Safe to run again: it brings each to the version that stands here.
#
#   deploy/aws/install.sh        in the folder of the repository, after `terraform apply`, with KUBECONFIG of that cluster
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

command -v helm >/dev/null || { echo "helm is needed: https://helm.sh/docs/intro/install" >&2; exit 1; }
command -v jq >/dev/null || { echo "jq is needed" >&2; exit 1; }

output() { terraform -chdir=terraform output -json "$1" | jq -r "${2:-.}"; }

cluster=$(output karpenter .cluster)
current=$(kubectl config view --minify --output 'jsonpath={.clusters[0].cluster.server}')
[[ $current == "$(output cluster_endpoint)" ]] || {
  echo "KUBECONFIG speaks to $current, which is not the cluster of this state: aws eks update-kubeconfig --name $cluster" >&2
  exit 1
}

chart() { # chart RELEASE NAMESPACE CHART VERSION [ARGUMENT...]   one chart in one version, waited for
  echo "==> $1 $4"
  helm upgrade --install "$1" "$3" --version "$4" --namespace "$2" --create-namespace --wait --timeout 10m "${@:5}"
}

# Each by its own role (EKS Pod Identity, terraform/iam.tf): the service accounts' names are what those roles trust.
on_system_nodes=(--set-json 'nodeSelector={"fashionforward/nodes":"system"}')
chart karpenter kube-system oci://public.ecr.aws/karpenter/karpenter 1.8.0 --set "settings.clusterName=$cluster" \
  --set "settings.interruptionQueue=$(output karpenter .queue)" --set serviceAccount.name=karpenter "${on_system_nodes[@]}"
# Without Shield Advanced and the old WAF: its role has no right to ask them.
chart aws-load-balancer-controller kube-system aws-load-balancer-controller 1.14.0 --repo https://aws.github.io/eks-charts \
  --set "clusterName=$cluster" --set "region=$(output region)" --set "vpcId=$(output vpc_id)" --set enableBackendSecurityGroup=false \
  --set-json "defaultTags=$(output platform '.tags | tojson')" \
  --set enableShield=false --set enableWaf=false \
  --set serviceAccount.name=aws-load-balancer-controller "${on_system_nodes[@]}"
chart external-secrets external-secrets external-secrets 1.3.2 --repo https://charts.external-secrets.io --set serviceAccount.name=external-secrets
# This zone and no other of the account, and of the Ingresses only the load balancer's: the shop's own tells an address inside the cluster.
# sync: a name that nobody asks for any more is removed, else destroy leaves it.
chart external-dns external-dns external-dns 1.20.0 --repo https://kubernetes-sigs.github.io/external-dns --set provider.name=aws \
  --set-json 'sources=["ingress"]' --set policy=sync --set "txtOwnerId=$cluster" --set "domainFilters={$(output zone .name)}" \
  --set-json "extraArgs=[\"--zone-id-filter=$(output zone .id)\",\"--ingress-class=alb\"]" --set serviceAccount.name=external-dns \
  "${on_system_nodes[@]}"
# No chart: the manifest that the tests run, with the IngressClass without which Traefik would pass by the shop's Ingress.
echo "==> traefik"
kubectl kustomize --load-restrictor=LoadRestrictionsNone deploy/aws/traefik | kubectl apply --server-side --force-conflicts -f -
kubectl --namespace traefik rollout status deployment/traefik --timeout=10m
