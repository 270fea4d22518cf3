"""Pods and the rollout: which release runs where, what it uses, and how the new one does beside the old one."""

from generator.dashboards.model import JOB, Dashboard, Panel, Query, Row, per_second, series

RELEASE = f"on (instance) group_left (version) ff_build_info{{{JOB}}}"


def by_release(metric: str, **labels: str) -> str:
    return f"sum by (version) (sum by (instance) (rate({series(metric, **labels)}[$__rate_interval])) * {RELEASE})"


CHECKOUT_ERRORS = by_release("ff_checkout_answers_total", answer="~failed|overloaded")
CHECKOUTS = by_release("ff_checkout_answers_total")

DASHBOARD = Dashboard(
    uid="ff-pods", title="FashionForward: pods and rollout", since="now-1h", refresh="10s",
    says="Which release answers, how the new one does beside the old one, and what each server uses of what it may.",
    rows=(
        Row("Releases", (
            Panel("Servers by release", "none", "During a rollout both are there; afterwards one.",
                  (Query(f"count by (version) ({series('ff_build_info')})", "{{version}}"),), stacked=True, width=6),
            Panel("Checkouts that failed, by release", "percentunit",
                  "What the canary's analysis looks at: a release that fails more than the one "
                  "before is taken back.",
                  (Query(f"{CHECKOUT_ERRORS} / {CHECKOUTS}", "{{version}}"),), maximum=1, width=6),
            Panel("Time to buy by release, 95 %", "s", "Likewise: a release that is slower is taken back.",
                  (Query(f"histogram_quantile(0.95, sum by (le, version) (sum by (instance, le) "
                         f"(rate({series('ff_checkout_seconds_bucket')}[$__rate_interval])) * {RELEASE}))", "{{version}}"),),
                  width=6),
            Panel("Traffic by release", "reqps", "Follows the canary's weight.",
                  (Query(by_release("ff_http_requests_total", server="shop"), "{{version}}"),), stacked=True, width=6),
            Panel("Rollout", "none", "Argo Rollouts' view: 1 in the phase that it is in. Abort: the release was taken back.",
                  (Query("max by (name, phase) (rollout_info)", "{{name}}: {{phase}}", needs="rollouts"),), width=12),
            Panel("Pods of the Deployment", "none", "Kubernetes' view of the rollout: wanted, updated, available.",
                  (Query('kube_deployment_spec_replicas{deployment=~"fashionforward.*"}', "{{deployment}}: wanted",
                         needs="cluster"),
                   Query('kube_deployment_status_replicas_updated{deployment=~"fashionforward.*"}', "{{deployment}}: updated",
                         needs="cluster"),
                   Query('kube_deployment_status_replicas_available{deployment=~"fashionforward.*"}', "{{deployment}}: available",
                         needs="cluster")), width=12),
        )),
        Row("What each server uses", (
            Panel("Processor time", "none", "Cores that each server keeps busy.",
                  (Query(f"sum by (instance) (rate({series('process_cpu_seconds_total')}[$__rate_interval]))", "{{instance}}"),)),
            Panel("Held back by the CPU limit", "percentunit",
                  "Share of periods in which the kernel held the container back: latency that no profile "
                  "shows.",
                  (Query('sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{pod=~"fashionforward.*",container="web"}[$__rate_interval])) '
                         '/ sum by (pod) (rate(container_cpu_cfs_periods_total{pod=~"fashionforward.*",container="web"}[$__rate_interval]))',
                         "{{pod}}", needs="cadvisor"),), maximum=1),
            Panel("Memory", "bytes", "Resident memory. A pod may have 256 MiB (k8s/deployment.yaml).",
                  (Query(series("process_resident_memory_bytes"), "{{instance}}"),)),
            Panel("Lateness of the event loop", "s",
                  "How late a timer of the serving threads fires, 99th percentile: something holds them up.",
                  (Query(f"histogram_quantile(0.99, sum by (le, instance) (rate({series('ff_loop_lag_seconds_bucket', server='shop')}"
                         "[$__rate_interval])))", "{{instance}}"),)),
            Panel("Connections of shoppers", "percentunit", "Open, of those that the server may have.",
                  (Query(f"{series('ff_http_connections', server='shop')} / {series('ff_http_connections_max', server='shop')}",
                         "{{instance}}"),),
                  maximum=1, red_above=0.8),
            Panel("Files and sockets", "percentunit", "Open descriptors, of those that the process may have.",
                  (Query(f"{series('process_open_fds')} / {series('process_max_fds')}", "{{instance}}"),), maximum=1,
                  red_above=0.8),
        )),
        Row("Life and death", (
            Panel("Age of servers", "s", "Time since each server was started.",
                  (Query(f"time() - {series('process_start_time_seconds')}", "{{instance}}"),)),
            Panel("Restarts", "none", "Of the same server within a quarter of an hour.",
                  (Query(f"sum by (instance) (changes({series('process_start_time_seconds')}[15m]))", "{{instance}}"),),
                  red_above=3),
            Panel("Who leads", "none", "1 for the server that does a task which only one may do.",
                  (Query(f"{series('ff_leader')} == 1", "{{task}}: {{instance}}"),), maximum=1),
            Panel("Catalogue shown", "none", "Its version, by server: different ones for more than a moment are a fault.",
                  (Query(series("ff_catalogue_version"), "{{instance}}"),), minimum=None),
            Panel("Exceptions", "ops", "Handlers that threw: our own mistakes.",
                  (Query(per_second("ff_http_handler_exceptions_total", "instance"), "{{instance}}"),)),
            Panel("Certificates end in", "s", "Time left of each certificate. cert-manager renews with 30 days left.",
                  (Query("min by (name) (certmanager_certificate_expiration_timestamp_seconds) - time()", "{{name}}",
                         needs="cert-manager"),
                   Query("min by (sans) (max by (instance, sans) (traefik_tls_certs_not_after)) - time()", "{{sans}}",
                         needs="traefik")), red_below=14 * 86400),
        )),
    ))
