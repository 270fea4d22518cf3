#!/usr/bin/env bash
# Tries what the cluster promises, in about a minute: the ingress controller over HTTP and HTTPS with a certificate of cert-manager's,
# names and Services between pods, network policies in both directions, a volume, metrics, zones. One line for each; the first that
# does not hold ends it. `./ff cluster check`, with KUBECONFIG and PATH of `./ff cluster env`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

began=$SECONDS
work=$(mktemp -d)
finish() {
  kubectl delete namespace check --ignore-not-found --wait=false >/dev/null
  rm -rf "$work"
}
trap finish EXIT

k() { kubectl --namespace check "$@"; }

ok() { printf 'ok %s\n' "$*"; }

within() { # within SECONDS WHAT COMMAND...   tries until it succeeds
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>"$work/error"; do
    if ((SECONDS > deadline)); then
      printf 'NOT %s\n' "$what"
      cat "$work/error"
      exit 1
    fi
    sleep 0.5
  done
  ok "$what"
}

not() { ! "$@"; }

get() { # get POD HOST   one request from a pod, answered within 2 s
  # shellcheck disable=SC2016 # the pod's shell expands it
  k exec "$1" -- timeout 2 bash -c 'exec 3<>/dev/tcp/$0/80 && printf "GET / HTTP/1.0\r\n\r\n" >&3 && grep -q "200 OK" <&3' "$2"
}

zones() { test "$(k get nodes -L topology.kubernetes.io/zone --no-headers | awk '{print $NF}' | sort | tr -d '\n')" = aabcc; }
over_https() { curl -fsS -m 5 --cacert "$work/ca.crt" --resolve check.localhost:8443:127.0.0.1 https://check.localhost:8443/; }
authority() { k get secret check-ca -o 'jsonpath={.data.ca\.crt}' | base64 -d >"$work/ca.crt" && test -s "$work/ca.crt"; }
# shellcheck disable=SC2016 # the pod's shell expands it
written() { k exec friend -- bash -c 'echo kept >/data/file && test "$(stat -c %g /data/file)" = 999'; }

kubectl apply --server-side -f sample.yaml >/dev/null
within 5 "zones a, b and c have 2, 1 and 2 nodes" zones
within 60 "two pods of a Deployment run, in two zones" k rollout status deployment/server --timeout=60s
within 60 "a claim got a volume, and its pod runs" k wait --for=condition=Ready pod/friend pod/stranger --timeout=60s
within 5 "the pod's group owns the volume" written
within 20 "http://127.0.0.1:8088 reaches it through class nginx" curl -fsS -m 5 -H 'Host: check.localhost' http://127.0.0.1:8088/
within 30 "cert-manager made an authority" authority
within 30 "https://127.0.0.1:8443 has a certificate by it" over_https
within 10 "a pod reaches the Service by its name" get stranger server.check.svc.cluster.local
k apply -f ingress-policy.yaml >/dev/null
within 10 "ingress policy: a stranger no longer does" not get stranger server.check.svc.cluster.local
within 5 "ingress policy: a friend does" get friend server.check.svc.cluster.local
within 5 "ingress policy: the ingress controller does" curl -fsS -m 5 -H 'Host: check.localhost' http://127.0.0.1:8088/
address=$(k get service server -o jsonpath='{.spec.clusterIP}')
within 5 "a friend reaches the Service by its address" get friend "$address"
k apply -f egress-policy.yaml >/dev/null
within 10 "egress policy: no longer" not get friend "$address"
k delete -f egress-policy.yaml >/dev/null
within 10 "egress policy gone: again" get friend "$address"
within 60 "kubectl top has figures of nodes" kubectl top nodes
within 60 "kubectl top has figures of pods" k top pods
echo "All of it holds: $((SECONDS - began)) s."
