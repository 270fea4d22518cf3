"""The shop: does it keep its promises, and does it sell? The first page that anybody opens."""

from generator.dashboards.model import Dashboard, Panel, Query, Row, per_second, quantile, series

DASHBOARD = Dashboard(
    uid="ff-shop", title="FashionForward: shop", since="now-6h",
    says="Whether the shop keeps its promises (docs/slo.md), what it sells, and how quickly it answers.",
    rows=(
        Row("Promises", (
            Panel("Error budget left this month", "percentunit",
                  "What is left of the failures that 30 days may have. Below 0 the promise is "
                  "broken: no release but one that mends it.",
                  (Query("slo:budget:left", "{{slo}}", instant=True),),
                  kind="bargauge", width=8, minimum=-0.2, maximum=1, red_below=0.1),
            Panel("How fast the budget burns", "none",
                  "1 uses up exactly the month's budget in a month. 14.4 for an hour pages, as does 6 for "
                  "six hours.",
                  (Query("slo:errors:ratio_rate1h / on (slo) (1 - slo:objective:ratio)", "{{slo}}"),), width=8, red_above=14.4),
            Panel("Rows that break an invariant", "none",
                  "What the last audit of the leading server found, by invariant (I1 to I5: "
                  "docs/runbooks/audit-violation.md). Anything but 0 is a fault.",
                  (Query(f"max by (invariant) ({series('ff_audit_violations')})", "{{invariant}}", instant=True),),
                  kind="stat", width=4, red_above=1),
            Panel("Since the last audit", "s",
                  "Age of the last audit that ran to its end. One runs every ten minutes where nothing else was set.",
                  (Query(f"time() - max({series('ff_audit_last_success_timestamp_seconds')} > 0)", "age", needs="audit",
                         instant=True),),
                  kind="stat", width=4, red_above=1800),
        )),
        Row("Selling", (
            Panel("Orders", "suffix: orders/s",
                  "Orders by the state that they came to. pending_payment counts each reservation, most of which become paid "
                  "within a second.",
                  (Query(per_second("ff_orders_total", "status"), "{{status}}"),)),
            Panel("Revenue", "short", "Totals of paid and placed orders, in minor units (cents) of each currency an hour.",
                  (Query(f"3600 * {per_second('ff_revenue_minor_units_total', 'currency')}", "{{currency}}, minor units/h"),)),
            Panel("From looking to buying", "reqps",
                  "The funnel: product pages, lines put into a cart, checkout pages, reservations, orders.",
                  (Query(per_second("ff_http_requests_total", route="~/products/.*", status="2xx", method="GET"),
                         "products shown"),
                   Query(per_second("ff_cart_changes_total", change="added"), "put into a cart"),
                   Query(per_second("ff_http_requests_total", route="/checkout", method="GET"), "checkouts opened"),
                   Query(per_second("ff_orders_total", status="pending_payment"), "reserved"),
                   Query(per_second("ff_orders_total", status="~paid|placed"), "ordered"))),
            Panel("Checkouts by answer", "reqps",
                  "What shoppers were told. failed and overloaded count against the promise; the others are right "
                  "answers.",
                  (Query(per_second("ff_checkout_answers_total", "answer"), "{{answer}}"),), stacked=True),
            Panel("Not sold", "reqps", "Declined cards, refusals as sold out, and holds that ran out before their payment came.",
                  (Query(per_second("ff_checkout_answers_total", answer="declined"), "declined"),
                   Query(per_second("ff_checkout_answers_total", answer="sold_out"), "sold out"),
                   Query(per_second("ff_checkout_holds_lost_total"), "holds lost"))),
            Panel("Carts", "ops", "Changes of carts by what was changed.",
                  (Query(per_second("ff_cart_changes_total", "change"), "{{change}}"),)),
        )),
        Row("Answering", (
            Panel("Requests by class", "reqps",
                  "Requests that were answered, by class of work: what is refused first in a rush comes first.",
                  (Query(per_second("ff_http_requests_total", "priority", server="shop"), "{{priority}}"),), stacked=True),
            Panel("Share of errors by class", "percentunit", "5xx of all answers, refusals in a rush included.",
                  (Query(f"{per_second('ff_http_requests_total', 'priority', server='shop', status='5xx')} / "
                         f"{per_second('ff_http_requests_total', 'priority', server='shop')}", "{{priority}}"),), maximum=1),
            Panel("Time to answer, 99th percentile", "s",
                  "From the last byte of a request's head to the answer's hand-over to the socket.",
                  (Query(quantile(0.99, "ff_http_request_seconds", "priority", server="shop"), "{{priority}}"),)),
            Panel("Slowest routes, 99th percentile", "s", "The ten routes that take longest.",
                  (Query(f"topk(10, {quantile(0.99, 'ff_http_request_seconds', 'method, route', server='shop')})",
                         "{{method}} {{route}}"),),
                  width=12),
            Panel("Pages kept ready", "percentunit",
                  "Share of pages that were finished bytes already. It falls for a moment when the catalogue "
                  "changes.",
                  (Query(f"{per_second('ff_pages_hits_total', 'cache')} / ({per_second('ff_pages_hits_total', 'cache')} + "
                         f"{per_second('ff_pages_renders_total', 'cache')})", "{{cache}}"),), width=6, maximum=1),
            Panel("Errors in the log", "ops", "Lines of level warning and error a second: something to read.",
                  (Query(per_second("ff_log_lines_total", "level", level="~warning|error"), "{{level}}"),), width=6),
        )),
    ))
