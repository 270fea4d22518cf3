#!/usr/bin/env python3
"""`./ff cluster`: a real Kubernetes of five nodes in three zones on this machine, from published images or built from source."""

import argparse
import fcntl
import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from harness import addons, archive, docker, go_modules, host, images, node_image, settings, shell

HELP = """\
  up            make the cluster, after making whatever it needs that is not in the cache
  down          delete it, stop the Docker that was started for it, take the routes away
  status        nodes, add-ons, how to reach it; succeeds when all nodes are ready
  load IMAGE    bring an image of the cluster's Docker into the nodes
  env           lines for a shell: eval "$(./ff cluster env)"
  check         try what the cluster promises, in about a minute
  docker        only start the cluster's Docker, with the base images that Dockerfile and compose.yaml name
  tools         only build kubectl and kubeconform, which need no cluster
"""
NODES = 5
READY_WITHIN_S = 300


def images_come_from() -> str:
    """"published" or "source". FF_CLUSTER_IMAGES decides; without it, what this machine's Docker already has; else whether a
    registry answers when it is asked for the nodes' image (one request, at most 10 s)."""
    asked = os.environ.get("FF_CLUSTER_IMAGES")
    if asked in ("published", "source"):
        return asked
    if asked:
        raise shell.Failure("FF_CLUSTER_IMAGES is neither published nor source")
    if docker.has_image(settings.PUBLISHED_NODE_IMAGE):
        return "published"
    if shell.ask(["docker", "image", "ls", "--quiet", node_image.REPOSITORY]):
        return "source"
    answered = shell.ask(["docker", "manifest", "inspect", settings.PUBLISHED_NODE_IMAGE], timeout_s=10)
    return "published" if answered else "source"


def prepare_to_build() -> None:
    """What building from source takes of this machine, said before an hour of it has begun."""
    archive.check_machine()
    if shutil.which("dpkg-query"):
        shell.run([settings.HERE.parents[1] / "ff", "cluster", "packages"], log="packages")


def base_images() -> None:
    """In the cluster's Docker, under their published names, what our Dockerfile and compose.yaml start from."""
    for name, make in ((settings.DEBIAN_IMAGE, images.of_debian), (settings.POSTGRES_IMAGE, images.of_postgres)):
        docker.load(name, make())


def nodes() -> list[str]:
    """The nodes' containers, whether they run or not."""
    ours = f"label=io.x-k8s.kind.cluster={settings.NAME}"
    return (shell.ask(["docker", "ps", "--all", "--quiet", "--filter", ours]) or "").split()


def start_nodes() -> bool:
    """Whether the cluster that was made stands, after starting those of its nodes that a test or a reboot has stopped."""
    if len(found := nodes()) != NODES:
        return False
    shell.ask(["docker", "start", *found])
    try:  # long, since a machine that is only busy is no reason to make the cluster anew
        shell.until("the API server answers", api_answers, within_s=90, every_s=2)
    except shell.Failure:
        return False
    return True


def ready_nodes() -> int:
    conditions = "{range .items[*]}{.status.conditions[?(@.type=='Ready')].status}{' '}{end}"
    return (shell.ask(addons.kubectl("get", "nodes", f"--output=jsonpath={conditions}")) or "").split().count("True")


def standing_images() -> str:
    return shell.ask(["docker", "inspect", "--format", "{{.Config.Image}}", *nodes()]) or ""


def api_answers() -> bool:
    return shell.ask(addons.kubectl("get", "--raw", "/readyz")) is not None


