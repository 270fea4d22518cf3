"""The manifests call the program as it is: its settings, its subcommands."""

import pathlib

import pytest

from manifests.rendered import BASE, containers, named, workloads
from support.shop_process import binary, run, surroundings


@pytest.fixture(autouse=True)
def program():
    if not pathlib.Path(binary()).exists():
        pytest.skip("the program is not built: ./ff build")


def test_the_settings_file_is_one_that_the_program_takes(tmp_path):
    run("migrate", "--config", str(BASE / "fashionforward.toml"),
        env={**surroundings(), "FF_DATABASE_URL": f"sqlite:{tmp_path / 'shop.db'}"})


def test_every_variable_is_a_setting(tmp_path):
    """A misspelt one is refused or warned of; in a pod nobody would read the warning."""
    for workload in workloads(BASE):
        for container in containers(workload):
            given = {each["name"]: each.get("value", f"sqlite:{tmp_path / 'shop.db'}") for each in container.get("env", [])}
            given.pop("FF_CONFIG", None)
            done = run("migrate", env={**surroundings(), **given, "FF_DATABASE_URL": f"sqlite:{tmp_path / 'shop.db'}"})
            assert "not a setting" not in done.stderr, done.stderr


def test_every_command_line_is_one_that_the_program_takes():
    gateway, = containers(named(BASE, "Deployment", "payment-gateway"))
    offered = run("payment-gateway", "--help").stdout
    for argument in gateway["args"][1:]:
        assert argument.split("=")[0] in offered
    for workload in workloads(BASE):
        for container in containers(workload):
            assert f"Usage: fashionforward {container['args'][0]} " in run(container["args"][0], "--help").stdout
