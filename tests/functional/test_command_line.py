"""The program's subcommands: what they print, and how they say no."""

import json
import os
import signal
import socket
import subprocess

import pytest
import requests

from support.shop_process import ShopProcess, binary, run

SUBCOMMANDS = ["serve", "migrate", "import", "export", "seed", "copy", "audit", "openapi", "config", "version"]


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
    assert len(done.stderr.strip().splitlines()) == 1 and str(folder) in done.stderr


def test_an_empty_database_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "shop.db").write_bytes(b"")
    done = run("serve", "--database-url", f"sqlite:{tmp_path}/shop.db", "--listen", "127.0.0.1:0", "--ops-listen",
               "127.0.0.1:0", check=False, cwd=tmp_path)
    assert done.returncode == 1 and "migrate" in done.stderr


def test_serve_with_nothing_set_up_is_a_demo_shop(tmp_path):
    with ShopProcess(tmp_path / "new") as shop:
        assert (shop.folder / "shop.db").exists()


def test_seed_leaves_a_shop_that_has_products_alone(fresh_shop):
    before = fresh_shop.run("export").stdout
    fresh_shop.run("seed")
    assert fresh_shop.run("export").stdout == before


def test_audit_of_a_new_shop_is_clean(fresh_shop):
    assert "I1-I5 hold" in fresh_shop.run("audit").stdout


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
    done = run("audit", check=False, env={**os.environ, "FF_DATABASE_URL": url})
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
