"""The overlay for a laptop (minikube), here on kind: applied as it is written but for the tags of its two images, it is a whole shop that
sells, to whoever asks by whatever name."""

import pytest

from support import api
from support.cluster_load import PATIENCE_SECONDS
from support.cluster_overlays import json_patch, released
from support.cluster_shop import SHELF, Shop

OVERLAY = "deploy/overlays/minikube"
IMAGE = "fashionforward:test"


@pytest.fixture
def laptop(deployed) -> Shop:
    deployed.remove()
    gateway = json_patch("Deployment", "payment-gateway", {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": IMAGE})
    deployed.deploy(released("laptop", IMAGE, gateway, of=OVERLAY))
    yield deployed
    deployed.remove()


def test_the_overlay_for_a_laptop_is_a_shop_that_sells(laptop):
    visitor = api.Client(laptop.url, PATIENCE_SECONDS)  # by the address: a laptop's shop has no name
    status, _, answer = visitor.request("GET", "/api/v1/collections")
    assert status == 200 and len(answer["collections"]) > 5, "the demo shop is not there"
    laptop.stock_up(SHELF)
    variant = visitor.variants("hot")[0]["id"]
    status, _, order = visitor.checkout(api.token(), api.token(), [(variant, 2)], api.card())
    assert status == 201, order
    status, _, shown = visitor.order(order["id"], order["key"])
    assert status == 200 and shown["number"] == order["number"]
    print(f"\nminikube's overlay on kind: {len(answer['collections'])} collections, order {order['number']} sold; "
          f"audit: {laptop.audit()}")
