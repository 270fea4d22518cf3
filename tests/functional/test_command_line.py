"""The program's subcommands: what they print, and how they say no."""

import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile

import pytest
import requests

from support import api
from support.shop_process import ShopProcess, binary, run, surroundings

SUBCOMMANDS = ["serve", "migrate", "import", "export", "seed", "copy", "audit", "healthcheck", "openapi", "config",
               "payment-gateway", "version"]


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_every_subcommand_helps_with_an_example(command):
    printed = run(command, "--help").stdout
    assert "Example" in printed


def test_help_lists_every_subcommand():
    printed = run("--help").stdout
    assert all(command in printed for command in SUBCOMMANDS)


def test_version_and_openapi_need_no_shop():
    assert run("version").stdout.startswith("fashionforward ")
    assert json.loads(run("openapi").stdout)["openapi"].startswith("3.1")


@pytest.mark.parametrize("arguments", [
    ["serve", "--nonsense"],
    ["frobnicate"],
    [],
    ["serve", "--io-threads", "many"],
    ["serve", "--listen", "nowhere"],
    ["serve", "--database-url", "mysql://x"],
    ["import"],
    ["serve", "--config", "/nonexistent.toml"],
])
def test_wrong_usage_is_one_line_and_exit_code_2(arguments, tmp_path):
    done = run(*arguments, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1 and done.stderr.startswith("fashionforward: ")


@pytest.mark.parametrize("arguments, told", [
    (["imprt", "products.csv"], "fashionforward has no command imprt; did you mean import? (see fashionforward --help)"),
    (["bogus"], "fashionforward has no command bogus (see fashionforward --help)"),
    (["serve", "--lisen", ":80"],
     "fashionforward serve has no option --lisen; did you mean --listen? (see fashionforward serve --help)"),
    (["serve", "--database-ulr=sqlite:x.db"],
     "fashionforward serve has no option --database-ulr; did you mean --database-url? "
     "(see fashionforward serve --help)"),
    (["webhooks", "lst"],
     "fashionforward webhooks has no command lst; did you mean list? (see fashionforward webhooks --help)"),
])
def test_what_was_mistyped_is_named_with_what_was_probably_meant(arguments, told, tmp_path):
    done = run(*arguments, check=False, cwd=tmp_path)
    assert done.returncode == 2 and done.stderr == f"fashionforward: {told}\n"


def test_a_mistyped_variable_is_refused_and_a_strange_one_told_once(fresh_shop):
    done = run("audit", check=False, env={**fresh_shop.environment, "FF_LISTN": ":80"})
    assert done.returncode == 2
    assert done.stderr == "fashionforward: FF_LISTN: is not a setting; did you mean FF_LISTEN?\n"
    done = run("audit", env={**fresh_shop.environment, "FF_COLOUR": "red"})
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("fashionforward: warning: FF_COLOUR is not a setting and is ignored; there are FF_")


def test_a_server_logs_a_strange_variable_as_a_line_like_any_other(fresh_shop, monkeypatch):
    with_stranger = {**fresh_shop.environment, "FF_COLOUR": "red"}
    monkeypatch.setattr(ShopProcess, "environment", property(lambda self: with_stranger))
    with fresh_shop as shop:
        told = [entry for entry in shop.log if "FF_COLOUR" in entry["message"]]
    assert len(told) == 1 and told[0]["level"] == "warning"


def test_an_unknown_setting_is_named(tmp_path):
    (tmp_path / "shop.toml").write_text("listne = ':80'\n")
    done = run("serve", "--config", str(tmp_path / "shop.toml"), check=False, cwd=tmp_path)
    assert done.returncode == 2 and "listne" in done.stderr and "shop.toml" in done.stderr


def test_a_port_in_use_is_one_line_and_exit_code_1(fresh_shop):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = fresh_shop.run("serve", "--listen", address, "--ops-listen", "127.0.0.1:0", check=False)
    errors = [line for line in done.stderr.splitlines() if line.startswith("fashionforward: ")]
    assert done.returncode == 1 and len(errors) == 1
    assert address in errors[0] and "in use" in errors[0]


def test_a_database_that_cannot_be_written_is_one_line_and_exit_code_1(tmp_path):
    folder = tmp_path / "file-not-folder"
    folder.write_text("")
    done = run("migrate", "--database-url", f"sqlite:{folder}/shop.db", check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1 and f"{folder} is no folder" in done.stderr


def unprivileged():
    """In the child: nobody, who owns nothing. For tests of what somebody may not do, which root may."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


@pytest.fixture
def open_folder():
    """A folder that another user can reach, which pytest's are not."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ff-open-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def run_unprivileged(folder, *arguments):
    """As somebody who may read what is in `folder` and write nothing of it."""
    copy = folder / "fashionforward"
    if not copy.exists():
        shutil.copy(binary(), copy)
    copy.chmod(0o755)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222 | 0o444)
    try:
        return subprocess.run([copy, *arguments], capture_output=True, text=True, timeout=300, cwd=folder,
                              preexec_fn=unprivileged, check=False, env=surroundings())
    finally:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)


