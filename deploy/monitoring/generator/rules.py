"""Prometheus rules of slo.yaml and alerts.yaml.

Of each objective: rates of errors and requests over every window that an alert looks through, their ratio, the budget that is left,
and the alerts. Names keep the window's nominal length, also where a scale has shrunk it, so that alerts and dashboards
read the same names everywhere. Windows of a day and more are averages of the recorded five-minute rates: exact, since they come
at even steps, and without reading a day of raw samples at each evaluation.
"""

import re
from fractions import Fraction

from generator.durations import Scale, milliseconds

BASE = "5m"  # the window that the long ones are made of
RAW_WINDOW_MS_MAX = milliseconds("6h")
INTERVAL = "30s"  # between two evaluations: a page is at most that much later


def rule_groups(slo: dict, alerts: dict, factor: Fraction = Fraction(1)) -> dict:
    """The content of a rules file."""
    scale = Scale(factor)
    interval = scale.duration(INTERVAL)
    groups = []
    for objective in slo["objectives"]:
        rules = recordings(objective, slo, scale) + burn_alerts(objective, slo, scale)
        groups.append({"name": f"slo-{objective['name']}", "interval": interval, "rules": rules})
    groups.append({"name": "alerts", "interval": interval,
                   "rules": [plain_alert(alert, alerts["parameters"], slo, scale) for alert in alerts["alerts"]]})
    return {"groups": groups}


def filled(promql: str, slo: dict, window: str = "") -> str:
    return " ".join(promql.replace("$job", slo["selector"]).replace("$browse", slo["browse"]).replace("$window", window).split())


def windows_of(slo: dict) -> list:
    """Every window that a rule needs, the shortest first."""
    found = {BASE} | {each[which] for each in slo["windows"] for which in ("short", "long")}
    return sorted(found, key=milliseconds)


def recordings(objective: dict, slo: dict, scale: Scale) -> list:
    of = {"slo": objective["name"]}
    rules = []

    def record(name: str, expr: str):
        rules.append({"record": name, "expr": expr, "labels": of})

    if objective.get("kind") == "time":
        record("slo:moment:bad", filled(objective["bad"], slo))
    for window in windows_of(slo):
        length = scale.duration(window)
        for what in ("errors", "requests"):
            record(f"slo:{what}:rate{window}", rate(objective, what, window, length, slo))
        label = f"{{slo=\"{objective['name']}\"}}"
        record(f"slo:errors:ratio_rate{window}", f"slo:errors:rate{window}{label} / slo:requests:rate{window}{label}")
    label = f"{{slo=\"{objective['name']}\"}}"
    period = scale.duration(slo["period"])
    budget = budget_of(objective)
    record("slo:budget:left",
           f"1 - avg_over_time(slo:errors:rate{BASE}{label}[{period}]) / avg_over_time(slo:requests:rate{BASE}{label}[{period}]) / {budget}")
    record("slo:objective:ratio", f"vector({objective_of(objective)})")
    return rules


def rate(objective: dict, what: str, window: str, length: str, slo: dict) -> str:
    label = f"{{slo=\"{objective['name']}\"}}"
    if objective.get("kind") == "time":
        return f"avg_over_time(slo:moment:bad{label}[{length}])" if what == "errors" else f"count_over_time(slo:moment:bad{label}[{length}]) > bool 0"
    if milliseconds(window) > RAW_WINDOW_MS_MAX:
        return f"avg_over_time(slo:{what}:rate{BASE}{label}[{length}])"
    return filled(objective[what], slo, length)


def objective_of(objective: dict) -> str:
    return decimal(Fraction(str(objective["objective"])) / 100)


def budget_of(objective: dict) -> str:
    """The share that may fail."""
    return decimal(1 - Fraction(str(objective["objective"])) / 100)


def decimal(value: Fraction) -> str:
    return f"{float(value):.6f}".rstrip("0")


def burn_alerts(objective: dict, slo: dict, scale: Scale) -> list:
    """One for each severity: holds while any of its pairs of windows burns."""
    label = f"{{slo=\"{objective['name']}\"}}"
    alerts = []
    for severity in objective.get("severities", ("page", "ticket")):
        pairs = []
        for each in slo["windows"]:
            if each["severity"] != severity:
                continue
            limit = decimal(Fraction(str(each["burn"])) * (1 - Fraction(str(objective["objective"])) / 100))
            parts = [f"slo:errors:ratio_rate{each[which]}{label} > {limit}" for which in ("short", "long")]
            if "errors_min" in objective:
                seconds = scale.seconds(each["long"])
                parts.append(f"slo:errors:rate{each['long']}{label} * {seconds} >= {objective['errors_min']}")
            pairs.append("(" + " and ".join(parts) + ")")
        kind = "of the time" if objective.get("kind") == "time" else "of requests"
        alerts.append(alert(objective["alert"], " or ".join(pairs), severity, slo["runbooks"] + objective["runbook"],
                            f"{objective['summary']}: {{{{ $value | humanizePercentage }}}} {kind}, of which {100 - objective['objective']:.2g} % may",
                            {"slo": objective["name"]}))
    return alerts


def plain_alert(given: dict, parameters: dict, slo: dict, scale: Scale) -> dict:
    def fill(text: str) -> str:
        for name, value in sorted(parameters.items(), key=lambda item: -len(item[0])):
            text = re.sub(rf"\$\${name}\b", lambda _, v=value: str(scale.seconds(v)), text)
            text = re.sub(rf"\${name}\b", lambda _, v=value: str(v), text)
        return text

    expr = scale.expression(filled(fill(given["expr"]), slo))
    made = alert(given["alert"], expr, given["severity"], slo["runbooks"] + given["runbook"], fill(given["summary"]), {})
    if "for" in given:
        made = {"alert": made.pop("alert"), "expr": made.pop("expr"), "for": scale.duration(given["for"]), **made}
    return made


def alert(name: str, expr: str, severity: str, runbook: str, summary: str, labels: dict) -> dict:
    return {"alert": name, "expr": expr, "labels": {"severity": severity, **labels},
            "annotations": {"summary": summary, "runbook_url": f"{runbook}.md"}}
