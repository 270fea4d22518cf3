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
    assert "catalogue.csv:3: Variant Price: 'seventy-nine' is not an amount" in done.stderr
    assert rows(empty_shop) == []


def test_every_fault_is_a_line_of_its_own_with_file_line_and_column(empty_shop):
    path = write(empty_shop, "Handle,Title,Variant Price,Variant Inventory Policy,Image Src\n"
                 "a,A,ten,deny,\nb,,1,sometimes,https:///x\n")
    done = empty_shop.run("import", path, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"{path}:2: Variant Price: 'ten' is not an amount like 12.50",
        f"{path}:3: Title: the first row of a product must have its title",
        f"{path}:3: Image Src: must have a host after https://, like cdn.example.com",
        f"{path}:3: Variant Inventory Policy: must be deny or continue",
        f"fashionforward: {path} has 4 faults; nothing was changed"]


def test_of_many_faults_the_first_are_told_and_all_counted(empty_shop):
    path = write(empty_shop, "Handle,Title,Variant Price\n" + "".join(f"p{n},P,x\n" for n in range(500)))
    done = empty_shop.run("import", path, check=False)
    lines = done.stderr.splitlines()
    assert len(lines) == 21 and lines[0].startswith(f"{path}:2: ") and lines[19].startswith(f"{path}:21: ")
    assert lines[20] == f"fashionforward: {path} has 500 faults, of which the first 20 are told; nothing was changed"


def test_faults_of_the_collections_name_their_file(empty_shop):
    collections = write(empty_shop, "Handle,Title\nBad Handle,A\nb,\n", "collections.csv")
    done = empty_shop.run("import", write(empty_shop, HEADER + CAP), "--collections", collections, check=False)
    assert f"{collections}:2: Handle: must be" in done.stderr and f"{collections}:3: Title: " in done.stderr


def test_stock_that_shopify_oversold_is_sold_out_here_and_the_summary_says_so(empty_shop):
    path = write(empty_shop, HEADER + SHIRT.replace("shopify,5,deny", "shopify,-3,deny"))
    done = empty_shop.run("import", path)
    assert f"note: {path}:2: Variant Inventory Qty: -3 is read as 0" in done.stdout and "1 created" in done.stdout
    assert stocks(empty_shop) == {"LIN-S": "0", "LIN-M": "2"}
    assert "I1-I5 hold" in empty_shop.run("audit").stdout


def test_a_file_without_products_does_not_empty_the_shop_unless_that_is_said(empty_shop):
    empty_shop.run("import", write(empty_shop, HEADER + SHIRT + CAP))
    empty = write(empty_shop, HEADER, "empty.csv")
    for also in ([], ["--dry-run"]):
        done = empty_shop.run("import", empty, "--replace", *also, check=False)
        assert done.returncode == 1 and done.stderr.count("\n") == 1
        assert "empty.csv lists no product, so --replace would remove all 2 products of the shop" in done.stderr
        assert "--allow-empty" in done.stderr
    assert len(stocks(empty_shop)) == 2
    assert "2 removed" in empty_shop.run("import", empty, "--replace", "--allow-empty").stdout
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


def stocks(shop):
    return {row["Variant SKU"]: row["Variant Inventory Qty"] for row in rows(shop) if row["Variant SKU"]}


def test_keep_stock_leaves_what_is_counted_and_stocks_what_is_new(empty_shop):
    empty_shop.run("import", write(empty_shop, HEADER + SHIRT))
    large = 'linen,,,,,,,,L,,Sand,LIN-L,220,shopify,9,deny,79.00,,true,true,,\n'
    later = SHIRT.replace("shopify,5", "shopify,50").replace("shopify,2", "shopify,20") + large
    empty_shop.run("import", write(empty_shop, HEADER + later), "--keep-stock")
    assert stocks(empty_shop) == {"LIN-S": "5", "LIN-M": "2", "LIN-L": "9"}
    empty_shop.run("import", write(empty_shop, HEADER + later))
    assert stocks(empty_shop) == {"LIN-S": "50", "LIN-M": "20", "LIN-L": "9"}


