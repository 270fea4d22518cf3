#!/usr/bin/env python3
"""What `./ff test terraform` needs, made once and kept in ~/.cache/fashionforward/terraform; and the emulated AWS to try things against."""

import argparse
import fcntl
import os
import shlex
import signal
import sys
import time

from harness import emulator, programs, python, settings, shell, terraform

HELP = """\
  tools         build and install what the tests need and the cache does not hold
  missing       why the tests can't run here, or nothing
  cold          whether `tools` would have to compile: exits 0 if so
  env           lines for a shell that takes the emulator at http://127.0.0.1:PORT for AWS: env PORT
  serve         an emulated AWS at http://127.0.0.1:PORT until ctrl-C: serve [PORT]
"""


def tools() -> None:
    settings.CACHE.mkdir(parents=True, exist_ok=True)
    with open(settings.CACHE / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one at a time builds; the others wait and then find it done
        python.install()
        programs.build()


def cold() -> bool:
    return not all(program.path.exists() for program in programs.ALL)


def exports(address: str) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in terraform.against(address).items())


def serve(port: int | None) -> None:
    tools()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the emulator ends with it, however it ends
    served = emulator.Emulator(settings.LOGS / "emulator.log", port)
    with served as address:
        print(f"AWS stands at {address} until ctrl-C. In another shell:\n\n"
              f'    eval "$(python3 deploy/aws-emulator/aws.py env {served.port})"\n', flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print(file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(prog="aws.py", description=__doc__, epilog=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("tools", "missing", "cold", "env", "serve"))
    parser.add_argument("port", nargs="?", type=int)
    asked = parser.parse_args()
    try:
        if asked.command == "missing":
            print(terraform.missing() or "", end="")
        elif asked.command == "cold":
            return 0 if cold() else 1
        elif asked.command == "env":
            if asked.port is None:
                parser.error("env needs the PORT that `serve` told")
            print(exports(f"http://127.0.0.1:{asked.port}"))
        elif asked.command == "serve":
            serve(asked.port)
        else:
            tools()
    except shell.Failure as failure:
        print(f"aws.py: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    sys.exit(main())
