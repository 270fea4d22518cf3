"""Prometheus rules of slo.yaml and alerts.yaml.

Of each objective: rates of errors and requests over every window that an alert looks through, their ratio, the budget that is
left, and the alerts. Names keep the window's nominal length, also where a scale has shrunk it, so that alerts and dashboards
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
    for name, value in (("$job", slo["selector"]), ("$browse", slo["browse"]), ("$placing", slo["placing"]), ("$window", window)):
        promql = promql.replace(name, value)
    return " ".join(promql.split())


def recorded(name: str, objective: dict) -> str:
    """The recorded series of that objective."""
    return f'{name}{{slo="{objective["name"]}"}}'


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
        errors, requests = (recorded(f"slo:{what}:rate{window}", objective) for what in ("errors", "requests"))
        record(f"slo:errors:ratio_rate{window}", f"{errors} / {requests}")
    period = scale.duration(slo["period"])
    errors, requests = (f"avg_over_time({recorded(f'slo:{what}:rate{BASE}', objective)}[{period}])"
                        for what in ("errors", "requests"))
    budget = budget_of(objective)
    record("slo:budget:left", f"1 - {errors} / {requests} / {decimal(budget)}")
    record("slo:objective:ratio", f"vector({decimal(1 - budget)})")
    return rules


def rate(objective: dict, what: str, window: str, length: str, slo: dict) -> str:
    if objective.get("kind") == "time":
        moments = f"{recorded('slo:moment:bad', objective)}[{length}]"
        return f"avg_over_time({moments})" if what == "errors" else f"count_over_time({moments}) > bool 0"
    if milliseconds(window) > RAW_WINDOW_MS_MAX:
        return f"avg_over_time({recorded(f'slo:{what}:rate{BASE}', objective)}[{length}])"
    return filled(objective[what], slo, length)


def budget_of(objective: dict) -> Fraction:
    """The share that may fail."""
    return 1 - Fraction(str(objective["objective"])) / 100


def decimal(value: Fraction) -> str:
    return f"{float(value):.6f}".rstrip("0")


def burn_alerts(objective: dict, slo: dict, scale: Scale) -> list:
    """One for each severity: holds while any of its pairs of windows burns."""
    alerts = []
    for severity in objective.get("severities", ("page", "ticket")):
        pairs = []
        for each in slo["windows"]:
            if each["severity"] != severity:
                continue
            limit = decimal(Fraction(str(each["burn"])) * budget_of(objective))
            parts = [f"{recorded(f'slo:errors:ratio_rate{each[which]}', objective)} > {limit}" for which in ("short", "long")]
            if "errors_min" in objective:
                seconds, errors = scale.seconds(each["long"]), recorded(f"slo:errors:rate{each['long']}", objective)
                parts.append(f"{errors} * {seconds} >= {objective['errors_min']}")
            pairs.append("(" + " and ".join(parts) + ")")
        kind = "of the time" if objective.get("kind") == "time" else "of requests"
        summary = f"{objective['summary']}: {{{{ $value | humanizePercentage }}}} {kind}, of which {100 - objective['objective']:.2g} % may"
        alerts.append(alert({**objective, "severity": severity, "summary": summary}, " or ".join(pairs), slo,
                            {"slo": objective["name"]}))
    return alerts


def plain_alert(given: dict, parameters: dict, slo: dict, scale: Scale) -> dict:
    def fill(text: str) -> str:
        for name, value in sorted(parameters.items(), key=lambda item: -len(item[0])):
            text = re.sub(rf"\$\${name}\b", lambda _, v=value: str(scale.seconds(v)), text)
            text = re.sub(rf"\${name}\b", lambda _, v=value: str(v), text)
        return text

    expr = scale.expression(filled(fill(given["expr"]), slo))
    lasting = {name: scale.lasting(given[name]) for name in ("for", "keep_firing_for") if name in given}
    return alert({**given, "summary": fill(given["summary"])}, expr, slo, {}, lasting)


def alert(given: dict, expr: str, slo: dict, labels: dict, lasting: dict | None = None) -> dict:
    """`given`: alert, severity, summary and runbook; `lasting`: for and keep_firing_for."""
    return {"alert": given["alert"], "expr": expr, **(lasting or {}),
            "labels": {"severity": given["severity"], "shop": slo["shop"], **labels},
            "annotations": {"summary": given["summary"], "runbook_url": f"{slo['runbooks']}{given['runbook']}.md"}}