def test_migrate_says_that_a_folder_is_not_writable_or_not_there(open_folder):
    done = run_unprivileged(open_folder, "migrate", "--database-url", f"sqlite:{open_folder}/shop.db")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert f"can't write in the folder {open_folder} (Permission denied)" in done.stderr
    done = run("migrate", "--database-url", f"sqlite:{open_folder}/no/such/shop.db", check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert f"there is no folder {open_folder}/no/such" in done.stderr


def test_an_empty_database_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "shop.db").write_bytes(b"")
    done = run("serve", "--database-url", f"sqlite:{tmp_path}/shop.db", "--listen", "127.0.0.1:0", "--ops-listen",
               "127.0.0.1:0", check=False, cwd=tmp_path)
    assert done.returncode == 1 and "migrate" in done.stderr


def test_serve_with_nothing_set_up_is_a_demo_shop(tmp_path):
    with ShopProcess(tmp_path / "new") as shop:
        assert (shop.folder / "shop.db").exists()
        (told,) = [entry for entry in shop.log if "making a demo shop" in entry["message"]]
        assert told["level"] == "warning" and told["path"] == str(shop.folder / "shop.db")


def serve_once(folder, *arguments):
    return run("serve", "--ops-listen", "127.0.0.1:0", *arguments, check=False, cwd=folder,
               env=ShopProcess(folder).environment)


def test_a_mistyped_path_makes_no_shop(tmp_path, fresh_shop):
    nowhere = f"sqlite:{tmp_path}/vra/shop.db"
    done = serve_once(tmp_path, "--listen", "127.0.0.1:0", "--database-url", nowhere)
    assert done.returncode == 1 and f"there is no folder {tmp_path}/vra" in done.stderr
    assert not (tmp_path / "vra").exists()
    before = sorted(fresh_shop.folder.iterdir())
    done = serve_once(fresh_shop.folder, "--listen", "127.0.0.1:0", "--database-url", "sqlite:shpo.db")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "there is no database at shpo.db, but one at shop.db" in done.stderr
    assert sorted(fresh_shop.folder.iterdir()) == before


def test_only_files_are_looked_at_for_a_database_of_a_similar_name(fresh_shop):
    os.mkfifo(fresh_shop.folder / "shoop.db")  # to open it would wait for somebody who writes
    done = serve_once(fresh_shop.folder, "--listen", "127.0.0.1:0", "--database-url", "sqlite:shpo.db")
    assert done.returncode == 1 and "there is no database at shpo.db, but one at shop.db" in done.stderr


