"""./ff: asking for help costs nothing, and a word that is no command is told so."""

import re
import shutil
import subprocess

import pytest

from support.shop_process import ROOT

COMMANDS = re.findall(r"^  \./ff (\w+)", (ROOT / "ff").read_text(), re.MULTILINE)


@pytest.fixture
def checkout(tmp_path):
    """What help may look at, and nothing that could be installed from or built."""
    shutil.copy(ROOT / "ff", tmp_path)
    (tmp_path / "bench").mkdir()
    for suite in (ROOT / "bench").glob("*.py"):
        shutil.copy(suite, tmp_path / "bench")
    return tmp_path


def ff(folder, *arguments):
    return subprocess.run([folder / "ff", *arguments], capture_output=True, text=True, timeout=60, check=False, cwd=folder)


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_and_does_nothing_else(checkout, command, flag):
    before = sorted(checkout.rglob("*"))
    for arguments in ([command, flag], [command, "word", flag]):
        done = ff(checkout, *arguments)
        assert done.returncode == 0 and f"./ff {command}" in done.stdout, done.stderr
        assert done.stderr == ""
    assert sorted(checkout.rglob("*")) == before


def test_there_is_help_for_all_commands_and_none_for_others(checkout):
    assert {"run", "test", "build", "bench", "fmt", "lint", "clean", "help"} <= set(COMMANDS)
    assert all(f"./ff {command}" in ff(checkout).stdout for command in COMMANDS)
    unknown = ff(checkout, "bnech", "--help")
    assert unknown.returncode == 1 and "no command 'bnech'" in unknown.stderr


def test_help_of_the_benchmarks_names_the_suites(checkout):
    assert {"pages", "spike"} <= set(ff(checkout, "bench", "--help").stdout.split())
