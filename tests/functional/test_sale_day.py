"""docs/runbooks/sale-day.md: its commands run as they stand there, in their order, beside a server that sells."""

import os
import re
import subprocess
import textwrap

from support.shop_process import ROOT, binary

RUNBOOK = ROOT / "docs" / "runbooks" / "sale-day.md"
# The sale of the runbook is years away; here it starts at once.
MOMENTS = {"2036-11-27T09:00:00Z": "now", "2036-11-27T21:00:00Z": "+1h", "2036-11-27T22:00:00Z": "+2h"}


def commands() -> list:
    """The indented blocks, continued lines joined."""
    blocks = re.findall(r"(?:^ {4,}(?:fashionforward|curl) .*\n(?:^ {4,}.*\n)*)", RUNBOOK.read_text(), re.MULTILINE)
    text = "".join(map(textwrap.dedent, blocks)).replace("\\\n", " ")
    return [line for line in text.splitlines() if line]


def test_the_commands_of_the_runbook_do_what_it_says(fresh_shop, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "fashionforward").symlink_to(binary())
    printed = {}
    with fresh_shop as shop:
        for command in commands():
            for written, meant in {**MOMENTS, "http://": "", "localhost:9090": shop.ops_url, "localhost:8080": shop.url}.items():
                command = command.replace(written, meant)
            done = subprocess.run(["bash", "-eo", "pipefail", "-c", command], capture_output=True, text=True, timeout=60, check=False,
                                  cwd=shop.folder, env={**shop.environment, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"})
            assert done.returncode == 0, (command, done.stderr)
            printed[command] = done.stdout
    assert any(" sale set drop " in command and "--queue on" in command for command in printed)
    counted = next(shown for command, shown in printed.items() if command.startswith("fashionforward export"))
    assert re.fullmatch(r"(\S+ shopify deny \d+\n){4}", counted), "not a line for each of the coat's four sizes"
    assert any("ff_sale_frontier" in shown for command, shown in printed.items() if command.startswith("curl"))
    assert [command for command in printed if command.startswith("fashionforward")][-1] == "fashionforward sale remove drop"