def test_an_address_that_is_taken_is_found_out_before_a_shop_is_made(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = serve_once(tmp_path, "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 1 and "in use" in done.stderr
    assert serve_once(tmp_path, "--listen", "192.0.2.1:80").returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_the_default_database_may_have_its_folder_made(tmp_path):
    process = subprocess.Popen([binary(), "serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=surroundings(),
                               cwd=tmp_path)
    servers = 0
    for line in process.stderr:
        servers += "listening" in line
        if servers == 2:
            break
    process.send_signal(signal.SIGTERM)
    process.stderr.read()
    assert process.wait(timeout=60) == 0
    process.stderr.close()
    assert {path.name for path in (tmp_path / "var").iterdir()} >= {"shop.db", "demo-gateway.db"}


def test_seed_leaves_a_shop_that_has_products_alone(fresh_shop):
    before = fresh_shop.run("export").stdout
    fresh_shop.run("seed")
    assert fresh_shop.run("export").stdout == before


def test_audit_of_a_new_shop_is_clean(fresh_shop):
    assert "I1-I5 hold" in fresh_shop.run("audit").stdout


def sell(shop, number=api.CARD_OK):
    client = api.Client(shop.url)
    _, _, found = client.request("GET", "/api/v1/products?limit=5&available=true")
    variant = next(v["id"] for p in found["products"] for v in client.variants(p["handle"]) if v["stock"] == "in_stock")
    status, _, order = client.checkout(api.token(), api.token(), [(variant, 1)], api.card(number))
    assert status in (201, 202), order
    return order


class PlainShop(ShopProcess):
    """Its payment ledger has the default's name, beside the database."""

    @property
    def environment(self):
        return {name: value for name, value in super().environment.items() if name != "FF_PAYMENT_LEDGER"}


@pytest.fixture
def sold(tmp_path):
    """A shop that sold one thing and was stopped."""
    shop = PlainShop(tmp_path / "sold")
    with shop.migrate_and_seed():
        sell(shop)
    return shop


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_audit_finds_the_ledger_of_the_servers_from_any_folder(sold, tmp_path):
    assert (sold.folder / "demo-gateway.db").exists()
    done = run("audit", "--database-url", sold.database_url, cwd=tmp_path, env=surroundings())
    assert "1 payments" in done.stdout and "I1-I5 hold" in done.stdout


@pytest.mark.parametrize("settings", ["", '[payment]\nledger = "var/demo-gateway.db"\n'])
def test_a_ledger_where_an_earlier_release_kept_it_is_not_replaced_by_an_empty_one(sold, tmp_path, settings):
    former = tmp_path / "var" / "demo-gateway.db"
    former.parent.mkdir()
    (sold.folder / "demo-gateway.db").rename(former)
    (tmp_path / "fashionforward.toml").write_text(settings)
    before = content(sold.folder)
    done = run("serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", check=False, cwd=tmp_path,
               env=sold.environment)
    assert done.returncode == 1
    assert f"no payment ledger at {sold.folder}/" in done.stderr and f"but one at {former}," in done.stderr
    assert content(sold.folder) == before


def test_a_shop_without_orders_starts_beside_the_ledger_of_another(tmp_path):
    shop = PlainShop(tmp_path / "shop")
    (shop.folder / "var").mkdir()
    (shop.folder / "var" / "demo-gateway.db").write_bytes(b"of another shop")
    with shop.migrate_and_seed():
        pass
    assert (shop.folder / "demo-gateway.db").exists()
    assert (shop.folder / "var" / "demo-gateway.db").read_bytes() == b"of another shop"


@pytest.mark.parametrize("ledger, told", [
    ("lost.db", "but this shop has orders"),
    ("nowhere/lost.db", "there is no folder"),
    ("shop.db", "must be another file than the shop's database"),
])
def test_a_shop_with_orders_is_not_served_with_another_ledger(sold, ledger, told):
    before = content(sold.folder)
    done = run("serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", check=False, cwd=sold.folder,
               env={**sold.environment, "FF_PAYMENT_LEDGER": ledger})
    assert done.returncode in (1, 2) and told in done.stderr, done.stderr
    assert content(sold.folder) == before


def test_audit_changes_no_file_and_makes_none(sold):
    before = content(sold.folder)
    sold.run("audit")
    assert content(sold.folder) == before


def test_audit_leaves_the_files_of_a_killed_server_as_they_were(tmp_path):
    """But for -shm, the index of -wal: SQLite makes it anew from the log that nobody closed."""
    def lasting(folder):
        return {name: None if name.endswith("-shm") else data for name, data in content(folder).items()}

    shop = ShopProcess(tmp_path / "killed").migrate_and_seed().start()
    try:
        sell(shop)
    finally:
        shop.kill()
    before = lasting(shop.folder)
    assert before["shop.db-wal"] and before["gateway.db-wal"], "nothing would be left to fold into the files"
    for _ in range(2):
        done = shop.audit()
        assert "1 orders" in done.stdout and "1 payments" in done.stdout, done.stderr
        assert lasting(shop.folder) == before


def test_audit_without_the_ledger_that_it_needs_is_an_error_and_makes_none(sold):
    missing = str(sold.folder / "elsewhere" / "gateway.db")
    done = run("audit", check=False, cwd=sold.folder, env={**sold.environment, "FF_PAYMENT_LEDGER": missing})
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert f"there is no payment ledger at {missing}" in done.stderr and "FF_PAYMENT_LEDGER" in done.stderr
    assert "hold" not in done.stdout
    assert not (sold.folder / "elsewhere").exists()


def test_audit_of_a_database_that_is_not_there_makes_none(tmp_path):
    done = run("audit", "--database-url", "sqlite:shop.db", check=False, cwd=tmp_path)
    assert done.returncode == 1 and "there is no database at shop.db" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_audit_needs_no_leave_to_write(sold, open_folder):
    for name in ("shop.db", "demo-gateway.db"):
        shutil.copy(sold.folder / name, open_folder)
    before = {path.name for path in open_folder.iterdir()} | {"fashionforward"}
    done = run_unprivileged(open_folder, "audit", "--database-url", f"sqlite:{open_folder}/shop.db")
    assert done.returncode == 0 and "1 payments" in done.stdout and "I1-I5 hold" in done.stdout, done.stderr
    assert {path.name for path in open_folder.iterdir()} == before


def test_audit_by_a_reader_beside_a_running_server_sees_what_was_just_sold(open_folder):
    with ShopProcess(open_folder / "shop").migrate_and_seed() as shop:
        sell(shop)
        ledger = {"FF_PAYMENT_LEDGER": str(shop.folder / "gateway.db")}
        copy = shutil.copy(binary(), open_folder / "fashionforward")
        for path in [shop.folder, *shop.folder.iterdir()]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        done = subprocess.run([copy, "audit", "--database-url", shop.database_url], capture_output=True, text=True,
                              timeout=300, preexec_fn=unprivileged, check=False, env={**surroundings(), **ledger})
        assert done.returncode == 0 and "1 orders" in done.stdout and "1 payments" in done.stdout, done.stderr


def test_audit_says_what_a_reader_lacks(open_folder):
    with ShopProcess(open_folder / "shop").migrate_and_seed() as shop:
        copy = shutil.copy(binary(), open_folder / "fashionforward")
        (shop.folder / "shop.db").chmod(0o644)
        shop.folder.chmod(0o755)
        done = subprocess.run([copy, "audit", "--database-url", shop.database_url], capture_output=True, text=True,
                              timeout=300, preexec_fn=unprivileged, check=False, env={})
    if os.geteuid() == 0:
        assert done.returncode == 1 and done.stderr.count("\n") == 1
        assert "shop.db-wal" in done.stderr and "readable" in done.stderr


def test_audit_says_what_is_too_young_to_be_judged(sold):
    with sqlite3.connect(sold.folder / "demo-gateway.db") as ledger:
        columns = "status, amount, currency, reference, decline_reason, card_hint, captures, changed_at"
        ledger.execute(f"INSERT INTO payment (key, {columns}) "
                       f"SELECT substr(key, 1, length(key) - 4) || 'beef', {columns} FROM payment")
    ledger.close()
    printed = sold.run("audit").stdout
    assert "too young to judge under I4, which allows money 10 minutes to follow its order" in printed
    assert "orders, 1 payments; audit again later" in printed and "I1-I5 hold" in printed


def test_a_shop_that_is_no_demo_does_not_sell_through_the_demo_gateway(tmp_path, fresh_shop):
    config = tmp_path / "real.toml"
    config.write_text("[shop]\ndemo = false\n")
    done = fresh_shop.run("serve", "--config", str(config), check=False)
    assert done.returncode != 0 and done.stderr.count("\n") == 1
    assert "shop.demo: must be true: this release knows no gateway" in done.stderr


def test_the_config_that_is_printed_is_accepted(tmp_path, fresh_shop):
    settings = tmp_path / "fashionforward.toml"
    settings.write_text(run("config").stdout)
    fresh_shop.run("audit", "--config", str(settings))


@pytest.mark.parametrize("url, code", [("postgres://shop:sesame@localhost:1/shop", 1),
                                       ("postgres://shop:sesame@localhost/shop?colour=red", 1),
                                       ("mysql://shop:sesame@localhost/shop", 2)])
def test_secrets_of_the_environment_are_not_printed(url, code):
    done = run("audit", check=False, env={**surroundings(), "FF_DATABASE_URL": url})
    assert done.returncode == code and "sesame" not in done.stderr + done.stdout


def test_a_server_told_to_stop_while_it_makes_its_demo_shop_leaves_no_half_of_one(tmp_path):
    shop = ShopProcess(tmp_path / "shop")
    process = subprocess.Popen([binary(), "serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=shop.environment,
                               cwd=shop.folder)
    for line in process.stderr:
        if "making a demo shop" in line:
            break
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    process.stderr.close()
    with shop:
        products = requests.get(shop.url + "/api/v1/products?limit=1", timeout=10).json()
    assert products["total"] >= 48
