"""What a shopper does, in the words of the page: roles and labels, as a screen reader would find them."""

import re

ADDRESS = {"Email": "ada@example.com", "Name": "Ada Lovelace", "Address": "Hauptstrasse 1", "Postcode": "10115",
           "City": "Berlin"}
CARD, DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0002"


def find_product(page) -> str:
    """Home, a collection, a product that is in stock: the way there. Returns its title."""
    page.goto("/")
    page.get_by_role("navigation", name="Collections").get_by_role("link", name="Knitwear").first.click()
    page.locator("main a[href*='/products/']").first.click()
    return page.get_by_role("heading", level=1).inner_text()


def choose_available(page, javascript: bool):
    """Picks option values until something can be bought (marked ones can't)."""
    if not page.locator("[data-stock='sold_out']").count():
        return
    for pick in page.locator(".picker input[type=radio]:not([data-unavailable])").all():
        pick.check(force=True)
        if not javascript or not page.locator("[data-stock='sold_out']").count():
            return


def add_to_cart(page):
    page.get_by_role("button", name="Add to cart").click()


def fill_address(page, **changes):
    for field, value in {"email": "ada@example.com", "name": "Ada Lovelace", "line1": "Hauptstrasse 1",
                         "postcode": "10115", "city": "Berlin", **changes}.items():
        page.locator(f"#{field}").fill(value)


def fill_card(page, number: str = CARD):
    page.locator("#card_number").fill(number)
    page.locator("#card_expiry").fill("12 / 40")
    page.locator("#card_cvc").fill("123")


def pay(page):
    page.get_by_role("button", name=re.compile(r"^Pay €[\d.]+|^Order, pay")).click()
