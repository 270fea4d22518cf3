"""What is valid only in this shop and no schema can say: schemathesis' valid requests name products, variants,
orders, ways of delivery and cards that exist. What it means to be refused is sent as it made it."""

import os
import time
import zlib

import requests
import schemathesis
from schemathesis import GenerationMode

from support import api, patience

SHOP = os.environ["SHOP_URL"]
CALLED_SECONDS_MAX = 60

# Schemathesis makes its sessions itself and has no place to hand one in; each mounts what stands here.
requests.sessions.HTTPAdapter = patience.PatientAdapter


def read(path: str):
    return requests.get(f"{SHOP}/api/v1{path}").json()


def variants_in_stock(handles: list) -> list:
    return [variant["id"] for handle in handles for variant in read(f"/products/{handle}")["variants"]
            if variant["stock"] == "in_stock"]


def ticket_of(sale: str):
    """A place in its line that was called."""
    taken = requests.post(f"{SHOP}/api/v1/sales/{sale}/tickets", json={}).json()
    deadline = time.monotonic() + CALLED_SECONDS_MAX
    while not requests.get(f"{SHOP}/api/v1/sales/{sale}/ticket", headers={"Queue-Ticket": taken["ticket"]}).json()["reached"]:
        assert time.monotonic() < deadline, "the line does not move"
        time.sleep(0.1)
    return taken["ticket"]


SALES = {sale["id"]: sale["products"] for sale in read("/sales")["sales"] if sale["queue_open"]}
TICKETS = {sale: ticket_of(sale) for sale in SALES}
GUARDED = {handle for products in SALES.values() for handle in products}
PRODUCTS = [product["handle"] for product in read("/products?available=true&limit=30")["products"]
            if product["handle"] not in GUARDED]
COLLECTIONS = [collection["handle"] for collection in read("/collections")["collections"]] or ["none"]
VARIANTS = variants_in_stock(PRODUCTS)
ORDER = requests.post(f"{SHOP}/api/v1/checkouts", headers={"Idempotency-Key": api.token()},
                      json=api.checkout_body(api.token(), [(VARIANTS[0], 1)], api.ON_DELIVERY)).json()


def chosen(known: list, generated):
    """One of the known, the same for the same value, so that a failure can be made again."""
    return known[zlib.crc32(str(generated).encode()) % len(known)]


def path_of_this_shop(path: str, parameters: dict) -> dict:
    if path.endswith("/products/{handle}"):
        return {"handle": chosen(PRODUCTS, parameters["handle"])}
    if path.endswith("/collections/{handle}"):
        return {"handle": chosen(COLLECTIONS, parameters["handle"])}
    if path.endswith("/orders/{order_id}"):
        return {"order_id": ORDER["id"]}
    if "sale_id" in parameters and SALES:
        return {"sale_id": chosen(list(SALES), parameters["sale_id"])}
    if "variant_id" in parameters:
        return {**parameters, "variant_id": chosen(VARIANTS, parameters["variant_id"])}
    return parameters


def checkout_of_this_shop(body: dict) -> dict:
    body = {**body, "email": "ada@example.com", "address": {**body["address"], **api.ADDRESS},
            "delivery_method": "standard"}
    body["address"].pop("region", None)
    body["address"].pop("phone", None)
    body.pop("expected_total", None)
    lines = body.get("lines", [{"variant_id": 1, "quantity": 1}])
    named = [{**line, "variant_id": chosen(VARIANTS, line["variant_id"])} for line in lines]
    body["lines"] = list({line["variant_id"]: line for line in named}.values())
    if "card" in body["payment"]:
        body["payment"] = api.card()
    return body


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    path = case.operation.path
    if case.path_parameters:
        case.path_parameters = path_of_this_shop(path, dict(case.path_parameters))
    if path.endswith("/orders/{order_id}"):
        case.headers = {**(case.headers or {}), "Order-Key": ORDER["key"]}
    if "Queue-Ticket" in (case.headers or {}) and "sale_id" in (case.path_parameters or {}):
        case.headers = {**case.headers, "Queue-Ticket": TICKETS[case.path_parameters["sale_id"]]}
    if case.query:
        case.query = {name: chosen(COLLECTIONS, value) if name == "collection" else value
                      for name, value in case.query.items() if name != "cursor"}
    if not isinstance(case.body, dict):
        return
    if path.endswith("/lines"):
        case.body = {**case.body, "variant_id": chosen(VARIANTS, case.body["variant_id"])}
    if path.endswith("/checkouts"):
        case.body = checkout_of_this_shop(case.body)
