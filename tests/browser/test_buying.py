"""A shopper buys: on a phone and a desktop, with and without JavaScript, with the keyboard alone."""

import re

import pytest

import shopper
from conftest import DESKTOP, PHONE

SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@SIZES
@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_buys_a_garment(open_page, size, javascript):
    page = open_page(size, javascript)
    title = shopper.find_product(page)
    shopper.choose_available(page, javascript)
    shopper.add_to_cart(page)
    if javascript:  # confirmed in place; the cart is one step away
        page.get_by_role("dialog").get_by_text(title).first.wait_for()
        page.goto("/cart")
    page.wait_for_url("**/cart*")
    assert title in page.locator("main").inner_text()
    page.get_by_role("link", name=re.compile("checkout", re.I)).or_(
        page.get_by_role("button", name=re.compile("checkout", re.I))).first.click()
    page.wait_for_url("**/checkout*")
    shopper.fill_address(page)
    shopper.fill_card(page)
    shopper.pay(page)
    page.wait_for_url(re.compile(r"/orders/[0-9a-f-]{36}\?key="))
    assert title in page.locator("main").inner_text()
    page.goto("/cart")
    assert title not in page.locator("main").inner_text(), "what was bought is still in the cart"


def start_checkout(page):
    title = shopper.find_product(page)
    shopper.choose_available(page, True)
    with page.expect_response(lambda response: "/cart" in response.url and response.request.method == "POST"):
        shopper.add_to_cart(page)
    page.goto("/checkout")
    return title


def test_errors_stand_beside_their_fields_and_nothing_is_retyped(open_page):
    page = open_page(javascript=False)
    shopper.find_product(page)
    shopper.choose_available(page, False)
    shopper.add_to_cart(page)
    page.goto("/checkout")
    shopper.fill_address(page, postcode="ABC")
    shopper.fill_card(page, "4242 4242 4242 4241")
    page.locator("form").evaluate_all("forms => forms.forEach(form => form.noValidate = true)")
    shopper.pay(page)
    assert page.get_by_role("alert").is_visible()
    assert page.locator("#postcode").get_attribute("aria-invalid") == "true"
    assert page.locator("#card_number").get_attribute("aria-invalid") == "true"
    assert page.locator("#name").input_value() == "Ada Lovelace"
    assert page.locator("#postcode").input_value() == "ABC"
    assert page.locator("#card_number").input_value() == "", "a card number must never come back"
    assert "4242 4242 4242 4241" not in page.content() and "4242424242424241" not in page.content()


def test_a_declined_card_keeps_the_form_and_another_card_pays(open_page):
    page = open_page()
    title = start_checkout(page)
    shopper.fill_address(page)
    shopper.fill_card(page, shopper.DECLINED)
    shopper.pay(page)
    page.get_by_role("alert").wait_for()
    assert page.locator("#name").input_value() == "Ada Lovelace"
    shopper.fill_card(page)
    shopper.pay(page)
    page.wait_for_url("**/orders/*")
    assert title in page.locator("main").inner_text()


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_the_old_form_after_a_declined_card_is_another_try(open_page, javascript):
    """The way back in the browser leads to the form that was sent: no order stands for it."""
    page = open_page(javascript=javascript)
    shopper.find_product(page)
    shopper.choose_available(page, javascript)
    if javascript:
        with page.expect_response(lambda response: "/cart" in response.url and response.request.method == "POST"):
            shopper.add_to_cart(page)
    else:
        shopper.add_to_cart(page)
    page.goto("/checkout")
    key = page.locator("input[name=idempotency_key]").get_attribute("value")
    shopper.fill_address(page)
    shopper.fill_card(page, shopper.DECLINED)
    shopper.pay(page)
    page.get_by_role("alert").wait_for()
    # As the browser restores it: the old key in the form.
    page.evaluate("key => document.querySelector('input[name=idempotency_key]').value = key", key)
    shopper.fill_card(page)
    shopper.pay(page)
    page.get_by_role("alert").filter(has_text="That was your first try").wait_for()
    assert page.locator("#name").input_value() == "Ada Lovelace"
    if not javascript:
        shopper.fill_card(page)  # a script has kept it
    shopper.pay(page)
    page.wait_for_url("**/orders/*")


def test_too_many_declined_cards_are_told_and_not_sent_again(open_page):
    page = open_page()
    start_checkout(page)
    shopper.fill_address(page)
    sent = []
    page.on("request", lambda request: sent.append(1) if request.method == "POST" and "/checkout" in request.url else None)
    for tries in range(1, 7):
        shopper.fill_card(page, shopper.DECLINED)
        with page.expect_response(lambda response: response.request.method == "POST" and "/checkout" in response.url) as answer:
            shopper.pay(page)
        page.wait_for_function("() => !document.querySelector('[data-busy]')")
        assert (answer.value.status, len(sent)) == (429 if tries == 6 else 402, tries)
    assert page.get_by_role("alert").get_by_text("Too many cards were refused").is_visible()
    assert page.locator("#name").input_value() == "Ada Lovelace"


