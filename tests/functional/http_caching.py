"""Who may keep which answer, and for how long: one row for each route. test_http_caching.py asks the real server;
docs/caching.md is this table:

    python tests/functional/http_caching.py > docs/caching.md
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Policy:
    name: str
    everyone: str        # Cache-Control
    cdn: str = ""        # CDN-Cache-Control; empty: none
    tagged: bool = False  # has an entity tag, and 304 for it
    shared: bool = False  # the same bytes for everybody: no cookie is set or read
    why: str = ""


PAGE = Policy(
    "page", "public, max-age=0, s-maxage=30", "max-age=30, stale-while-revalidate=60, stale-if-error=600", True, True,
    "A browser asks each time, at the price of a 304, so that who comes back sees today's price. A shared cache may hold it for "
    "half a minute; a CDN may show it for a minute more while it fetches the next, and for ten while we refuse or are gone.")
LISTING = Policy(
    "catalogue data", "public, max-age=0, s-maxage=10", "max-age=10, stale-while-revalidate=60, stale-if-error=600", True, True,
    "As a page; fresher, since programs compare it.")
STATE = Policy(
    "a sale's state", "public, max-age=1, s-maxage=1", "max-age=1, stale-while-revalidate=5", True, True,
    "The line moves each second and a crowd looks at it: one second at the edge makes one question of thousands.")
ASSET = Policy(
    "asset", "public, max-age=31536000, immutable", "", True, True,
    "Its name holds a hash of its content, so a year and never asked again. A page names the assets that it was made with.")
PICTURE = Policy(
    "picture", "public, max-age=86400, stale-while-revalidate=604800", "", True, True,
    "A name is one drawing; a release may draw it better. A day, and for a week the old one while the new one is fetched.")
MAP = Policy("sitemap", "public, max-age=3600", "", True, True, "Robots come back once a day.")
ROBOTS = Policy("robots.txt", "public, max-age=3600", "", False, True, "A hundred bytes: a 304 would save nothing.")
OWN_PAGE = Policy("a shopper's own page", "private, no-store", "", False, False,
                  "Carts, addresses, orders. Stored nowhere, not in the browser's own cache either: the next person at this computer.")
OWN_DATA = Policy("a client's own data", "no-store", "", False, False, "The same, by the API.")
MISSING_PAGE = Policy("an error page", "private, no-store", "", False, False, "What is missing now may be there in a second.")
MISSING_DATA = Policy("a problem", "no-store", "", False, False, "The same, by the API.")
POLICIES = [PAGE, LISTING, STATE, ASSET, PICTURE, MAP, ROBOTS, OWN_PAGE, OWN_DATA, MISSING_PAGE, MISSING_DATA]


@dataclasses.dataclass(frozen=True)
class Row:
    method: str
    route: str      # as the router has it
    policy: Policy
    example: str = ""  # a target; {names} are filled in by the test; empty: the route itself
    status: int = 200  # of the example, which for what changes something is an empty request unless the test does better

    @property
    def target(self) -> str:
        return self.example or self.route


ROWS = [
    Row("GET", "/", PAGE),
    Row("GET", "/collections", PAGE),
    Row("GET", "/collections/{handle}", PAGE, "/collections/{collection}"),
    Row("GET", "/search", PAGE, "/search?q=shirt"),
    Row("GET", "/products/{handle}", PAGE, "/products/{product}"),
    Row("GET", "/help", PAGE),
    Row("GET", "/assets/{path...}", ASSET, "{asset}"),
    Row("GET", "/pictures/{file}", PICTURE, "{picture}"),
    Row("GET", "/favicon.ico", PICTURE),
    Row("GET", "/sitemap.xml", MAP),
    Row("GET", "/sitemaps/{file}", MAP, "/sitemaps/0.xml"),
    Row("GET", "/robots.txt", ROBOTS),
    Row("GET", "/cart", OWN_PAGE),
    Row("POST", "/cart/lines", OWN_PAGE, status=422),
    Row("POST", "/cart/lines/update", OWN_PAGE, status=303),
    Row("POST", "/cart/lines/remove", OWN_PAGE, status=303),
    Row("POST", "/cart/lines/restore", OWN_PAGE, status=422),
    Row("POST", "/cart/lines/seen", OWN_PAGE, status=303),
    Row("POST", "/cart/reconcile", OWN_PAGE, status=303),
    Row("GET", "/checkout", OWN_PAGE, status=303),
    Row("POST", "/checkout", OWN_PAGE, status=303),
    Row("GET", "/queue/{sale}", OWN_PAGE, "/queue/nothing-here", 404),
    Row("POST", "/queue/{sale}/enter", OWN_PAGE, "/queue/nothing-here/enter", 404),
    Row("GET", "/orders/{id}", OWN_PAGE, "/orders/nobodys", status=404),
    Row("GET", "/api/v1/products", LISTING, "/api/v1/products?limit=3"),
    Row("GET", "/api/v1/products/{handle}", LISTING, "/api/v1/products/{product}"),
    Row("GET", "/api/v1/collections", LISTING),
    Row("GET", "/api/v1/collections/{handle}", LISTING, "/api/v1/collections/{collection}"),
    Row("GET", "/api/v1/search", LISTING, "/api/v1/search?q=shirt"),
    Row("GET", "/api/v1/suggestions", LISTING, "/api/v1/suggestions?q=sh"),
    Row("GET", "/api/v1/delivery", LISTING, "/api/v1/delivery?country=DE"),
    Row("GET", "/api/problems/{name}", LISTING, "/api/problems/sold-out"),
    Row("GET", "/api/openapi.json", LISTING),
    Row("POST", "/api/v1/carts", OWN_DATA, status=201),
    Row("GET", "/api/v1/carts/{cart_id}", OWN_DATA, "/api/v1/carts/{cart}"),
    Row("POST", "/api/v1/carts/{cart_id}/lines", OWN_DATA, "/api/v1/carts/{cart}/lines", 415),
    Row("PUT", "/api/v1/carts/{cart_id}/lines/{variant_id}", OWN_DATA, "/api/v1/carts/{cart}/lines/{variant}", 415),
    Row("DELETE", "/api/v1/carts/{cart_id}/lines/{variant_id}", OWN_DATA, "/api/v1/carts/{cart}/lines/{variant}"),
    Row("POST", "/api/v1/checkouts", OWN_DATA, status=400),
    Row("GET", "/api/v1/sales", STATE),
    Row("GET", "/api/v1/sales/{sale_id}", STATE, "/api/v1/sales/{sale}"),
    Row("POST", "/api/v1/sales/{sale_id}/tickets", OWN_DATA, "/api/v1/sales/{sale}/tickets", 409),
    Row("GET", "/api/v1/sales/{sale_id}/ticket", OWN_DATA, "/api/v1/sales/{sale}/ticket", 400),
    Row("POST", "/api/v1/sales/{sale_id}/passes", OWN_DATA, "/api/v1/sales/{sale}/passes", 400),
    Row("GET", "/api/v1/orders/{order_id}", OWN_DATA, "/api/v1/orders/{order}"),
]

# Beside the routes.
OTHERS = [
    Row("GET", "no such page", MISSING_PAGE, "/nothing-here", 404),
    Row("GET", "no such product", MISSING_PAGE, "/products/nothing-here", 404),
    Row("GET", "an asset of another release", MISSING_PAGE, "/assets/shop.0000000000.css", 404),
    Row("DELETE", "a method that a page hasn't", MISSING_PAGE, "/", 405),
    Row("GET", "no such data", MISSING_DATA, "/api/v1/nothing-here", 404),
    Row("GET", "a question that breaks a rule", MISSING_DATA, "/api/v1/products?limit=0", 422),
]


def document() -> str:
    lines = [
        "# Caching",
        "",
        "<!-- Made by: python tests/functional/http_caching.py > docs/caching.md -->",
        "",
        "What browsers and a CDN may keep. `tests/functional/test_http_caching.py` asks every route of the router and compares; a route",
        "without a row fails it.",
        "",
        "Two readers, two fields: browsers, and shared caches that know no better, read `Cache-Control`. A CDN that knows",
        "[RFC 9213](https://www.rfc-editor.org/rfc/rfc9213) (Cloudflare, Akamai, Netlify, Vercel) reads `CDN-Cache-Control` in its place. Only",
        "there stands `stale-while-revalidate`: in `Cache-Control` a browser would obey it, too, and show the price of a minute ago, while",
        "a shared cache may not, since `s-maxage` forbids it to show what is stale (RFC 9111 5.2.2.10). `stale-if-error` lets the edge show",
        "a page of the last ten minutes while the origin refuses (503) or is gone.",
        "",
        "What is the same for everybody sets no cookie and reads none, so it needs no `Vary: Cookie`; `Vary: Accept-Encoding` stands wherever",
        "the encoding was chosen, and each encoding has an entity tag of its own. The tags are made from content, so all processes of a",
        "release give the same. A 304 repeats both fields, `Vary` and the tag. Answers to If-None-Match cost the origin no body: a returning",
        "browser's page is one such round trip.",
        "",
        "## Behind a CDN",
        "",
        "- Pages are right for `10 s` to `30 s` plus one revalidation; what is bought is priced and reserved by the origin at that moment, so a",
        "  stale page never sells at a stale price.",
        "- Purging is not needed. A merchant who wants a price to show at once purges the page's path.",
        "- `/cart`, `/checkout`, `/queue/`, `/orders/` and `/api/v1/carts`, `/api/v1/checkouts`, `/api/v1/orders` pass through: `no-store`.",
        "",
        "## Early hints and preload",
        "",
        "A page names its fonts (`preload`), its style sheet and its first picture in the first 1,500 bytes of its HTML: in the first packet,",
        "which leaves some 0.1 ms after the request came, since the page is finished bytes. A `103 Early Hints` or a `Link` field would say the",
        "same in the same packet, for some 200 bytes of every answer; so there is neither. Where the store is waited for (cart, checkout,",
        "orders) the assets are in the browser's cache already, immutable: nobody gets there but through a page.",
        "",
        "## Policies",
        "",
        "| policy | Cache-Control | CDN-Cache-Control | 304 | why |",
        "|---|---|---|---|---|",
        *(f"| {p.name} | `{p.everyone}` | {f'`{p.cdn}`' if p.cdn else ''} | {'yes' if p.tagged else ''} | {p.why} |" for p in POLICIES),
        "",
        "## Routes",
        "",
        "| method | route | policy |",
        "|---|---|---|",
        *(f"| {row.method} | `{row.route}` | {row.policy.name} |" for row in ROWS),
        *(f"| {row.method} | {row.route} | {row.policy.name} |" for row in OTHERS),
        "",
        "The ops port answers `no-store`. While the search index is being built, right after a start, listings and search say `no-store`, too:",
        "they miss facets and further pages.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(document(), end="")
