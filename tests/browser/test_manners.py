"""Every page: accessible, within its budgets, still while it loads, in light and dark."""

import pathlib

import pytest
from axe_playwright_python.sync_playwright import Axe

import shopper
from conftest import DESKTOP, PHONE
from support.shop_process import ROOT

PICTURES = ROOT / "build" / "pictures"
PAGES = ["/", "/collections", "/collections/knitwear", "/search?q=shirt", "/search?q=zzzzqqq", "/help", "/cart", "/nothing-here"]


def every_page(page):
    """Visits every kind of page with something on it; yields its name."""
    for path in PAGES:
        page.goto(path)
        yield path
    shopper.find_product(page)
    yield "product"
    shopper.choose_available(page, True)
    with page.expect_response(lambda response: "/cart" in response.url and response.request.method == "POST"):
        shopper.add_to_cart(page)
    page.goto("/cart")
    yield "cart with a line"
    page.goto("/checkout")
    yield "checkout"
    shopper.fill_address(page, postcode="ABC")
    shopper.fill_card(page)
    page.locator("form").evaluate_all("forms => forms.forEach(form => form.noValidate = true)")
    shopper.pay(page)
    page.get_by_role("alert").wait_for()
    yield "checkout with an error"
    shopper.fill_address(page)
    shopper.fill_card(page)
    shopper.pay(page)
    page.wait_for_url("**/orders/*")
    yield "order"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_on_any_page(open_page, size, dark):
    page = open_page(size, dark=dark, reduced_motion="reduce")
    found = {}
    for name in every_page(page):
        results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
        if results.violations_count:
            found[name] = results.generate_report()
        assert page.locator("h1").count() == 1, f"{name} has {page.locator('h1').count()} h1"
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{name} scrolls sideways: {width}"
    assert not found, "\n".join(f"{name}:\n{report}" for name, report in found.items())


def test_nothing_moves_while_a_page_loads(open_page):
    page = open_page(PHONE)
    page.add_init_script("""
        window.moved = 0;
        new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.moved += e.value; })
          .observe({type: 'layout-shift', buffered: true});""")
    for path in ["/", "/collections/knitwear", "/search?q=shirt"]:
        page.goto(path, wait_until="networkidle")
        assert page.evaluate("window.moved") < 0.01, path
    shopper.find_product(page)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.moved") < 0.01


def test_a_click_right_after_a_navigation_is_never_lost(open_page):
    """A transition between pages would take every press of its time away from the new page."""
    page = open_page()
    page.add_init_script("""
        addEventListener('pagereveal', event => { window.transition = Boolean(event.viewTransition); });""")
    page.goto("/")
    for path in ["/collections", "/", "/help"]:
        page.evaluate("path => { const link = document.createElement('a'); link.href = path; document.body.append(link); link.click(); }", path)
        page.wait_for_url("**" + path, wait_until="commit")
        page.wait_for_function("window.transition !== undefined")
        assert page.evaluate("window.transition") is False, path


def test_pages_styles_and_scripts_keep_their_budgets(open_page, shop):
    """Compressed: HTML under 14 KB, all CSS under 15 KB, all JavaScript under 15 KB; a product page in at most 6
    requests beside its pictures."""
    import requests

    page = open_page()
    requested = []
    page.on("request", lambda request: requested.append((request.resource_type, request.url)))
    shopper.find_product(page)
    product_url = page.url
    requested.clear()
    page.goto(product_url, wait_until="networkidle")
    assert len({url for kind, url in requested if kind != "image"}) <= 6, requested
    everything = set()
    for path in [*PAGES[:-1], product_url]:
        url = path if path.startswith("http") else shop.url + path
        answer = requests.get(url, headers={"Accept-Encoding": "br"}, timeout=10, stream=True)
        assert len(answer.raw.read(decode_content=False)) < 14 * 1024, path
        page.goto(url)
        everything |= set(page.evaluate("[...document.querySelectorAll('script[src], link[rel=stylesheet]')].map(e => e.src || e.href)"))
    for kind in ("css", "js"):
        size = sum(len(requests.get(url, headers={"Accept-Encoding": "br"}, timeout=10, stream=True).raw.read(decode_content=False))
                   for url in everything if url.endswith(kind))
        assert 0 < size < 15 * 1024, f"{kind}: {size}"


def test_pages_are_the_same_bytes_for_every_shopper(shop, open_page):
    import requests

    page = open_page(javascript=False)
    title = shopper.find_product(page)
    shopper.choose_available(page, False)
    shopper.add_to_cart(page)
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert cookies, title
    for path in ["/", "/collections/knitwear", "/search?q=shirt"]:
        stranger = requests.get(shop.url + path, timeout=10)
        known = requests.get(shop.url + path, cookies=cookies, timeout=10)
        assert stranger.content == known.content and stranger.headers["ETag"] == known.headers["ETag"]
        assert "Set-Cookie" not in stranger.headers and "public" in stranger.headers["Cache-Control"]


def test_takes_the_pictures_for_the_readme(open_page):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = open_page(DESKTOP)
    page.goto("/", wait_until="networkidle")
    page.screenshot(path=PICTURES / "storefront.png")
    shopper.find_product(page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / "product.png")
    phone = open_page(PHONE, dark=True)
    phone.goto("/collections/knitwear", wait_until="networkidle")
    phone.screenshot(path=PICTURES / "phone.png")
    assert all((PICTURES / f"{name}.png").stat().st_size > 10_000 for name in ("storefront", "product", "phone"))