def apparel_export(products=120):
    """Shaped like a real apparel shop's: sizes by colours, quoted HTML over several lines, blank repeated cells,
    pictures beyond the variants' rows, prices with and without cents, columns of apps that nobody asked for."""
    columns = ["Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option1 Value",
               "Option2 Name", "Option2 Value", "Option3 Name", "Option3 Value", "Variant SKU", "Variant Grams",
               "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy",
               "Variant Fulfillment Service", "Variant Price", "Variant Compare At Price", "Variant Requires Shipping",
               "Variant Taxable", "Variant Barcode", "Image Src", "Image Position", "Image Alt Text", "Gift Card",
               "SEO Title", "SEO Description", "Google Shopping / Gender", "Variant Image", "Variant Weight Unit",
               "Cost per item", "Status"]
    out = io.StringIO()
    file = csv.DictWriter(out, columns, restval="", lineterminator="\r\n")
    file.writeheader()
    for n in range(products):
        handle = f"ocean-tee-{n}"
        variants = [(size, colour) for size in ("S", "M", "L") for colour in ("Navy", "Off White")]
        for i, (size, colour) in enumerate(variants):
            row = {"Handle": handle, "Option1 Value": size, "Option2 Value": colour, "Variant SKU": f"OT{n}-{size}{i}",
                   "Variant Grams": "181.0", "Variant Inventory Tracker": "shopify" if n % 5 else "",
                   "Variant Inventory Qty": str((n * 7 + i) % 12), "Variant Inventory Policy": "deny",
                   "Variant Fulfillment Service": "manual", "Variant Price": "25" if n % 3 else "24.99",
                   "Variant Compare At Price": "" if n % 4 else "35.00", "Variant Requires Shipping": "true",
                   "Variant Taxable": "TRUE", "Variant Weight Unit": "lb", "Cost per item": "7.5",
                   "Image Src": f"https://cdn.example/{handle}-{i}.jpg?v=1" if i < 4 else "", "Image Position": i + 1}
            if i == 0:
                row |= {"Title": f"Ocean Tee № {n}", "Vendor": "partners-demo", "Type": "Shirt", "Published": "TRUE",
                        "Body (HTML)": f'<p class="lead">Soft, "worn-in"\ncotton.</p>\n<ul><li>{n} threads</li></ul>',
                        "Tags": "men, summer,  new-arrivals", "Option1 Name": "Size", "Option2 Name": "Color",
                        "Gift Card": "FALSE", "SEO Title": f"Ocean Tee {n}", "Status": "active",
                        "Google Shopping / Gender": "unisex"}
            file.writerow(row)
        file.writerow({"Handle": handle, "Image Src": f"https://cdn.example/{handle}-back.jpg", "Image Position": 7})
    return out.getvalue()


def test_an_apparel_shops_export_is_imported_sold_and_given_back(empty_shop):
    path = write(empty_shop, apparel_export())
    assert "120 created" in empty_shop.run("import", path).stdout
    again = empty_shop.run("import", path).stdout
    assert "120 unchanged" in again and "stock of 0 adjusted" in again
    with empty_shop as shop:
        client = api.Client(shop.url)
        _, _, tee = client.request("GET", "/api/v1/products/ocean-tee-1")
        assert tee["options"] == [{"name": "Size", "values": ["S", "M", "L"]},
                                  {"name": "Color", "values": ["Navy", "Off White"]}]
        assert len(tee["variants"]) == 6 and len(tee["pictures"]) == 5
        assert set(tee["tags"]) == {"men", "summer", "new-arrivals"}
        assert {variant["price"]["amount"] for variant in tee["variants"]} == {2500}
        assert requests.get(shop.url + "/products/ocean-tee-1", timeout=10).status_code == 200
        _, _, found = client.request("GET", "/api/v1/search?q=ocean+navy&limit=1")
        assert found["total"] == 120
        _, _, found = client.request("GET", "/api/v1/search?q=ot7-s0")
        assert [product["handle"] for product in found["products"]] == ["ocean-tee-7"]
        for spelling in ("color", "colour"):
            _, _, found = client.request("GET", f"/api/v1/products?limit=1&filter=option.{spelling}:navy")
            assert found["total"] == 120
            assert requests.get(f"{shop.url}/search?option.{spelling}=Navy", timeout=10).status_code == 200
    (tee,) = [row for row in rows(empty_shop) if row["Handle"] == "ocean-tee-1" and row["Title"]]
    assert tee["Cost per item"] == "7.5" and tee["Google Shopping / Gender"] == "unisex"


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