def test_pressing_pay_twice_is_one_order(open_page):
    page = open_page()
    start_checkout(page)
    shopper.fill_address(page)
    shopper.fill_card(page)
    page.locator("[data-pay]").dblclick()
    page.wait_for_url("**/orders/*")
    first = page.url
    page.go_back()
    page.goto(first)
    assert page.get_by_role("heading", level=1).is_visible()


def test_the_same_form_sent_twice_is_the_same_order(open_page):
    """Two tabs with the same page: both end at one order, as after a lost connection."""
    page = open_page(javascript=False)
    shopper.find_product(page)
    shopper.choose_available(page, False)
    shopper.add_to_cart(page)
    page.goto("/checkout")
    form = page.locator("form").filter(has=page.locator("#card_number"))
    fields = form.evaluate("form => Object.fromEntries(new FormData(form))")
    fields |= {"email": "ada@example.com", "name": "Ada Lovelace", "line1": "Hauptstrasse 1", "postcode": "10115",
               "city": "Berlin", "card_number": "4242424242424242", "card_expiry": "12/40", "card_cvc": "123"}
    origin = page.url.split("/checkout")[0]
    places = []
    for _ in range(2):
        answer = page.request.post("/checkout", form=fields, headers={"Origin": origin}, max_redirects=0)
        assert answer.status == 303
        places.append(answer.headers["location"])
    assert places[0] == places[1] and "/orders/" in places[0]


def test_an_order_page_needs_its_secret_link(open_page):
    page = open_page()
    start_checkout(page)
    shopper.fill_address(page)
    shopper.fill_card(page)
    shopper.pay(page)
    page.wait_for_url("**/orders/*")
    stranger = open_page(javascript=False)
    assert stranger.goto(page.url.split("?")[0]).status == 404
    assert stranger.goto(re.sub(r"key=.{4}", "key=0000", page.url)).status == 404


def test_buys_by_keyboard_alone(open_page):
    page = open_page()
    shopper.find_product(page)
    shopper.choose_available(page, True)

    def press_until_focused(selector: str, presses_max: int = 80):
        for _ in range(presses_max):
            if page.evaluate("s => document.activeElement && document.activeElement.matches(s)", selector):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {selector}")

    page.locator("body").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main", "the skip link comes first"
    press_until_focused("form[data-add] button[type=submit]")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert page.evaluate("document.querySelector('dialog[open], [role=dialog]').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('dialog[open]')")
    assert page.evaluate("document.activeElement.matches('form[data-add] button')"), "focus returns where it was"
    page.goto("/checkout")
    for field, value in [("email", "ada@example.com"), ("name", "Ada Lovelace"), ("line1", "Hauptstrasse 1"),
                         ("postcode", "10115"), ("city", "Berlin"), ("card_number", "4242424242424242"),
                         ("card_expiry", "1240"), ("card_cvc", "123")]:
        press_until_focused(f"#{field}")
        page.keyboard.type(value)
    press_until_focused("[data-pay]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/*")


def test_removing_a_line_can_be_undone(open_page):
    page = open_page()
    title = start_checkout(page)
    page.goto("/cart")
    page.get_by_role("button", name=re.compile("^Remove")).first.click()
    undo = page.get_by_role("button", name=re.compile("^Undo"))
    undo.wait_for()
    undo.click()
    page.locator("main li.line", has_text=title).wait_for()


def test_suggestions_while_typing_are_a_combobox(open_page):
    page = open_page()
    page.goto("/")
    search = page.get_by_role("combobox")
    search.click()
    search.press_sequentially("shi", delay=30)
    page.get_by_role("option").first.wait_for()
    assert search.get_attribute("aria-expanded") == "true"
    search.press("ArrowDown")
    assert search.get_attribute("aria-activedescendant")
    search.press("Enter")
    page.wait_for_url(re.compile(r"/(products|collections|search)"))


def test_the_address_bar_names_the_variant(open_page):
    page = open_page()
    shopper.find_product(page)
    page.wait_for_load_state("networkidle")
    before = page.url
    value = page.locator(".picker input[type=radio]:not(:checked)").first.get_attribute("value")
    chosen = page.locator(f".picker input[value='{value}']").first
    chosen.check(force=True)
    page.wait_for_function("url => location.href !== url", arg=before)
    assert "variant=" in page.url
    page.reload()
    assert chosen.is_checked()
