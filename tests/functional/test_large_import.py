"""A generated export of 100,000 variants, with the faults that real ones have, through the real program."""

import os
import pathlib
import subprocess
import time

from support import api
from support.shop_process import ShopProcess, binary

VARIANTS = 100_000
MEMORY_MIB_MAX = 500


def import_measured(shop, path):
    """(seconds, peak MiB) of one `import`."""
    started = time.monotonic()
    process = subprocess.Popen([binary(), "import", str(path)], env=shop.environment, cwd=shop.folder,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, errors
    return time.monotonic() - started, usage.ru_maxrss / 1024


def test_imports_100_000_variants_within_its_memory(tmp_path):
    generator = pathlib.Path(binary()).parent / "bench" / "generate_export"
    path = tmp_path / "export.csv"
    path.write_bytes(subprocess.run([str(generator), str(VARIANTS)], capture_output=True, check=True).stdout)
    shop = ShopProcess(tmp_path / "large")
    shop.run("migrate")
    seconds, memory = import_measured(shop, path)
    again, _ = import_measured(shop, path)
    print(f"{VARIANTS} variants: {seconds:.1f} s and {memory:.0f} MiB; again, changing nothing: {again:.1f} s")
    assert memory < MEMORY_MIB_MAX
    assert shop.audit().returncode == 0
    with shop:
        status, _, page = api.Client(shop.url, timeout=60).request("GET", "/api/v1/products?limit=1")
        assert status == 200 and page["total"] > VARIANTS / 50
