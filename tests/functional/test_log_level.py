"""The level of the log while the server runs."""

import pytest
import requests


def level(shop) -> str:
    return requests.get(shop.ops_url + "/log-level", timeout=10).json()["level"]


def change(shop, body: str, **headers) -> int:
    return requests.put(shop.ops_url + "/log-level", data=body, headers=headers, timeout=10).status_code


def test_it_is_changed_without_a_restart_and_back(fresh_shop):
    with fresh_shop as shop:
        assert level(shop) == "info"
        requests.get(shop.url + "/before", timeout=10)
        assert change(shop, '{"level":"debug"}', **{"Content-Type": "application/json"}) == 200
        assert level(shop) == "debug"
        requests.get(shop.url + "/during", timeout=10, headers={"X-Request-Id": "during"})
        assert change(shop, "info") == 200
        requests.get(shop.url + "/after", timeout=10)
        shop.stop()
    requests_told = [entry["request_id"] for entry in shop.log if entry["message"] == "request" and entry["server"] == "shop"]
    assert requests_told == ["during"]
    assert [(e["from"], e["to"]) for e in shop.log if e["message"] == "log level changed"] == [("info", "debug"), ("debug", "info")]


@pytest.mark.parametrize("body", ["", "verbose", '{"level":"trace"}', '{"levle":"debug"}', "debug info"])
def test_what_is_no_level_changes_nothing(shop, body):
    assert change(shop, body) == 422
    assert level(shop) == "info"


def test_a_page_of_another_site_may_not(shop):
    assert change(shop, "debug", Origin="https://evil.example") == 403
    assert change(shop, "debug", **{"Sec-Fetch-Site": "cross-site"}) == 403
    assert level(shop) == "info"


def test_shoppers_may_not(shop):
    assert requests.put(shop.url + "/log-level", data="debug", timeout=10).status_code == 404