@contextmanager
def alone() -> Iterator[None]:
    """One at a time builds, makes or deletes the cluster; the others wait."""
    for folder in (settings.CACHE / "work", settings.LOGS):
        folder.mkdir(parents=True, exist_ok=True)
    with open(settings.CACHE / "lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another ./ff cluster ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def up() -> None:
    began = time.monotonic()
    go_modules.build(("kind",))
    docker.use()
    host.prepare()
    if images_come_from() == "source":
        prepare_to_build()
        go_modules.build(go_modules.IN_IMAGES)
        go_modules.build(go_modules.TOOLS)
        image = node_image.ensure()
        base_images()
    else:
        go_modules.build(go_modules.TOOLS)
        image = settings.PUBLISHED_NODE_IMAGE
    go_modules.publish_tools()
    if not start_nodes():
        delete()
        with shell.step(f"Making {NODES} nodes of {image.split('@')[0]}"):
            shell.run([settings.TOOLS / "kind", "create", "cluster", f"--config={settings.HERE / 'kind.yaml'}",
                       f"--image={image}", f"--kubeconfig={settings.KUBECONFIG}", "--verbosity=1"], log="kind")
    elif node_image.REPOSITORY in image and image not in standing_images():
        with shell.step("Loading newer add-ons into nodes of an older image"):
            for packed in images.of_platform():
                shell.run([settings.TOOLS / "kind", "load", "image-archive", f"--name={settings.NAME}", packed], log="kind-load")
    with shell.step("Applying metrics-server, Traefik, cert-manager"):
        addons.apply()
    with shell.step("Waiting until nodes and add-ons are ready"):
        shell.run(addons.kubectl("wait", "--for=condition=Ready", "nodes", "--all", f"--timeout={READY_WITHIN_S}s"), log="addons")
        addons.wait()
    print(f"The cluster stands after {time.monotonic() - began:.0f} s.\n")
    status()


def delete() -> None:
    kind = go_modules.program("kind", "kind")
    if kind.exists():
        shell.run([kind, "delete", "cluster", f"--name={settings.NAME}", f"--kubeconfig={settings.KUBECONFIG}"], log="kind")


def down() -> None:
    if found := docker.endpoint():
        os.environ["DOCKER_HOST"] = found
        with shell.step("Deleting the cluster"):
            delete()
    docker.stop()
    host.restore()
    print("Down. Images and programs stay in the cache: ./ff cluster up takes two minutes.")


def status() -> None:
    found = docker.endpoint()
    if found is None:
        print("No cluster: no Docker answers. ./ff cluster up makes one.")
        raise SystemExit(1)
    os.environ["DOCKER_HOST"] = found
    if not nodes() or not api_answers():
        print(f"No cluster in the Docker at {found}. ./ff cluster up makes one.")
        raise SystemExit(1)
    columns = ("NAME:.metadata.name,ZONE:.metadata.labels.topology\\.kubernetes\\.io/zone,"
               "VERSION:.status.nodeInfo.kubeletVersion,READY:.status.conditions[?(@.type=='Ready')].status")
    print(shell.ask(addons.kubectl("get", "nodes", f"--output=custom-columns={columns}")))
    waiting = shell.ask(addons.kubectl("get", "pods", "--all-namespaces", "--no-headers",
                                       "--field-selector=status.phase!=Running,status.phase!=Succeeded"))
    print(f"\nPods that don't run:\n{waiting}" if waiting else "\nAll pods run.")
    print(f"Ingress controller (class nginx): http://{settings.HTTP} and https://{settings.HTTPS}\n\n{exports()}")
    if (ready := ready_nodes()) < NODES:
        print(f"\nOnly {ready} of {NODES} nodes are ready: ./ff cluster up starts what a test has stopped.")
        raise SystemExit(1)


def exports() -> str:
    return (f"export KUBECONFIG={shlex.quote(str(settings.KUBECONFIG))}\n"
            f"export DOCKER_HOST={shlex.quote(docker.endpoint() or docker.OWN)}\n"
            f"export PATH={shlex.quote(str(settings.TOOLS))}:$PATH")


def load(names: list[str]) -> None:
    docker.use()
    with shell.step(f"Loading {' '.join(names)} into the nodes"):
        shell.run([settings.TOOLS / "kind", "load", "docker-image", f"--name={settings.NAME}", *names], log="kind-load")


def check() -> None:
    docker.use()
    os.environ["KUBECONFIG"] = str(settings.KUBECONFIG)
    os.environ["PATH"] = f"{settings.TOOLS}:{os.environ['PATH']}"
    os.execv(settings.HERE / "check" / "check.sh", ["check.sh"])


def only_docker() -> None:
    docker.use()
    if images_come_from() == "source":
        prepare_to_build()
        base_images()
    print(exports())


def only_tools() -> None:
    go_modules.build(("kubectl", "tools"))
    go_modules.publish_tools()


def main() -> int:
    parser = argparse.ArgumentParser(prog="./ff cluster", description=__doc__, epilog=HELP, usage="./ff cluster COMMAND",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("up", "down", "status", "load", "env", "check", "docker", "tools"))
    parser.add_argument("image", nargs="*")
    asked = parser.parse_args()
    if (asked.command == "load") != bool(asked.image):
        parser.error("load takes images, and nothing else does")
    commands = {"up": up, "down": down, "status": status, "env": lambda: print(exports()), "docker": only_docker, "check": check,
                "tools": only_tools, "load": lambda: load(asked.image)}
    try:
        with alone() if asked.command in ("up", "down", "docker", "tools") else nullcontext():
            commands[asked.command]()
    except shell.Failure as failure:
        print(f"ff cluster: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `./ff cluster status | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
