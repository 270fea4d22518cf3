"""compose.yaml: the whole shop on a laptop, held to what its first lines promise."""

import re

import pytest
import yaml

from conftest import command
from support.shop_process import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
SERVING = ["database", "payment-gateway", "shop"]
ENDING = ["migrate", "seed", "audit"]
WATCHING = ["prometheus", "grafana"]  # of the profile `monitoring`


def compose_is_installed() -> bool:
    try:
        return command("docker", "compose", "version", check=False).returncode == 0
    except FileNotFoundError:
        return False


def test_all_services_are_judged_here():
    assert sorted(SERVICES) == sorted(SERVING + ENDING + WATCHING)
    assert all(SERVICES[name]["profiles"] == ["monitoring"] for name in WATCHING)


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_no_more_than_it_must(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"] and "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged") and not service.get("network_mode") and not service.get("pid")


def test_nobody_is_root():
    for name, service in SERVICES.items():
        if "build" not in service:  # the Dockerfile says it of ours
            assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), name


@pytest.mark.parametrize("name", SERVING + WATCHING)
def test_what_serves_is_asked_for_its_health(name):
    health = SERVICES[name].get("healthcheck")
    assert health is None and "build" in SERVICES[name] or health["test"][0] == "CMD"


def test_the_shop_starts_after_the_schema_which_starts_after_the_database():
    assert SERVICES["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert SERVICES["seed"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["shop"]["depends_on"]["seed"]["condition"] == "service_completed_successfully"
    for name in ENDING:
        assert "restart" not in SERVICES[name]


def test_secrets_are_files_and_no_value_is_one():
    for name, secret in COMPOSE["secrets"].items():
        assert list(secret) == ["file"] and secret["file"].startswith("./var/secrets/")
        assert command("git", "-C", ROOT, "check-ignore", secret["file"], check=False).returncode == 0, name
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            assert "PASSWORD" not in key or (key.endswith("_FILE") and value.startswith("/run/secrets/"))
            assert not re.search(r"://[^/]*:[^/]*@", value), "a password in a URL"
            if value.startswith("/run/secrets/"):
                assert value.removeprefix("/run/secrets/") in service["secrets"]


def test_the_shop_is_not_the_owner_of_its_tables_and_nobody_is_the_superuser():
    def who(service: dict) -> tuple:
        settings = service["environment"]
        return settings["FF_DATABASE_URL"], settings["FF_DATABASE_PASSWORD_FILE"]

    users = {name: who(service) for name, service in SERVICES.items() if "FF_DATABASE_URL" in service.get("environment", {})}
    assert users.pop("migrate") == ("postgres://shop_owner@database/shop", "/run/secrets/owner-password")
    assert set(users.values()) == {("postgres://shop@database/shop", "/run/secrets/shop-password")}
    for secret, only in (("superuser-password", ["database"]), ("owner-password", ["database", "migrate"])):
        assert [name for name, service in SERVICES.items() if secret in service.get("secrets", [])] == only


def test_only_the_shop_and_who_watches_it_are_published_and_only_on_this_machine():
    assert {name: s["ports"] for name, s in SERVICES.items() if "ports" in s} == {
        "shop": ["127.0.0.1:8080:8080"], "prometheus": ["127.0.0.1:9091:9090"], "grafana": ["127.0.0.1:3000:3000"]}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [name for name, s in SERVICES.items() if "outside" in s["networks"]] == ["shop", *WATCHING]


def test_its_settings_exist():
    settings = (ROOT / "src/config/defaults.toml").read_text()
    for service in SERVICES.values():
        for key in service.get("environment", {}):
            assert not key.startswith("FF_") or key in settings, key


@pytest.mark.skipif(not compose_is_installed(), reason="docker compose is not installed")
def test_compose_itself_understands_it():
    command("docker", "compose", "--file", ROOT / "compose.yaml", "--profile", "tools", "--profile", "monitoring", "config", "--quiet")
