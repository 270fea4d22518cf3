"""The Docker that the nodes run in: the one that already answers on this machine, or one of our own that is started for the
cluster, on its own socket and with its data in CACHE/docker, and stopped with it.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from harness import archive, settings, shell

PID_FILE = settings.CACHE / "dockerd.pid"
OWN = f"unix://{settings.DOCKER_SOCKET}"
SYS_RESOURCE = 1 << 24  # capabilities(7)
WRAPPER = settings.HERE / "runc-without-sys-resource.sh"


def own_pid() -> int | None:
    """The process of our own daemon, if it runs."""
    try:
        pid = int(PID_FILE.read_text(encoding="utf-8"))
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    # A number from before a reboot may be anybody's by now.
    return pid if command[0].endswith(b"dockerd") and str(settings.DOCKER_SOCKET).encode() in b" ".join(command) else None


def endpoint() -> str | None:
    """What DOCKER_HOST must be: ours if it runs, else this user's if it answers, else nothing."""
    if own_pid():
        return OWN
    if os.environ.get("FF_CLUSTER_DOCKER") == "own" or shell.ask(["docker", "version"], timeout_s=10) is None:
        return None
    return os.environ.get("DOCKER_HOST") or shell.ask(["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])


def use() -> str:
    """Makes this process and all it starts use the cluster's Docker, which is started where none answers."""
    host = endpoint()
    if host is None:
        with shell.step("Starting Docker"):
            start()
        host = OWN
    os.environ["DOCKER_HOST"] = host
    return host


def start() -> None:
    if os.geteuid() != 0:
        raise shell.Failure("no Docker answers (docker info), and starting one needs root")
    if shutil.which("dockerd", path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
        raise shell.Failure("there is no dockerd: install Docker (Debian: docker.io)")
    settings.LOGS.mkdir(parents=True, exist_ok=True)
    log = settings.LOGS / "dockerd.log"
    command = [
        "dockerd", f"--host={OWN}", f"--data-root={settings.CACHE / 'docker'}", f"--pidfile={PID_FILE}",
        "--exec-root=/run/fashionforward-cluster", "--storage-driver=overlay2",
        # Ranges of private addresses that neither Kubernetes nor a Docker with defaults uses.
        "--bip=172.29.0.1/24", "--default-address-pool=base=172.30.0.0/16,size=24",
        # Published ports by iptables, also on loopback, instead of a process that copies every byte of a load test.
        "--userland-proxy=false",
    ]
    if not bounding_set() & SYS_RESOURCE:
        command += [f"--add-runtime=runc-without-sys-resource={WRAPPER}", "--default-runtime=runc-without-sys-resource"]
    # A plain PATH: with CACHE/bin in it, dockerd would find programs of the nodes instead of its own.
    with open(log, "wb") as out:
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                         env={**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    try:
        shell.until("Docker answers", lambda: shell.ask(["docker", "version"], env={"DOCKER_HOST": OWN}) is not None, within_s=60)
    except shell.Failure as failure:
        raise shell.Failure(f"{failure}: see {log}\n{shell.tail(log, 5)}") from None


def stop() -> None:
    """Ends our own daemon, by its process id, if it runs."""
    pid = own_pid()
    if pid is None:
        return
    with shell.step("Stopping Docker"):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 60
        while own_pid() == pid:
            if time.monotonic() > deadline:
                raise shell.Failure(f"dockerd (process {pid}) does not end")
            time.sleep(0.2)


def bounding_set() -> int:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("CapBnd:"):
            return int(line.split()[1], 16)
    return -1  # all


def has_image(name: str) -> bool:
    return shell.ask(["docker", "image", "inspect", "--format", "{{.Id}}", name]) is not None


def load(name: str, packed: Path) -> None:
    """Brings an archive's image into Docker, unless it has that very one."""
    if shell.ask(["docker", "image", "inspect", "--format", "{{.Id}}", name]) != archive.image_id(packed):
        shell.run(["docker", "load", "--quiet", "--input", packed], log="docker-load")
