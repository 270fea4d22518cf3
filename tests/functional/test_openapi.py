"""The OpenAPI document against the running server: schemathesis sends what the document allows and what it
forbids, and holds every answer against it."""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

import jsonschema_rs
import pytest
import requests

from support.patience import patient_session
from support.shop_process import ShopProcess

TESTS = pathlib.Path(__file__).parents[1]
EXAMPLES = os.environ.get("FF_SCHEMATHESIS_EXAMPLES", "40")  # for each operation, of each kind

# Two statuses answer requests that no schema can tell from good ones: 422, when a cart would pass its limits or
# a cursor is of another query; 402, when a bank declines (429, when it has declined too often). The hooks keep all other reasons out. TRACE and QUERY are not among
# the methods that a path must refuse with 405: the server implements them nowhere and says 501 (RFC 9110, 9.1).
CONFIG = """
hooks = "{hooks}"

[phases.coverage]
unexpected-methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

[checks]
positive_data_acceptance.expected-statuses = ["2xx", "3xx", "404", "409"]
negative_data_rejection.expected-statuses = ["400", "404", "405", "413", "415", "422", "431"]

[[operations]]
include-operation-id = ["addLine"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "409", "422"]

[[operations]]
include-operation-id = ["placeOrder"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "402", "409", "422", "429"]
"""


@pytest.fixture(scope="module")
def sale(shop):
    """One with a line, so that its tickets and passes are asked for, too."""
    page = patient_session().get(f"{shop.url}/api/v1/products?available=true&limit=1", timeout=60).json()
    shop.run("sale", "set", "drop", "--products", page["products"][0]["handle"], "--starts", "now", "--ends", "+2h",
             "--queue", "on")
    deadline = time.monotonic() + 30
    while requests.get(f"{shop.url}/api/v1/sales/drop", timeout=10).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield "drop"
    shop.run("sale", "remove", "drop", "--drop-line")


@pytest.fixture(scope="module")
def document(shop):
    return patient_session().get(f"{shop.url}/api/openapi.json").json()


def test_the_command_prints_the_document_that_is_served(shop, document):
    assert json.loads(shop.run("openapi").stdout) == document


def test_every_schema_of_the_document_is_a_schema(document):
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        assert schema.get("additionalProperties") is False or "oneOf" in schema, name


def test_every_operation_is_described(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"] and operation["operationId"], (method, path)
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"], (method, path, status)
            if "requestBody" in operation:
                assert "415" in operation["responses"], (method, path)


@pytest.fixture
def strict_shop(tmp_path):
    config = 'trusted_proxies = ["127.0.0.1"]\n[client_rate]\nper_second = 1\nburst = 1\n'
    with ShopProcess(tmp_path / "strict", config=config).migrate_and_seed() as shop:
        yield shop


def test_every_operation_may_be_refused_and_then_says_when_to_come_back(strict_shop):
    document = json.loads(strict_shop.run("openapi").stdout)
    client = {"X-Forwarded-For": "203.0.113.7"}

    def refused(method: str, path: str) -> requests.Response:
        for _ in range(20):  # one is let through each second
            answer = requests.request(method, strict_shop.url + path, headers=client, timeout=30)
            if answer.status_code == 429:
                return answer
        raise AssertionError(f"{method} {path} is never refused: {answer.status_code}")

    operations = [(method, path, operation) for path, methods in document["paths"].items() for method, operation in methods.items()]
    assert len(operations) > 19
    for method, path, operation in operations:
        answer = refused(method, re.sub(r"\{\w+\}", "1", path))
        for status in ("429", "503"):
            assert "Retry-After" in operation["responses"][status]["headers"], (method, path, status)
        declared = operation["responses"]["429"]
        schema = declared["headers"]["Retry-After"]["schema"]
        assert schema["minimum"] <= int(answer.headers["Retry-After"]) <= schema["maximum"]
        (content_type, content), = declared["content"].items()
        assert answer.headers["Content-Type"] == content_type
        jsonschema_rs.validate({**content["schema"], "components": document["components"]}, answer.json())


@pytest.mark.parametrize("phase", ["examples", "coverage", "fuzzing", "stateful"])
def test_the_server_does_what_the_document_says(shop, sale, tmp_path, phase):
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG.replace("{hooks}", str(TESTS / "support" / "schemathesis_hooks.py")))
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run",
               f"{shop.url}/api/openapi.json", "--phases", phase, "--checks", "all", "--max-examples", EXAMPLES,
               "--seed", "1", "--continue-on-failure", "--suppress-health-check", "all", "--no-color"]
    environment = {**os.environ, "SHOP_URL": shop.url, "PYTHONPATH": str(TESTS)}
    done = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
