"""A registry on this machine that forgets all when it ends, and images small enough to push into it."""

import hashlib
import io
import json
import pathlib
import re
import subprocess
import tarfile

READY_SECONDS_MAX = 20


class Registry:
    """crane's own, on a free port of 127.0.0.1."""

    def __init__(self, crane: pathlib.Path, log: pathlib.Path):
        self.crane, self.log = crane, log

    def __enter__(self):
        self.process = subprocess.Popen([self.crane, "registry", "serve", "--address", "127.0.0.1:0"], text=True,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        line = self.process.stderr.readline()  # its first words; it would wait for a reader only after 64 KiB more
        self.port = int(re.search(r"serving on port (\d+)", line).group(1))
        self.log.write_text(line)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def repository(self, name: str = "shop") -> str:
        return f"127.0.0.1:{self.port}/{name}"

    def ask(self, *arguments: str) -> str:
        return subprocess.run([self.crane, *arguments], capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def saved_image(path: pathlib.Path, architecture: str, tag: str = "fashionforward:1.2.3") -> None:
    """What `docker save` writes of an image with one small layer."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as opened:
        content = f"a program for {architecture}".encode()
        member = tarfile.TarInfo("usr/bin/program")
        member.size = len(content)
        opened.addfile(member, io.BytesIO(content))
    config = {"architecture": architecture, "os": "linux", "config": {"User": "65532:65532"},
              "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer.getvalue()).hexdigest()]}}
    parts = {"config.json": json.dumps(config).encode(), "layer.tar": layer.getvalue(),
             "manifest.json": json.dumps([{"Config": "config.json", "RepoTags": [tag], "Layers": ["layer.tar"]}]).encode()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as opened:
        for name, content in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
