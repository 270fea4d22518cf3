"""A shopper in line: waits, is called and buys; told the truth at every moment, with and without JavaScript."""

import re
import time

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import shopper
from conftest import DESKTOP, PHONE
from support.shop_process import ROOT, ShopProcess

PICTURES = ROOT / "build" / "pictures"
CALLED_MS = 90_000  # the leader's lease, a few steps of the line, and the page's own time to ask
HELD = "0.000001"   # admissions a second: nobody is called while a test looks
BEFORE = 60         # tickets of others, taken before the start
KNOWN_SECONDS_MAX = 30


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A shop of this module's own: its sales stand before nobody else's checkout."""
    process = ShopProcess(tmp_path_factory.mktemp("waiting")).migrate_and_seed()
    with process:
        yield process


@pytest.fixture(scope="module")
def goods(shop):
    """Pairs of a handle and a variant of it that is in stock: one for each test."""
    listing = requests.get(f"{shop.url}/api/v1/products?limit=30&available=true", timeout=10).json()["products"]
    pairs = []
    for product in listing:
        answer = requests.get(f"{shop.url}/api/v1/products/{product['handle']}", timeout=10)
        variants = answer.json().get("variants", [])  # none: a busy machine, the server refused
        if variants and variants[0]["stock"] == "in_stock":
            pairs.append((product["handle"], variants[0]["id"]))
    return iter(pairs)


class Sale:
    def __init__(self, shop, name, handle, variant):
        self.shop, self.name, self.handle, self.variant = shop, name, handle, variant

    def set(self, *options):
        self.shop.run("sale", "set", self.name, *options)

    def state(self):
        return requests.get(f"{self.shop.url}/api/v1/sales/{self.name}", timeout=10).json()

    def until(self, known):
        deadline = time.monotonic() + KNOWN_SECONDS_MAX
        while not known(self.state()):
            assert time.monotonic() < deadline, self.state()
            time.sleep(0.05)

    def take_tickets(self, count):
        with requests.Session() as session:
            for _ in range(count):
                taken = session.post(f"{self.shop.url}/api/v1/sales/{self.name}/tickets", json={}, timeout=10)
                assert taken.status_code == 201, taken.text


@pytest.fixture
def sale(shop, goods, request):
    name = re.sub("[^a-z]+", "-", request.node.name.removeprefix("test_"))[:40].strip("-")
    sale = Sale(shop, name, *next(goods))
    yield sale
    shop.run("sale", "remove", name, "--drop-line", check=False)


def a_long_line(sale):
    """Many were there before the start, and nobody is called."""
    sale.set("--title", "The winter drop", "--products", sale.handle, "--starts", "+6s", "--ends", "+1h", "--queue", "on",
             "--rate", HELD)
    sale.until(lambda state: state.get("queue_open"))
    sale.take_tickets(BEFORE)
    sale.until(lambda state: state["phase"] == "running" and state["line_length"] >= BEFORE)


def a_draw(sale):
    sale.set("--title", "The winter drop", "--products", sale.handle, "--starts", "+30m", "--ends", "+1h", "--queue", "on")
    sale.until(lambda state: state.get("queue_open"))


def call_everybody(sale):
    sale.set("--rate", "100000")


def fill_cart(page, sale, javascript):
    page.goto(f"/products/{sale.handle}")
    shopper.choose_available(page, javascript)
    if not javascript:
        shopper.add_to_cart(page)
        page.wait_for_url("**/cart*")
        return
    with page.expect_response(lambda response: "/cart" in response.url and response.request.method == "POST"):
        shopper.add_to_cart(page)


def buy(page):
    shopper.fill_address(page)
    shopper.fill_card(page)
    shopper.pay(page)
    page.wait_for_url(re.compile(r"/orders/[0-9a-f-]{36}\?key="))


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_waits_is_called_and_buys(open_page, sale, javascript):
    a_long_line(sale)
    page = open_page(PHONE if javascript else DESKTOP, javascript)
    fill_cart(page, sale, javascript)
    page.goto("/checkout")
    page.wait_for_url(f"**/queue/{sale.name}")
    ahead = {f"{BEFORE - 1} ahead of you", f"{BEFORE} ahead of you"}  # the shopper's own ticket may not be counted yet
    assert page.get_by_role("heading", level=1).inner_text() in ahead
    assert "Keep this page open" in page.locator("main").inner_text()
    page.reload()
    assert page.get_by_role("heading", level=1).inner_text() in ahead, "a reload loses nothing"
    call_everybody(sale)
    if not javascript:  # the page asks again by itself; going in is a press
        page.get_by_role("button", name="Go to checkout").click(timeout=CALLED_MS)
    page.wait_for_url("**/checkout", timeout=CALLED_MS)
    buy(page)


def test_the_draw_becomes_a_place_without_a_reload(open_page, sale):
    sale.set("--products", sale.handle, "--starts", "+12s", "--ends", "+1h", "--queue", "on", "--rate", HELD)
    sale.until(lambda state: state.get("queue_open"))
    sale.take_tickets(5)
    page = open_page()
    page.goto(f"/queue/{sale.name}")
    assert page.get_by_role("heading", level=1).inner_text() == "You're in the draw"
    assert sale.state()["commitment"] in page.locator("main").text_content()
    page.evaluate("window.same = true")
    page.get_by_role("heading", name=re.compile("ahead of you|You're next")).wait_for(timeout=CALLED_MS)
    assert page.evaluate("window.same") is True
    assert sale.state()["seed"] in page.locator("main").text_content()
    place = int(page.locator("[data-fact=place]").inner_text())
    assert 1 <= place <= 6
    assert "ahead" in page.title() or "next" in page.title(), "a tab in the background tells it"


SHED_SECONDS = 240
# Two URLs a round; rounds are 30 s apart, or 4, 4, 8, 16, 32 and then 60 s: 9 in so long, 12 where a slow machine's
# own time adds to it.
SHED_REQUESTS_MAX = 2 * 12


@pytest.mark.parametrize("told", [None, "30"], ids=["no-time", "retry-after"])
def test_a_server_that_sheds_load_is_asked_less_and_less_until_it_answers(chromium, sale, told):
    a_long_line(sale)
    asked = []

    def shed(route):
        asked.append(route.request.url)
        route.fulfill(status=503, headers={"Retry-After": told} if told else {}, body="")

    def pass_seconds(page, count):
        for _ in range(count):
            page.clock.run_for(1000)
            page.wait_for_timeout(10)  # real ones: for the answers

    context = chromium.new_context(base_url=sale.shop.url)  # not open_page: a refusal is told in the console
    try:
        page = context.new_page()
        page.clock.install()
        page.goto(f"/queue/{sale.name}")
        urls = re.compile(f"/(queue|api/v1/sales)/{sale.name}$")
        page.route(urls, shed)
        pass_seconds(page, SHED_SECONDS)
        assert {"/api/v1/sales/" in url for url in asked} == {True, False}, "the page was due meanwhile"
        assert len(asked) <= SHED_REQUESTS_MAX, asked
        page.unroute(urls)
        with page.expect_response(lambda response: response.ok and "/queue/" in response.url, timeout=CALLED_MS):
            pass_seconds(page, 100)  # the longest pause and its jitter
    finally:
        context.close()


def test_nobody_who_looks_elsewhere_is_sent_in(open_page, sale):
    """The time at the checkout would run; the tab calls instead."""
    a_long_line(sale)
    page = open_page()
    page.add_init_script("""
        window.away = true;
        Object.defineProperty(document, "hidden", {get: () => window.away});""")
    fill_cart(page, sale, True)
    page.goto("/checkout")
    call_everybody(sale)
    expect(page).to_have_title(re.compile("Your turn"), timeout=CALLED_MS)
    assert page.url.endswith(f"/queue/{sale.name}")
    page.evaluate("window.away = false")
    page.wait_for_url("**/checkout")


def test_what_was_typed_before_the_line_is_still_there_after_it(open_page, sale):
    page = open_page()
    fill_cart(page, sale, True)
    page.goto("/checkout")
    shopper.fill_address(page, name="Grace Hopper")
    shopper.fill_card(page)
    a_long_line(sale)
    shopper.pay(page)
    page.wait_for_url(f"**/queue/{sale.name}")
    call_everybody(sale)
    page.wait_for_url("**/checkout", timeout=CALLED_MS)
    assert page.locator("#name").input_value() == "Grace Hopper"
    assert page.locator("#card_number").input_value() == "", "a card is never kept"
    shopper.fill_card(page)
    shopper.pay(page)
    page.wait_for_url("**/orders/*")


def test_a_copied_ticket_is_told_so_and_gets_a_new_place(open_page, sale):
    a_long_line(sale)
    call_everybody(sale)
    first, second = open_page(javascript=False), open_page(javascript=False)
    first.goto(f"/queue/{sale.name}")
    second.context.add_cookies([cookie for cookie in first.context.cookies() if cookie["name"] == "ff_tickets"])
    first.goto(f"/queue/{sale.name}")
    second.goto(f"/queue/{sale.name}")
    second.get_by_role("heading", name="It's your turn").wait_for(timeout=CALLED_MS)
    first.get_by_role("button", name="Go to checkout").click(timeout=CALLED_MS)
    first.wait_for_url(re.compile("^(?!.*/queue/)"))
    second.get_by_role("button", name="Go to checkout").click()
    second.wait_for_url(f"**/queue/{sale.name}*")
    assert "was used already" in second.locator("main").inner_text(), "it looked good when the page was shown"
    third = open_page(javascript=False)
    third.context.add_cookies([cookie for cookie in first.context.cookies() if cookie["name"] == "ff_tickets"])
    third.goto(f"/queue/{sale.name}")
    assert third.get_by_role("heading", level=1).inner_text() == "This place was used"
    assert "your order stands" in third.locator("main").inner_text()
    third.get_by_role("button", name="Take a new place").click()
    third.get_by_role("heading", name=re.compile("ahead of you|You're next|It's your turn")).wait_for()
    assert first.url.endswith(f"/products/{sale.handle}"), "nothing in the cart yet: to what the sale sells"


def without_script(page):
    """A page with scripts on, whose waiting room stands still to be looked at."""
    page.route("**/assets/queue.*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_the_waiting_room(open_page, sale, size, dark):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = open_page(size, dark=dark, reduced_motion="reduce")
    without_script(page)

    def look(state):
        while not page.locator(f'[data-state="{state}"]').count():  # sooner than the page would ask again
            page.reload()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / f"queue-{state}-{'phone' if size == PHONE else 'desktop'}-{'dark' if dark else 'light'}.png",
                        full_page=True)
        for details in page.locator("main details").all():
            details.evaluate("element => { element.open = true; }")
        results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
        assert not results.violations_count, f"{state}: {results.generate_report()}"
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], f"{state} scrolls sideways"

    a_draw(sale)
    page.goto(f"/queue/{sale.name}")
    look("draw")
    sale.shop.run("sale", "remove", sale.name, "--drop-line")
    sale.until(lambda state: "phase" not in state)
    a_long_line(sale)
    page.goto(f"/queue/{sale.name}")
    look("waiting")
    call_everybody(sale)
    look("turn")


def test_the_waiting_room_keeps_its_budgets(open_page, sale):
    a_draw(sale)
    page = open_page()
    page.goto(f"/queue/{sale.name}")
    html = requests.get(page.url, headers={"Accept-Encoding": "identity"}, timeout=10).content
    assert len(html) < 14 * 1024
    urls = page.evaluate("[...document.querySelectorAll('script[src]')].map(e => e.src)")
    size = sum(len(requests.get(url, headers={"Accept-Encoding": "br"}, timeout=10, stream=True).raw.read(decode_content=False)) for url in urls)
    assert 0 < size < 15 * 1024
