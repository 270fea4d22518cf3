"""What the cluster is made of: versions, names, addresses and the folders that the harness keeps. It runs nothing."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent  # deploy/cluster
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "fashionforward" / "cluster"

NAME = "fashionforward"  # of the kind cluster; its nodes are NAME-control-plane, NAME-worker, NAME-worker2 ...
KUBECONFIG = CACHE / "kubeconfig"
DOCKER_SOCKET = CACHE / "docker.sock"
LOGS = CACHE / "log"
TOOLS = CACHE / "bin"  # kind kubectl hey kubeconform: for PATH

KUBERNETES = "v1.34.4"  # what the source build makes; kubeadm is told the same version by the node image's /kind/version
# kind v0.30.0's own default, so that its init scripts and the image agree: the newest 1.34 that was published with it.
PUBLISHED_NODE_IMAGE = "kindest/node:v1.34.0@sha256:7416a61b42b1662ca6ca89f02028ac133a309a2a30ba309614e8ec94d976dc5a"

KIND = "v0.30.0"
CONTAINERD = "v2.1.5"
METRICS_SERVER = "v0.8.0"
TRAEFIK = "v3.7.13"
CERT_MANAGER = "v1.21.2"

# The published names, so that one set of manifests serves both ways.
METRICS_SERVER_IMAGE = f"registry.k8s.io/metrics-server/metrics-server:{METRICS_SERVER}"
TRAEFIK_IMAGE = f"traefik:{TRAEFIK}"
CERT_MANAGER_PROGRAMS = ("controller", "webhook", "cainjector")
PAUSE_IMAGE = "registry.k8s.io/pause:3.10"  # what kind's containerd configuration asks for
DEBIAN_IMAGE = "debian:bookworm-slim"
POSTGRES_IMAGE = "postgres:15-bookworm"
NODE_AGENT_IMAGE = "fashionforward/node-agent:v1"  # only in the node image made from source

# kind's defaults. A packet to an address of these that no node has programmed yet would follow the host's default route
# off the machine, so they are blackholed on the host while a cluster stands.
POD_SUBNET = "10.244.0.0/16"
SERVICE_SUBNET = "10.96.0.0/16"

HTTP = "127.0.0.1:8088"
HTTPS = "127.0.0.1:8443"


def cert_manager_image(program: str) -> str:
    return f"quay.io/jetstack/cert-manager-{program}:{CERT_MANAGER}"
