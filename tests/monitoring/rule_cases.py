"""When each alert holds and when not: series as promtool writes them (`0+60x120`: from 0, 60 more at each of 120 steps; `_` no
sample), the moment, and what is said then. One step is a minute unless a case says otherwise."""

from dataclasses import dataclass

JOB = 'job="fashionforward"'


@dataclass(frozen=True)
class Case:
    name: str
    alert: str
    severity: str
    series: dict
    at: str
    holds: bool
    step: str = "1m"
    objective: str = ""  # where an alert of that name belongs to several

    def __str__(self) -> str:
        return f"{self.alert}-{self.severity}: {self.name}"


def answers(**by_answer: str) -> dict:
    """Of checkouts; what the gate refuses is there from a server's start too, at 0."""
    return refused("0x800") | {f'ff_checkout_answers_total{{{JOB},instance="a",answer="{answer}"}}': values
                               for answer, values in by_answer.items()}


def refused(values: str, reason: str = "store_full", of: str = "checkout") -> dict:
    return {f'ff_admission_refused_total{{{JOB},instance="a",class="{of}",reason="{reason}"}}': values}


def pages(good: str, bad: str, route: str = "/products/{handle}") -> dict:
    return {f'ff_http_requests_total{{{JOB},instance="a",server="shop",method="GET",route="{route}",status="{status}",priority="browse"}}': values
            for status, values in (("2xx", good), ("5xx", bad))}


def carts(good: str, bad: str, route: str = "/cart/lines", method: str = "POST", priority: str = "cart") -> dict:
    """Of cart and checkout pages; placing is there as well, and fails as it likes."""
    labels = f'{JOB},instance="a",server="shop"'
    return {f'ff_http_requests_total{{{labels},method="{method}",route="{route}",status="{status}",priority="{priority}"}}': values
            for status, values in (("2xx", good), ("5xx", bad))} | {
        f'ff_http_requests_total{{{labels},method="POST",route="/checkout",status="5xx",priority="checkout"}}': "0+60x800"}


def checkout_pages(good: str, bad: str) -> dict:
    return carts("0+1x800", "0x800") | carts(good, bad, "/checkout", "GET", "checkout")


def latency(metric: str, le: str, within: str, all_: str, labels: str = "") -> dict:
    return {f'{metric}_bucket{{{JOB},instance="a"{labels},le="{le}"}}': within,
            f'{metric}_count{{{JOB},instance="a"{labels}}}': all_}


def buying(within: str, all_: str) -> dict:
    return latency("ff_checkout_seconds", "1.0", within, all_)


def looking(within: str, all_: str) -> dict:
    return latency("ff_http_request_seconds", "0.1", within, all_, ',server="shop",method="GET",route="/",priority="browse"')


def gauge(metric: str, values: str, labels: str = "", instance: str = "a") -> dict:
    return {f'{metric}{{{JOB},instance="{instance}"{labels}}}': values}


def pair(alert: str, severity: str, fires: tuple, silent: tuple, step: str = "1m", objective: str = "") -> list:
    """(name, series, at) of a case that holds, and of one that does not."""
    return [Case(name, alert, severity, series, at, holds, step, objective) for (name, series, at),
            holds in ((fires, True), (silent, False))]


