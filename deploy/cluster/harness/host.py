"""What the cluster changes on the host itself, all as root: routes and one kernel limit."""

import os
import shutil
from pathlib import Path

from harness import settings, shell

INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")
INOTIFY_WANTED = 1024  # five systemds and what runs under them share the host's limit, which is 128 by default


def prepare() -> None:
    """Blackholes the cluster's address ranges before anything starts. A packet to a Service or pod that no node has programmed
    yet follows the default route of the node, then the host's: off the machine, to whoever has that private address there."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        print("Not root, or no program `ip`: the cluster's address ranges are not blackholed on this host (deploy/cluster/README.md)")
        return
    for subnet in (settings.POD_SUBNET, settings.SERVICE_SUBNET):
        shell.run(["ip", "route", "replace", "blackhole", subnet], log="host")
    if int(INOTIFY.read_text(encoding="utf-8")) < INOTIFY_WANTED:
        INOTIFY.write_text(f"{INOTIFY_WANTED}\n", encoding="utf-8")


def restore() -> None:
    """Takes the routes away; a raised kernel limit stays."""
    if os.geteuid() == 0 and shutil.which("ip"):
        for subnet in (settings.POD_SUBNET, settings.SERVICE_SUBNET):
            shell.ask(["ip", "route", "del", "blackhole", subnet])
