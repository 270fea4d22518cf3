"""What every cluster gets besides Kubernetes itself: metrics-server, an ingress controller, cert-manager (addons/*.yaml)."""

from pathlib import Path

from harness import settings, shell
from harness.go_modules import copy_writable, source

CERT_MANAGER_MODULE = ("github.com/cert-manager/cert-manager", settings.CERT_MANAGER)
DEPLOYMENTS = (("kube-system", "metrics-server"), ("traefik", "traefik"), ("cert-manager", "cert-manager"),
               ("cert-manager", "cert-manager-cainjector"), ("cert-manager", "cert-manager-webhook"))
READY_WITHIN_S = 300  # with published images these are pulled first


def kubectl(*arguments: str) -> list[str]:
    return [str(settings.TOOLS / "kubectl"), f"--kubeconfig={settings.KUBECONFIG}", *arguments]


def apply() -> None:
    crds = cert_manager_crds()
    # On the server's side, since they are longer than the annotation that the client's side would keep.
    for folder in (crds, settings.HERE / "addons"):
        shell.run(kubectl("apply", "--server-side", "--force-conflicts", f"--filename={folder}"), log="addons")


def cert_manager_crds() -> Path:
    """From cert-manager's module, whichever way the images come."""
    kept = settings.CACHE / f"cert-manager-crds-{settings.CERT_MANAGER}"
    if not kept.is_dir():
        copy_writable(source(CERT_MANAGER_MODULE) / "deploy" / "crds", kept)
    return kept


def wait() -> None:
    for namespace, name in DEPLOYMENTS:
        shell.run(kubectl("--namespace", namespace, "rollout", "status", f"deployment/{name}", f"--timeout={READY_WITHIN_S}s"),
                  log="addons")
    shell.run(kubectl("wait", "--for=condition=Available", "apiservice/v1beta1.metrics.k8s.io", f"--timeout={READY_WITHIN_S}s"),
              log="addons")
    shell.until("cert-manager's webhook answers", webhook_answers, within_s=READY_WITHIN_S)


def webhook_answers() -> bool:
    """True once the API server trusts it, which takes the cainjector a moment after it is ready."""
    issuer = '{"apiVersion":"cert-manager.io/v1","kind":"ClusterIssuer","metadata":{"name":"probe"},"spec":{"selfSigned":{}}}'
    probe = settings.CACHE / "work" / "probe.json"
    probe.parent.mkdir(parents=True, exist_ok=True)
    probe.write_text(issuer, encoding="utf-8")
    return shell.ask(kubectl("create", "--dry-run=server", f"--filename={probe}")) is not None
