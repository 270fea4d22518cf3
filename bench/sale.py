"""One catalogue for all shops of ./ff bench spike, in the format that each of them takes, and the goods file of the storm."""

import csv
import json
import pathlib
import random

PRODUCTS, SIZES = 320, ("S", "M", "L")
COLLECTIONS = ("shirts", "knitwear", "trousers", "dresses", "coats", "shoes", "bags", "scarves")
WORDS = ("oak steel linen cotton soft bright solid compact classic modern warm light handmade durable woven washed matte "
         "round square tall slim natural recycled brushed washable seasonal heavy everyday").split()
SEARCHES = ("linen", "classic", "warm", "slim", "recycled", "cotton", "heavy", "woven")
STOCK = 10_000_000  # of each variant: the storm is about capacity, not about selling out


def products() -> list:
    """The same ones each time."""
    dice = random.Random(7)
    made, variant = [], 1
    for number in range(1, PRODUCTS + 1):
        collection = COLLECTIONS[number % len(COLLECTIONS)]
        title = f"{dice.choice(WORDS)} {dice.choice(WORDS)} {collection} {number}".title()
        text = "\n\n".join(" ".join(dice.choices(WORDS, k=30)).capitalize() + "." for _ in range(4))
        cents = dice.randrange(1000, 20000, 10)
        variants = []
        for size in SIZES:
            variants.append({"id": variant, "sku": f"{number}-{size}", "title": size, "price_cents": cents, "stock": STOCK})
            variant += 1
        made.append({"id": number, "handle": f"product-{number}", "title": title, "description": text,
                     "collection": collection, "variants": variants})
    return made


def write_goods(path: pathlib.Path, variants: dict):
    """For storm --goods. `variants`: the id of one variant of each product, by its handle."""
    lines = [f"product {product['handle']} {variants[product['handle']]}" for product in products()]
    lines += [f"collection {name}" for name in COLLECTIONS] + [f"search {word}" for word in SEARCHES]
    path.write_text("\n".join(lines) + "\n")


def write_for_us(catalogue: pathlib.Path, collections: pathlib.Path):
    rows = []
    for product in products():
        paragraphs = "".join(f"<p>{text}</p>" for text in product["description"].split("\n\n"))
        about = {"Title": product["title"], "Body (HTML)": paragraphs, "Type": product["collection"], "Option1 Name": "Size"}
        for variant in product["variants"]:
            rows.append({"Handle": product["handle"], **about, "Option1 Value": variant["title"],
                         "Variant SKU": variant["sku"], "Variant Inventory Tracker": "shopify",
                         "Variant Inventory Qty": variant["stock"], "Variant Inventory Policy": "deny",
                         "Variant Price": f"{variant['price_cents'] / 100:.2f}", "Variant Requires Shipping": "true",
                         "Variant Taxable": "true"})
            about = {}
    write_csv(catalogue, rows)
    write_csv(collections, [{"Handle": name, "Title": name.title(), "Types": name} for name in COLLECTIONS])


def write_for_flask(path: pathlib.Path):
    path.write_text(json.dumps(products()))


def write_for_vendure(catalogue: pathlib.Path, collections: pathlib.Path):
    rows = []
    for product in products():
        about = {"name": product["title"], "slug": product["handle"], "description": product["description"],
                 "facets": f"collection:{product['collection']}", "optionGroups": "size"}
        for variant in product["variants"]:
            rows.append({**dict.fromkeys(("name", "slug", "description", "assets", "facets", "optionGroups"), ""), **about,
                         "optionValues": variant["title"], "sku": variant["sku"],
                         "price": f"{variant['price_cents'] / 100:.2f}", "taxCategory": "standard",
                         "stockOnHand": variant["stock"], "trackInventory": "true", "variantAssets": "", "variantFacets": ""})
            about = {}
    write_csv(catalogue, rows)
    collections.write_text(json.dumps(COLLECTIONS))


def write_csv(path: pathlib.Path, rows: list):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
