"""The spike on one page: how much comes, what is let in, what is refused, who waits, and what the shop does about it."""

from generator.dashboards.model import Dashboard, Panel, Query, Row, per_second, quantile, series

REFUSED = per_second("ff_admission_refused_total")

DASHBOARD = Dashboard(
    uid="ff-spike", title="FashionForward: spike", since="now-30m", refresh="5s",
    says="The minutes of a sale: offered load, admitted, refused, waiting, servers, batch size. Left to right and downwards: from the "
         "shoppers to the database.",
    rows=(
        Row("What comes, and what becomes of it", (
            Panel("Offered, admitted, refused", "reqps",
                  "All requests; those that were worked for; those that were refused before any work. "
                  "Refused rises and admitted stays level: the shop sheds as it should.",
                  (Query(per_second("ff_http_requests_total", server="shop"), "offered"),
                   Query(f"{per_second('ff_http_requests_total', server='shop')} - {REFUSED}", "admitted"),
                   Query(REFUSED, "refused"))),
            Panel("Refused by class and reason", "reqps",
                  "Who was refused, and why. thread_behind: more pods help. store_full: the database is the "
                  "limit. client_rate: one client asks too often. Checkout comes last.",
                  (Query(f"{per_second('ff_admission_refused_total', 'class, reason')} > 0 or "
                         f"{per_second('ff_admission_refused_total', 'class, reason', **{'class': 'checkout'})}",
                         "{{class}}: {{reason}}"),),
                  stacked=True),
            Panel("Orders", "suffix: orders/s", "What it is all for. It must stay level, or rise, while others are refused.",
                  (Query(per_second("ff_orders_total", "status", status="~paid|placed|declined"), "{{status}}"),
                   Query(per_second("ff_checkout_answers_total", answer="~failed|overloaded"), "failed or refused"))),
        )),
        Row("Who waits", (
            Panel("Waiting room", "short", "People in line, and places that were called, by sale.",
                  (Query(f"max by (sale) ({series('ff_sale_waiting')})", "{{sale}}: waiting"),
                   Query(f"max by (sale) ({series('ff_sale_line_length')})", "{{sale}}: in line since the start"),
                   Query(f"max by (sale) ({series('ff_sale_frontier')})", "{{sale}}: called"))),
            Panel("Called a second, and the wait of the last", "none",
                  "How many places are called each second, and the minutes that the last one "
                  "in line may expect.",
                  (Query(f"max by (sale) ({series('ff_sale_admission_rate')})", "{{sale}}: places/s"),
                   Query(f"max by (sale) ({series('ff_sale_wait_seconds')}) / 60", "{{sale}}: wait, minutes"))),
            Panel("Passes", "ops",
                  "Tickets that came to be exchanged, by outcome. Much `used` or `invalid` is somebody who tries to jump the line.",
                  (Query(per_second("ff_sale_passes_total", "outcome"), "{{outcome}}"),)),
        )),
        Row("What the shop does about it", (
            Panel("Servers", "none",
                  "Servers that Prometheus reaches; as many as their autoscaler wants and may have, where there is one.",
                  (Query(f"count({series('up')} == 1)", "serving"),
                   Query('max(kube_horizontalpodautoscaler_status_desired_replicas{horizontalpodautoscaler=~"fashionforward.*"})',
                         "wanted",
                         needs="cluster"),
                   Query('max(kube_horizontalpodautoscaler_spec_max_replicas{horizontalpodautoscaler=~"fashionforward.*"})',
                         "at most",
                         needs="cluster")), width=6),
            Panel("Processor time", "none",
                  "Cores that each server keeps busy. The autoscaler wants half of what a pod requests.",
                  (Query(f"sum by (instance) (rate({series('process_cpu_seconds_total')}[$__rate_interval]))", "{{instance}}"),),
                  width=6),
            Panel("Wait for a thread", "s",
                  "What ready requests waited for their serving thread. Past 20 ms for a tenth of a second refusing "
                  "begins.",
                  (Query(quantile(0.5, "ff_admission_wait_seconds"), "median"),
                   Query(quantile(0.99, "ff_admission_wait_seconds"), "99 %")),
                  width=6, red_above=0.02),
            Panel("How far refusal reaches", "none",
                  "0 nobody, 64 admin, 128 and search, 192 and browsing, 256 and carts. By the thread that "
                  "refuses most.",
                  (Query(f"max by (instance) ({series('ff_admission_cut')})", "{{instance}}"),), width=6, maximum=320),
        )),
        Row("The way to the database", (
            Panel("Orders in one commit", "none", "The more come, the larger the batch, the cheaper each order.",
                  (Query(quantile(0.5, "ff_commit_batch_size", kind="place"), "median"),
                   Query(quantile(0.99, "ff_commit_batch_size", kind="place"), "99 %")), width=6),
            Panel("Queue for a commit", "none",
                  "Orders and carts that wait, against the bound that is measured anew all the time.",
                  (Query(f"sum by (kind) ({series('ff_commit_queue')})", "{{kind}}: waiting"),
                   Query(f"sum by (kind) ({series('ff_commit_bound', kind='~place|cart')})", "{{kind}}: bound")), width=6),
            Panel("Commits", "s", "From taken into a commit to its outcome: what the disk and the database take.",
                  (Query(quantile(0.99, "ff_commit_seconds", "kind"), "{{kind}}, 99 %"),), width=6),
            Panel("Checkout, 99th percentile", "s", "What a shopper waits for, the payment gateway included.",
                  (Query(quantile(0.99, "ff_checkout_seconds"), "checkout"),
                   Query(quantile(0.99, "ff_payment_seconds", operation="authorise"),
                                                                                  "of which payment")), width=6, red_above=1),
        )),
    ))
