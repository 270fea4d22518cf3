"""A scratch repository with this one's scripts and manifests, and a bare one that it pushes to: what a runner has after its checkout."""

import os
import pathlib
import shutil
import subprocess

from delivery.workflows import COMMAND_SECONDS_MAX, ROOT, run

COPIED = ("deploy/ci", "deploy/components", "deploy/overlays", "deploy/image", "k8s", "CMakeLists.txt", "Dockerfile", "ff", ".gitignore")
QUIET = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "A Developer",
         "GIT_AUTHOR_EMAIL": "dev@example.com", "GIT_COMMITTER_NAME": "A Developer", "GIT_COMMITTER_EMAIL": "dev@example.com"}


class Checkout:
    """A clone at `folder`, whose origin is `origin`."""

    def __init__(self, folder: pathlib.Path, origin: pathlib.Path):
        self.folder, self.origin = folder, origin

    def git(self, *arguments: str, check: bool = True) -> str:
        return run("git", *arguments, cwd=self.folder, env={**os.environ, **QUIET}, check=check).stdout.strip()

    def script(self, name: str, *arguments: str, check: bool = True, timeout: float = COMMAND_SECONDS_MAX,
               **environment: str) -> subprocess.CompletedProcess:
        """A script of deploy/ci, with nothing of the surroundings that a build server would set."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "JENKINS_", "COSIGN_", "TF_", "AWS_"))}
        return run(self.folder / "deploy" / "ci" / name, *arguments, cwd=self.folder, check=check, timeout=timeout,
                   env={**clean, **{key: value for key, value in QUIET.items() if "CONFIG" in key}, **environment})

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def show(self, revision: str, path: str) -> str:
        return self.git("show", f"{revision}:{path}")


def make(folder: pathlib.Path) -> Checkout:
    """main with one commit: this work tree's own files, whether they are committed or not."""
    origin, clone = folder / "origin.git", folder / "clone"
    run("git", "init", "--quiet", "--bare", "--initial-branch=main", origin)
    run("git", "clone", "--quiet", origin, clone)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)
    made = Checkout(clone, origin)
    made.git("checkout", "--quiet", "-B", "main")
    made.commit("Begin")
    made.git("push", "--quiet", "origin", "main")
    return made