CASES = [
    Case("holds always", "Watchdog", "none", {}, "1m", True),
    # --- objectives --------------------------------------------------------------------------------------
    *pair("CheckoutFails", "page",
          ("3 % fail for an hour", answers(paid="0+60x120", failed="0+2x120"), "65m"),
          ("0.4 % fail for seven hours", answers(paid="0+60x450", failed="0+0.24x450"), "7h")),
    *pair("CheckoutFails", "page",
          ("the gate refuses 5 % of checkouts", answers(paid="0+60x120", failed="0x120") | refused("0+3x120"), "65m"),
          ("one client is refused for asking too often",
           answers(paid="0+60x120", failed="0x120") | refused("0+30x120", "client_rate"), "65m")),
    *pair("CheckoutFails", "page",
          ("1 % fail for six hours", answers(paid="0+60x400", failed="0+0.6x400"), "6h10m"),
          ("2 of a quiet night's 6 orders fail", answers(paid="0 0+0x9 1+0x50 2+0x60", failed="0+0x30 1+0x40 2+0x50"), "65m")),
    Case("cards are declined and things are sold out", "CheckoutFails", "page",
         answers(paid="0+10x120", failed="0+0x120", declined="0+60x120", sold_out="0+60x120"), "65m", False),
    Case("those who left count for nothing", "CheckoutFails", "page",
         answers(paid="0+60x120", failed="0+0x120", abandoned="0+60x120"), "65m", False),
    Case("nor do they hide what fails", "CheckoutFails", "page",
         answers(paid="0+60x120", failed="0+1.2x120", abandoned="0+600x120"), "65m", True),
    *pair("CheckoutFails", "page",
          ("every filling of a cart fails", checkout_pages("0+1x120", "0x120") | carts("0x120", "0+6x120"), "65m"),
          ("only placing fails, which is the other objective's", checkout_pages("0+60x120", "0x120"), "65m"),
          objective="cart-availability"),
    *pair("CheckoutFails", "page",
          ("the checkout page fails", checkout_pages("0x120", "0+6x120"), "65m"),
          ("1 in 1,000 does", checkout_pages("0+999x120", "0+1x120"), "65m"), objective="cart-availability"),
    *pair("CheckoutFails", "ticket",
          ("0.4 % of carts fail for a day", checkout_pages("0x800", "0x800") | carts("0+996x800", "0+4x800"), "25h"),
          ("0.01 % do", checkout_pages("0x800", "0x800") | carts("0+9999x800", "0+1x800"), "25h"), step="2m",
          objective="cart-availability"),
    Case("it ended half an hour ago", "CheckoutFails", "page", answers(paid="0+60x200", failed="0+2x60 120+0x140"), "100m",
         False),
    Case("nobody buys", "CheckoutFails", "page", answers(paid="5+0x120", failed="0+0x120"), "65m", False),
    *pair("CheckoutFails", "ticket",
          ("0.35 % fail for a day", answers(paid="0+120x800", failed="0+0.42x800"), "25h"),
          ("0.05 % fail for a day", answers(paid="0+120x800", failed="0+0.06x800"), "25h"), step="2m"),
    *pair("CheckoutSlow", "page",
          ("a fifth takes over a second", buying("0+48x120", "0+60x120"), "65m"),
          ("1 in 200 does", buying("0+199x120", "0+200x120"), "65m")),
    *pair("CheckoutSlow", "ticket",
          ("4 % for a day", buying("0+192x800", "0+200x800"), "25h"),
          ("0.5 % for a day", buying("0+199x800", "0+200x800"), "25h"), step="2m"),
    *pair("PagesFail", "page",
          ("1 % of pages fail for an hour", pages("0+990x120", "0+10x120"), "65m"),
          ("1 in 1,000 fails", pages("0+999x120", "0+1x120"), "65m")),
    Case("forms fail, which is another objective's", "PagesFail", "page", pages("0+990x120", "0+0x120") | {
        f'ff_http_requests_total{{{JOB},instance="a",server="shop",method="POST",route="/checkout",status="5xx",priority="checkout"}}': "0+100x120"},
        "65m", False),
    *pair("PagesFail", "ticket",
          ("0.2 % for a day", pages("0+998x800", "0+2x800"), "25h"), ("0.01 % for a day", pages("0+9999x800", "0+1x800"), "25h"),
          step="2m"),
    *pair("PagesSlow", "page",
          ("a tenth takes over 100 ms", looking("0+900x120", "0+1000x120"), "65m"),
          ("1 % does", looking("0+990x120", "0+1000x120"), "65m")),
    *pair("PagesSlow", "ticket",
          ("2 % for a day", looking("0+980x800", "0+1000x800"), "25h"),
          ("0.2 % for a day", looking("0+998x800", "0+1000x800"), "25h"), step="2m"),
    *pair("EventsLate", "ticket",
          ("a subscriber is late for half an hour of a day",
           gauge("ff_webhooks_lag_seconds", "0x740 300x20", ',subscription="all"'), "25h"),
          ("and for two minutes of it", gauge("ff_webhooks_lag_seconds", "0x758 300x1 0x2", ',subscription="all"'), "25h"),
          step="2m"),
    # --- nobody is there ---------------------------------------------------------------------------------
    *pair("ShopDown", "page",
          ("both servers are gone", gauge("up", "1x5 0x10") | gauge("up", "1x5 0x10", instance="b"), "8m"),
          ("one of two is", gauge("up", "1x5 0x10") | gauge("up", "1x15", instance="b"), "8m")),
    Case("Prometheus knows no server at all", "ShopDown", "page", {}, "3m", True),
    *pair("ServerNotScraped", "ticket",
          ("for a quarter of an hour", gauge("up", "1x5 0x20"), "21m"),
          ("for five minutes, then its pod is gone", gauge("up", "1x5 0x5 stale"), "21m")),
    *pair("ServersRestart", "ticket",
          ("the same pod three times", gauge("process_start_time_seconds", "100x3 300x3 500x3 700x3"), "12m"),
          ("a rollout brings new ones",
           gauge("process_start_time_seconds", "100x3 stale") | gauge("process_start_time_seconds", "_x3 300x9", instance="b"),
           "12m")),
    # --- what it stands on -------------------------------------------------------------------------------
    *pair("DatabaseAway", "page",
          ("for every server",
           gauge("ff_postgres_available", "1x5 0x5") | gauge("ff_postgres_available", "1x5 0x5", instance="b"), "8m"),
          ("for one of two", gauge("ff_postgres_available", "1x5 0x5") | gauge("ff_postgres_available", "1x10", instance="b"),
           "8m")),
    *pair("PaymentGatewayAway", "page",
          ("for two minutes", gauge("ff_gateway_reachable", "1x5 0x5"), "8m"),
          ("for half a minute", gauge("ff_gateway_reachable", "1x5 0 1x5"), "8m")),
    *pair("NobodyLeads", "page",
          ("nobody sweeps", gauge("ff_leader", "1x5 0x9", ',task="sweeper"'), "9m"),
          ("another one took over",
           gauge("ff_leader", "1x5 0x9", ',task="sweeper"') | gauge("ff_leader", "0x6 1x9", ',task="sweeper"', "b"), "9m")),
    *pair("NobodyLeads", "page",
          ("nobody moves a sale's line", gauge("ff_leader", "0x15", ',task="sales"') | gauge("ff_sales_active", "1x15"), "9m"),
          ("a sale is stored that has ended",
           gauge("ff_leader", "0x15", ',task="sales"') | gauge("ff_sales", "1x15") | gauge("ff_sales_active", "0x15"),
           "9m")),
    # --- the books ---------------------------------------------------------------------------------------
    *pair("OrdersBreakInvariants", "page",
          ("one row breaks one", gauge("ff_audit_violations", "0x5 1x5", ',invariant="I4"'), "7m"),
          ("none does", gauge("ff_audit_violations", "0x10", ',invariant="I4"'), "7m")),
    Case("the pod that told of it was replaced, and the new one has not audited yet", "OrdersBreakInvariants", "page",
         gauge("ff_audit_violations", "1x5 stale", ',invariant="I4"')
         | gauge("ff_audit_violations", "_x5 0x20", ',invariant="I4"', "b"), "15m", True),
    Case("it was mended half an hour ago", "OrdersBreakInvariants", "page",
         gauge("ff_audit_violations", "1x5 0x40", ',invariant="I4"'), "40m", False),
    *pair("AuditOverdue", "ticket",
          ("the last one ended 40 minutes ago",
           gauge("ff_audit_last_success_timestamp_seconds", "60x60") | gauge("process_start_time_seconds", "0x60"), "41m"),
          ("it has just begun to run",
           gauge("ff_audit_last_success_timestamp_seconds", "0x60") | gauge("process_start_time_seconds", "1800x60"), "41m")),
    Case("none has ever ended, for 40 minutes", "AuditOverdue", "ticket",
         gauge("ff_audit_last_success_timestamp_seconds", "0x60") | gauge("process_start_time_seconds", "0x60"), "41m", True),
    Case("a young process takes the lead from an old one and audits half a minute later", "AuditOverdue", "ticket",
         gauge("ff_audit_last_success_timestamp_seconds", "2400x6 0x60") | gauge("process_start_time_seconds", "0x60")
         | gauge("ff_audit_last_success_timestamp_seconds", "_x6 0 2820x60", instance="b")
         | gauge("process_start_time_seconds", "_x6 2760x60", instance="b"),
         "47m", False),
    *pair("OrdersUnsettled", "ticket",
          ("40 for twenty minutes", gauge("ff_sweeper_overdue", "40x30"), "20m"),
          ("a burst of five minutes", gauge("ff_sweeper_overdue", "0x8 40x5 0x20"), "20m")),
    *pair("BackupOverdue", "ticket",
          ("the last one is 28 hours old", {"ff_backup_last_success_timestamp_seconds": "0x170"}, "28h"),
          ("it is of this night", {"ff_backup_last_success_timestamp_seconds": "0x100 72000x70"}, "28h"), step="10m"),
    Case("none was ever reported", "BackupOverdue", "ticket", {}, "65m", True),
    # --- how near to its bounds --------------------------------------------------------------------------
    *pair("DatabaseConnectionsShort", "ticket",
          ("43 servers may open 6 each", gauge("ff_postgres_connections_max", "258x20", ',use="write"'), "12m"),
          ("23 may", gauge("ff_postgres_connections_max", "138x20", ',use="write"'), "12m")),
    *pair("StoreSaturated", "ticket",
          ("12 a minute are refused", refused("0+12x30"), "20m"),
          ("the threads are behind instead", refused("0+12x30", "thread_behind"), "20m")),
    *pair("ShopAtMaxPods", "ticket",
          ("ten of ten for 40 minutes",
           {'kube_horizontalpodautoscaler_status_current_replicas{horizontalpodautoscaler="fashionforward"}': "10x60",
                                         'kube_horizontalpodautoscaler_spec_max_replicas{horizontalpodautoscaler="fashionforward"}': "10x60",
                                         'kube_horizontalpodautoscaler_spec_min_replicas{horizontalpodautoscaler="fashionforward"}': "2x60"}, "40m"),
          ("it is held at a fixed number",
           {'kube_horizontalpodautoscaler_status_current_replicas{horizontalpodautoscaler="fashionforward"}': "4x60",
                                            'kube_horizontalpodautoscaler_spec_max_replicas{horizontalpodautoscaler="fashionforward"}': "4x60",
                                            'kube_horizontalpodautoscaler_spec_min_replicas{horizontalpodautoscaler="fashionforward"}': "4x60"}, "40m")),
    *pair("ConnectionsNearBound", "ticket",
          ("85 % on one server",
           gauge("ff_http_connections", "850x20", ',server="shop"')
           | gauge("ff_http_connections_max", "1000x20", ',server="shop"'), "9m"),
          ("70 %",
           gauge("ff_http_connections", "700x20", ',server="shop"')
           | gauge("ff_http_connections_max", "1000x20", ',server="shop"'), "9m")),
    # --- what goes wrong slowly --------------------------------------------------------------------------
    *pair("CatalogueDiffers", "ticket",
          ("for a quarter of an hour",
           gauge("ff_catalogue_version", "5x20") | gauge("ff_catalogue_version", "6x20", instance="b"), "15m"),
          ("for the minute of an import",
           gauge("ff_catalogue_version", "5x20") | gauge("ff_catalogue_version", "5x3 6 5x17", instance="b"), "15m")),
    *pair("WebhooksGivenUp", "ticket",
          ("one was", gauge("ff_webhooks_deliveries_total", "0x5 1x20", ',outcome="given_up"'), "20m"),
          ("some failed and are tried again", gauge("ff_webhooks_deliveries_total", "0+5x30", ',outcome="failed"'), "20m")),
    *pair("HandlersThrow", "ticket",
          ("one did", gauge("ff_http_handler_exceptions_total", "0x5 1x20", ',server="shop"'), "20m"),
          ("one did two hours ago", gauge("ff_http_handler_exceptions_total", "0x5 1x200", ',server="shop"'), "2h")),
    *pair("ReleaseTakenBack", "ticket",
          ("Argo Rollouts says so", {'rollout_info{namespace="fashionforward",name="fashionforward",phase="Abort"}': "1x9"},
           "5m"),
          ("it goes on", {'rollout_info{namespace="fashionforward",name="fashionforward",phase="Progressing"}': "1x9"}, "5m")),
    *pair("ReleaseWaits", "ticket",
          ("for 40 minutes", {'rollout_info{namespace="fashionforward",name="fashionforward",phase="Paused"}': "1x60"}, "40m"),
          ("a canary's own pause",
           {'rollout_info{namespace="fashionforward",name="fashionforward",phase="Paused"}': "0x10 1x12 0x40"}, "40m")),
    *pair("CertificateEnds", "ticket",
          ("in ten days",
           {'certmanager_certificate_expiration_timestamp_seconds{name="shop",namespace="fashionforward"}': "864000x20"}, "2h"),
          ("in 60 days",
           {'certmanager_certificate_expiration_timestamp_seconds{name="shop",namespace="fashionforward"}': "5184000x20"}, "2h"),
          step="10m"),
    *pair("CertificateEnds", "page",
          ("in two days", {'traefik_tls_certs_not_after{sans="shop.example.com"}': "172800x20"}, "2h"),
          ("in ten days", {'traefik_tls_certs_not_after{sans="shop.example.com"}': "864000x20"}, "2h"), step="10m"),
    Case("it was renewed, and Traefik still tells of the one before", "CertificateEnds", "page", {
        'traefik_tls_certs_not_after{instance="a",sans="shop.example.com",serial="1"}': "172800x20",
        'traefik_tls_certs_not_after{instance="a",sans="shop.example.com",serial="2"}': "_x2 5184000x18"}, "2h", False, "10m"),
    Case("one of two pods of the ingress controller has not seen the new one", "CertificateEnds", "page", {
        'traefik_tls_certs_not_after{instance="a",sans="shop.example.com",serial="1"}': "172800x20",
        'traefik_tls_certs_not_after{instance="b",sans="shop.example.com",serial="1"}': "172800x20",
        'traefik_tls_certs_not_after{instance="b",sans="shop.example.com",serial="2"}': "_x2 5184000x18"}, "2h", True, "10m"),
]
