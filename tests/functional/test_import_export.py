"""Shopify CSV in and out, through the program."""

import csv
import io
import time

import pytest
import requests

from support import api
from support.shop_process import ShopProcess

HEADER = ("Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
          "Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,"
          "Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Image Src,Image Alt Text\n")
SHIRT = ('linen,Linen Shirt,"<p>Woven in ""Portugal"".\nWashes well.</p><script>alert(1)</script>",Atelier,Shirts,'
         '"linen, summer",true,Size,S,Colour,Sand,LIN-S,210,shopify,5,deny,79.00,99.00,true,true,'
         'https://pictures.example/a.jpg,Front\n'
         'linen,,,,,,,,M,,Sand,LIN-M,215,shopify,2,deny,79.00,,true,true,https://pictures.example/b.jpg,Back\n'
         'linen,,,,,,,,,,,,,,,,,,,,https://pictures.example/c.jpg,Detail\n')
CAP = ("cap,Plain Cap,,Atelier,Hats,,true,Title,Default Title,,,,80,,,deny,19.5,,true,true,,\n")


@pytest.fixture
def empty_shop(tmp_path):
    shop = ShopProcess(tmp_path / "empty")
    shop.run("migrate")
    return shop


def write(shop, text, name="catalogue.csv", encoding="utf-8"):
    path = shop.folder / name
    path.write_bytes(text.encode(encoding))
    return str(path)


def rows(shop):
    return list(csv.DictReader(io.StringIO(shop.run("export").stdout)))


def test_an_import_is_what_the_shop_then_sells(empty_shop):
    empty_shop.run("import", write(empty_shop, HEADER + SHIRT + CAP))
    with empty_shop as shop:
        client = api.Client(shop.url)
        status, _, shirt = client.request("GET", "/api/v1/products/linen")
        assert status == 200 and len(shirt["variants"]) == 2 and len(shirt["pictures"]) == 3
        assert [v["options"] for v in shirt["variants"]] == [["S", "Sand"], ["M", "Sand"]]
        assert "<script" not in str(shirt) and "alert" not in str(shirt)
        status, _, cap = client.request("GET", "/api/v1/products/cap")
        assert status == 200 and len(cap["variants"]) == 1
        assert cap["variants"][0]["price"] == {"amount": 1950, "currency": "EUR"}


def test_importing_again_changes_nothing(empty_shop):
    path = write(empty_shop, HEADER + SHIRT + CAP)
    empty_shop.run("import", path)
    before = empty_shop.run("export").stdout
    assert "0 created" in empty_shop.run("import", path).stdout
    assert empty_shop.run("export").stdout == before


def test_a_dry_run_tells_and_changes_nothing(empty_shop):
    path = write(empty_shop, HEADER + SHIRT)
    assert "1 created" in empty_shop.run("import", path, "--dry-run").stdout
    assert rows(empty_shop) == []


def test_a_fault_anywhere_stops_everything_and_is_named(empty_shop):
    broken = SHIRT.replace("79.00,99.00", "seventy-nine,99.00")
    done = empty_shop.run("import", write(empty_shop, HEADER + CAP + broken), check=False)
    assert done.returncode == 1
    assert "line 3" in done.stderr and "Variant Price" in done.stderr
    assert rows(empty_shop) == []


def test_a_byte_order_mark_crlf_and_columns_in_any_order_are_read(empty_shop):
    text = ("\ufeffVariant Price,Title,Handle,My Column\r\n12.00,Belt,belt,custom\r\n")
    empty_shop.run("import", write(empty_shop, text))
    (belt,) = rows(empty_shop)
    assert belt["Handle"] == "belt" and belt["Variant Price"] == "12.00" and belt["My Column"] == "custom"


def test_an_export_imports_to_the_same_shop(fresh_shop, tmp_path):
    collections, again = tmp_path / "collections.csv", tmp_path / "again.csv"
    exported = fresh_shop.run("export", "--collections", str(collections)).stdout
    assert len(list(csv.DictReader(io.StringIO(collections.read_text(encoding="utf-8"))))) > 1
    other = ShopProcess(tmp_path / "other")
    other.run("migrate")
    other.run("import", write(other, exported), "--collections", str(collections))
    assert other.run("export", "--collections", str(again)).stdout == exported
    assert again.read_bytes() == collections.read_bytes()


def test_replace_removes_what_the_file_lacks_and_says_so(empty_shop):
    empty_shop.run("import", write(empty_shop, HEADER + SHIRT + CAP))
    assert "1 removed" in empty_shop.run("import", write(empty_shop, HEADER + CAP), "--replace").stdout
    assert {row["Handle"] for row in rows(empty_shop)} == {"cap"}


def test_pages_allow_the_hosts_of_the_catalogues_pictures_by_name(empty_shop):
    empty_shop.run("import", write(empty_shop, HEADER + CAP))
    with empty_shop as shop:
        policy = requests.get(shop.url + "/products/cap", timeout=10).headers["Content-Security-Policy"]
        assert "pictures.example" not in policy
        shop.run("import", write(shop, HEADER + SHIRT))
        deadline = time.monotonic() + 20
        while (page := requests.get(shop.url + "/products/linen", timeout=10)).status_code != 200:
            assert time.monotonic() < deadline, "the imported product never showed"
            time.sleep(0.05)
        assert "https://pictures.example" in page.headers["Content-Security-Policy"]
        assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_a_running_shop_shows_an_import_soon(empty_shop):
    empty_shop.run("import", write(empty_shop, HEADER + CAP))
    with empty_shop as shop:
        client = api.Client(shop.url)
        shop.run("import", write(shop, HEADER + CAP.replace("19.5", "21.00"), "dearer.csv"))
        deadline = time.monotonic() + 20
        while client.variants("cap")[0]["price"]["amount"] != 2100:
            assert time.monotonic() < deadline, "the new price never showed"
            time.sleep(0.05)
