"""A real Chromium, as Debian ships it, in the sizes and moods that shoppers have."""

import os
import pathlib
import re

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("FF_CHROMIUM", "/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
# What the browser logs when a page is a 402, 404, 409, 422 or 429: an answer, not a fault.
ANSWERED = re.compile(r"^Failed to load resource: the server responded with a status of 4(02|04|09|22|29)\b")
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def chromium():
    if not pathlib.Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is needed: ./ff test browser installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, shop):
    """open_page(size, javascript, dark) -> a page in a fresh profile. Fails the test for what a shopper should
    never meet: an error in the console, or a request to another host."""
    contexts, foreign, errors = [], [], []

    def make(size=None, javascript=True, dark=False, **options):
        context = chromium.new_context(base_url=shop.url, viewport=size or DESKTOP, java_script_enabled=javascript,
                                       color_scheme="dark" if dark else "light", locale="en-GB", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", lambda request: foreign.append(request.url)
                if not request.url.startswith((shop.url, "data:", "blob:")) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text)
                if message.type == "error" and not ANSWERED.search(message.text) else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not foreign, f"requests left the shop: {foreign}"
    assert not errors, errors
