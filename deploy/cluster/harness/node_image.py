"""The nodes' image made from source, as `kind build node-image` makes it: Debian with systemd, kind's own files, containerd,
kubeadm, kubelet, and all the container images that a node may be asked for, already in containerd's store.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import archive, debian, docker, images, settings, shell
from harness.go_modules import MODULES, program, source

REPOSITORY = "fashionforward/node"
FILES = settings.HERE / "node"
ENTRYPOINT = ("/usr/local/bin/entrypoint", "/sbin/init")


def ensure() -> str:
    """The image's name, after making and loading it where Docker does not have it."""
    archives = [*images.of_kubernetes(), *images.of_platform(), images.of_postgres(), images.of_debian()]
    name = f"{REPOSITORY}:{settings.KUBERNETES}-{key(archives)}"
    if not docker.has_image(name):
        with shell.step("Making the nodes' image (once)"), tempfile.TemporaryDirectory(dir=settings.CACHE / "work") as folder:
            root, packed = Path(folder) / "root", Path(folder) / "node.tar"
            shell.run(["cp", "-a", debian.node(), root], log="node-image")
            install_system(root)
            preload(root, archives)
            config = archive.Config(entrypoint=ENTRYPOINT, stop_signal="SIGRTMIN+3", env={"container": "docker"})
            archive.write({name: config}, root, packed, compress=False)
            docker.load(name, packed)
        remove_older(name)
    return name


def key(archives: list[Path]) -> str:
    made_of = hashlib.sha256()
    modules = (MODULES[name].key() for name in ("kubernetes", "kubectl", "containerd", "crictl"))
    for part in (*(path.name for path in archives), debian.node().name, *modules):
        made_of.update(f"{part}\n".encode())
    for path in (Path(__file__), *sorted(FILES.iterdir())):
        made_of.update(path.read_bytes())
    return made_of.hexdigest()[:12]


def remove_older(name: str) -> None:
    for other in (shell.ask(["docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", REPOSITORY]) or "").split():
        if other != name:
            shell.ask(["docker", "image", "rm", other])


def install_system(root: Path) -> None:
    """What kind's images/base/Dockerfile does, in its order."""
    kind = source(("sigs.k8s.io/kind", settings.KIND)) / "images/base/files"
    for tree in ("etc", "kind", "usr", "LICENSES"):
        shell.run(["cp", "-r", "--no-preserve=mode,ownership", kind / tree, root], log="node-image")
    for folder in ("kind/bin", "usr/local/bin"):
        for path in (root / folder).iterdir():
            path.chmod(0o755)
    keep_units_out(root)
    configure(root)
    for name in ("containerd", "containerd-shim-runc-v2", "ctr"):
        images.install(program("containerd", name), root / "usr/local/bin" / name)
    images.install(program("crictl", "crictl"), root / "usr/local/bin/crictl")
    for name in ("kubeadm", "kubelet"):
        images.install(program("kubernetes", name), root / "usr/bin" / name)
    images.install(program("kubectl", "kubectl"), root / "usr/bin/kubectl")
    for plugin in (MODULES["containerd"].folder / "cni").iterdir():
        images.install(plugin, root / "opt/cni/bin" / plugin.name)
    for folder in ("etc/cni/net.d", "etc/kubernetes/manifests", "kind/manifests", "lib/modules"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "kind/version").write_text(settings.KUBERNETES, encoding="utf-8")
    for manifest in FILES.glob("*.yaml"):
        shutil.copy(manifest, root / "kind/manifests" / manifest.name)
    systemctl = ["systemctl", f"--root={root}"]
    shell.run([*systemctl, "enable", "kubelet.service", "containerd.service", "undo-mount-hacks.service"], log="node-image")
    shell.run([*systemctl, "mask", "systemd-binfmt.service"], log="node-image")


def keep_units_out(root: Path) -> None:
    """systemd starts nothing in a node but what kind asks for."""
    system = root / "usr/lib/systemd/system"
    for pattern in ("sysinit.target.wants/systemd-tmpfiles-setup.service", "multi-user.target.wants/*", "local-fs.target.wants/*",
                    "basic.target.wants/*", "sockets.target.wants/*udev*", "sockets.target.wants/*initctl*",
                    "sockets.target.wants/dbus.socket"):
        for unit in system.glob(pattern):
            unit.unlink()
    for unit in (root / "etc/systemd/system").glob("*.wants/*"):
        unit.unlink()


def configure(root: Path) -> None:
    # A machine without CAP_SYS_RESOURCE may not lower an OOM score; kind sets the same for rootless nodes.
    edit(root / "etc/containerd/config.toml", r"restrict_oom_score_adj = false", "restrict_oom_score_adj = true")
    if f'"{settings.PAUSE_IMAGE}"' not in (root / "etc/containerd/config.toml").read_text(encoding="utf-8"):
        raise shell.Failure(f"kind {settings.KIND} asks for another image of pause than {settings.PAUSE_IMAGE}")
    edit(root / "etc/systemd/system/containerd.service", r"(?m)^OOMScoreAdjust.*\n", "")
    with open(root / "etc/systemd/journald.conf", "a", encoding="utf-8") as journald:
        journald.write("ReadKMsg=no\n")
    spec = json.loads(shell.ask([program("containerd", "ctr"), "oci", "spec"]) or "")
    spec.setdefault("hooks", {}).setdefault("createContainer", []).append({"path": "/kind/bin/mount-product-files.sh"})
    spec["process"].pop("rlimits", None)
    (root / "etc/containerd/cri-base.json").write_text(json.dumps(spec), encoding="utf-8")


def edit(path: Path, pattern: str, by: str) -> None:
    text, count = re.subn(pattern, by, path.read_text(encoding="utf-8"))
    if count == 0:
        raise shell.Failure(f"{path.name} of kind {settings.KIND} has no {pattern!r}")
    path.write_text(text, encoding="utf-8")


def preload(root: Path, archives: list[Path]) -> None:
    """Imports the images into the store of the nodes' containerd, packed: a node unpacks what it runs."""
    with tempfile.TemporaryDirectory(prefix="ff-containerd-") as run:
        settings_file, socket = Path(run) / "config.toml", Path(run) / "sock"
        settings_file.write_text(f'version = 3\nroot = "{root}/var/lib/containerd"\nstate = "{run}/state"\n'
                                 f'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", '
                                 f'"io.containerd.cri.v1.runtime", "io.containerd.internal.v1.opt"]\n'
                                 f'[grpc]\naddress = "{socket}"\n[ttrpc]\naddress = "{socket}.ttrpc"\n', encoding="utf-8")
        with open(settings.LOGS / "containerd.log", "wb") as log:
            server = subprocess.Popen([program("containerd", "containerd"), "--config", settings_file], stdin=subprocess.DEVNULL,
                                      stdout=log, stderr=log)
        try:
            ctr = [program("containerd", "ctr"), "--address", socket, "--namespace", "k8s.io"]
            shell.until("containerd answers", lambda: shell.ask([*ctr, "version"]) is not None, within_s=30)
            for image in archives:
                # kind's own flags.
                shell.run([*ctr, "images", "import", "--all-platforms", "--no-unpack", "--digests", image], log="node-image")
        finally:
            server.terminate()
            server.wait(timeout=30)
