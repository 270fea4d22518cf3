"""Subcommands that only read work for a user who may do no more: of a SQLite file, and as a PostgreSQL role with SELECT."""

import pathlib
import shutil

import pytest

from support.postgres import Postgres, PostgresShop
from support.shop_process import ShopProcess
from test_command_line import open_folder, run_unprivileged  # noqa: F401 (a fixture)

READING = [("export",), ("webhooks", "list"), ("webhooks", "dead-letters")]
HOOK = "https://hooks.example/orders"


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A demo shop with a webhook, and what each command printed to its owner."""
    shop = ShopProcess(tmp_path_factory.mktemp("stopped")).migrate_and_seed()
    shop.run("webhooks", "add", HOOK)
    return shop, {command: shop.run(*command).stdout for command in READING}


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_file_that_may_only_be_read_is_enough(stopped, open_folder, command):  # noqa: F811
    shop, printed = stopped
    shutil.copy(shop.folder / "shop.db", open_folder)
    before = {path.name for path in open_folder.iterdir()} | {"fashionforward"}
    done = run_unprivileged(open_folder, *command, "--database-url", f"sqlite:{open_folder}/shop.db")
    assert done.returncode == 0 and done.stdout == printed[command], done.stderr
    assert {path.name for path in open_folder.iterdir()} == before


def test_reading_changes_no_file(stopped):
    shop, _ = stopped

    def content() -> dict:
        return {path.name: path.read_bytes() for path in pathlib.Path(shop.folder).iterdir() if path.is_file()}

    before = content()
    for command in READING:
        shop.run(*command)
    assert content() == before


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    shop = ShopProcess(tmp_path / "none")
    for command in READING:
        done = shop.run(*command, check=False)
        assert done.returncode == 1 and "there is no database at" in done.stderr, done.stderr
    assert list(shop.folder.iterdir()) == []


def test_a_role_with_select_is_enough(tmp_path, stopped):
    _, printed = stopped
    with Postgres() as server:
        url = server.create_database("shop")
        shop = PostgresShop(tmp_path / "owner", url).migrate_and_seed()
        shop.run("webhooks", "add", HOOK)
        server.execute("CREATE ROLE reader LOGIN", "shop")
        server.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", "shop")
        reader = PostgresShop(tmp_path / "reader", url.replace("ff@", "reader@"))
        for command in READING:
            assert reader.run(*command).stdout == shop.run(*command).stdout, command
        assert reader.run("export").stdout == printed[("export",)]
        denied = reader.run("webhooks", "add", "https://hooks.example/other", check=False)
        assert denied.returncode == 1 and "permission denied" in denied.stderr
