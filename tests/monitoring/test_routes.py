"""Who is called for what: Alertmanager's routes by its own tool, and what holds its tongue while something greater is wrong, by a
running Alertmanager and somebody who is called."""

import time

import pytest
import yaml
from support.prometheus import MONITORING, Alertmanager, Inbox, alerts, tool

CONFIG = MONITORING / "plain" / "alertmanager.yml"
RECEIVERS = {"page": "pager", "ticket": "tickets", "none": "dead-mans-switch"}
HEARD_SECONDS_MAX = 20
QUIET_SECONDS = 2  # several times the waits below: what was to come has come


def test_alertmanager_accepts_its_configuration():
    tool("amtool", "check-config", str(CONFIG))


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: f"{alert['alert']}-{alert['labels']['severity']}")
def test_an_alert_reaches_whom_its_severity_says(alert):
    labels = {"alertname": alert["alert"], **alert["labels"]}
    told = tool("amtool", "config", "routes", "test", f"--config.file={CONFIG}",
                *(f"{name}={value}" for name, value in labels.items()))
    assert told.stdout.split() == [RECEIVERS[alert["labels"]["severity"]]]


@pytest.fixture
def called(tmp_path):
    """An Alertmanager with the committed routes and inhibitions, whose waits are short, and what it tells."""
    config = yaml.safe_load(CONFIG.read_text())
    for route in (config["route"], *config["route"]["routes"]):
        route.update(group_wait="300ms", group_interval="1s", repeat_interval="1h")
    with Inbox() as inbox:
        for receiver in config["receivers"]:
            receiver["webhook_configs"] = [{"url": inbox.url(receiver["name"]), "send_resolved": True}]
        with Alertmanager(tmp_path / "alertmanager", config) as alertmanager:
            yield alertmanager, inbox


def labels(alertname: str, severity: str, /, **more: str) -> dict:
    return {"alertname": alertname, "severity": severity, "shop": "fashionforward", **more}


def of_others(alertname: str, severity: str, /, **more: str) -> dict:
    """Of another team that shares the Alertmanager."""
    return {"alertname": alertname, "severity": severity, "team": "others", **more}


INHIBITIONS = (
    ("nobody is there", labels("ShopDown", "page"),
     [labels("CheckoutFails", "page", slo="checkout-availability"), labels("DatabaseAway", "page"),
      labels("EventsLate", "ticket")],
     [labels("Watchdog", "none"), labels("BackupOverdue", "ticket"), labels("CertificateEnds", "page", name="shop"),
      of_others("DiskFull", "page"),
      of_others("EventsLate", "ticket")]),
    ("somebody else's shop is down", of_others("ShopDown", "page"), [],
     [labels("CheckoutFails", "page", slo="checkout-availability")]),
    ("the database is away", labels("DatabaseAway", "page"),
     [labels("CheckoutFails", "page", slo="checkout-availability"), labels("NobodyLeads", "page", task="sweeper"),
      labels("OrdersUnsettled", "ticket")],
     [labels("PagesFail", "page", slo="browse-availability"), labels("OrdersBreakInvariants", "page", invariant="I4")]),
    ("the payment gateway is away", labels("PaymentGatewayAway", "page"),
     [labels("CheckoutFails", "page", slo="checkout-availability")],
     [labels("PagesFail", "page", slo="browse-availability")]),
    ("who was called gets no ticket of the same", labels("PagesFail", "page", slo="browse-availability"),
     [labels("PagesFail", "ticket", slo="browse-availability")], [labels("PagesSlow", "ticket", slo="browse-latency")]),
    ("nor of one certificate, but of another", labels("CertificateEnds", "page", name="shop", namespace="a"),
     [labels("CertificateEnds", "ticket", name="shop", namespace="a")],
     [labels("CertificateEnds", "ticket", name="other", namespace="a")]),
)


@pytest.mark.parametrize("what,cause,follows,others", INHIBITIONS, ids=[each[0] for each in INHIBITIONS])
def test_what_follows_from_something_greater_calls_nobody(called, what, cause, follows, others):
    alertmanager, inbox = called
    alertmanager.post(cause)
    wanted = {(RECEIVERS[each["severity"]], each["alertname"]) for each in [cause, *others]}
    end = time.monotonic() + HEARD_SECONDS_MAX
    time.sleep(0.2)  # the cause is known first, as group_wait gives it time to be
    alertmanager.post(*follows, *others)
    while not wanted <= inbox.heard() and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(QUIET_SECONDS)
    said = {(receiver, tuple(sorted(each["labels"].items()))) for receiver, note in inbox.told for each in note["alerts"]}
    expected = {(RECEIVERS[each["severity"]], tuple(sorted(each.items()))) for each in [cause, *others]}
    assert said == expected


def test_who_was_called_hears_of_the_end(called):
    alertmanager, inbox = called
    alert = labels("DatabaseAway", "page")
    alertmanager.post(alert)
    end = time.monotonic() + HEARD_SECONDS_MAX
    while ("pager", "DatabaseAway") not in inbox.heard() and time.monotonic() < end:
        time.sleep(0.1)
    alertmanager.post(alert, ended=True)
    while ("pager", "DatabaseAway") not in inbox.heard("resolved") and time.monotonic() < end:
        time.sleep(0.1)
    assert ("pager", "DatabaseAway") in inbox.heard("resolved")
