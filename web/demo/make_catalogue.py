#!/usr/bin/env python3
"""Writes catalogue.csv (Shopify's product CSV) and collections.csv of the demo shop.

    python3 web/demo/make_catalogue.py

The goods are in goods.py: one entry a product, copy and all. This file only knows how a product becomes
rows: one per variant, pictures beside them, stock and barcodes by rule. The same input gives the same bytes.
"""
import csv
import re
import zlib
from pathlib import Path

from goods import COLLECTIONS, PRODUCTS

HERE = Path(__file__).parent
COLUMNS = [
    "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option1 Value",
    "Option2 Name", "Option2 Value", "Option3 Name", "Option3 Value", "Variant SKU", "Variant Grams",
    "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy", "Variant Price",
    "Variant Compare At Price", "Variant Requires Shipping", "Variant Taxable", "Variant Barcode", "Image Src",
    "Image Position", "Image Alt Text", "SEO Title", "SEO Description", "Variant Image", "Status",
]
# The order of attributes in a drawing's name (src/pictures/garment.h); those after "colour" follow it.
BEFORE_COLOUR, AFTER_COLOUR = ("collar", "sleeve", "length", "cut"), ("pattern", "fabric")


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def ean13(number):
    """Digits 20... are for use inside a company, so these can't be anyone's real article."""
    digits = f"20{number:010d}"
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return f"{digits}{-(odd + 3 * even) % 10}"


def picture(product, colour, view):
    shape = product["drawing"]
    parts = [shape["kind"]]
    parts += [f"{key}={shape[key]}" for key in BEFORE_COLOUR if key in shape]
    parts.append(f"colour={colour['cloth']}")
    if "accent" in colour:
        parts.append(f"accent={colour['accent']}")
    parts += [f"{key}={shape[key]}" for key in AFTER_COLOUR if key in shape]
    parts.append(f"view={view}")
    return f"/pictures/{','.join(parts)}.svg"


ALT = {"front": "front", "detail": "the cloth and stitching up close", "flat": "folded or on its hanger",
       "back": "back"}


def pictures(product):
    """(url, alt, colour name): all views of the first colour, front and flat of the others."""
    for index, colour in enumerate(product["colours"]):
        views = product["views"] if index == 0 else [v for v in product["views"] if v in ("front", "flat")]
        for view in views:
            yield picture(product, colour, view), f"{product['title']} in {colour['name'].lower()}, {ALT[view]}", colour


def body(product):
    items = "".join(f"<li>{fact}</li>" for fact in product["facts"])
    care = "".join(f"<li>{line}</li>" for line in product["care"])
    return f"<p>{product['story']}</p>\n<ul>{items}</ul>\n<h2>Care</h2>\n<ul>{care}</ul>"


def stock(product, sku, size_rank):
    """How many there are: fewer at the ends of the size run, now and then none."""
    if product.get("backorder"):
        return 0
    dice = zlib.crc32(sku.encode()) % 1000
    if dice < 60:
        return 0
    if dice < 150 or "last-chance" in product["tags"] and dice < 420:
        return 1 + dice % 3
    return (6 + dice % 34) // (2 if size_rank in ("XS", "XXL", "36", "46") else 1)


def variants(product):
    """(option values, colour, size or None), in the order in which a shopper reads them."""
    for colour in product["colours"]:
        for size in product["sizes"] or [None]:
            for length in product["lengths"] or [None]:
                yield [v for v in (size, colour["name"], length) if v is not None], colour, size


def rows(product, number, barcodes):
    handle = slug(product["title"])
    names = [n for n, used in (("Size", product["sizes"]), ("Colour", True), ("Length", product["lengths"])) if used]
    shots = list(pictures(product))
    lines = []
    for values, colour, size in variants(product):
        code = "-".join(slug(v).upper().replace("-", "") for v in values)
        sku = f"{product['vendor'][:3].upper()}-{number:03d}-{code}"
        row = {"Handle": handle}
        for i, value in enumerate(values, 1):
            row[f"Option{i} Name"] = names[i - 1] if not lines else ""
            row[f"Option{i} Value"] = value
        row |= {
            "Variant SKU": sku,
            "Variant Grams": product["grams"],
            "Variant Inventory Tracker": "shopify",
            "Variant Inventory Qty": stock(product, sku, size),
            "Variant Inventory Policy": "continue" if product.get("backorder") else "deny",
            "Variant Price": f"{product['price']:.2f}",
            "Variant Compare At Price": f"{product['was']:.2f}" if product.get("was") else "",
            "Variant Requires Shipping": "true",
            "Variant Taxable": "true",
            "Variant Barcode": next(barcodes),
            "Variant Image": picture(product, colour, "front"),
        }
        lines.append(row)
    lines[0] |= {
        "Title": product["title"], "Body (HTML)": body(product), "Vendor": product["vendor"], "Type": product["type"],
        "Tags": ", ".join(sorted(product["tags"])), "Published": "true", "Status": "active",
        "SEO Title": f"{product['title']} by {product['vendor']}",
        "SEO Description": product["story"].split(". ")[0].rstrip(".") + ". " + product["facts"][0] + ".",
    }
    for position, (url, alt, _) in enumerate(shots, 1):
        if position > len(lines):
            lines.append({"Handle": handle})
        lines[position - 1] |= {"Image Src": url, "Image Position": position, "Image Alt Text": alt}
    return lines


def main():
    barcodes = (ean13(n) for n in range(4_100_001, 5_000_000))
    with open(HERE / "catalogue.csv", "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for number, product in enumerate(PRODUCTS, 101):
            writer.writerows(rows(product, number, barcodes))
    with open(HERE / "collections.csv", "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["Handle", "Title", "Description", "Picture", "Products", "Tags", "Types"])
        for c in COLLECTIONS:
            writer.writerow([c["handle"], c["title"], c["description"], c["picture"], "", ";".join(c.get("tags", [])),
                             ";".join(c.get("types", []))])


if __name__ == "__main__":
    main()
