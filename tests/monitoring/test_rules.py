"""The rules, as Prometheus' own tools judge them: their syntax, and for every alert when it holds and when not."""

import yaml
from rule_cases import CASES, Case, answers, refused
from support.prometheus import MONITORING, RULES, alerts, generated_rules, tool

import pytest


def test_prometheus_accepts_the_rules_and_finds_none_twice():
    told = tool("promtool", "check", "rules", "--lint=all", "--lint-fatal", str(RULES)).stdout
    assert "SUCCESS" in told


def test_prometheus_accepts_the_scrape_configurations():
    tool("promtool", "check", "config", "--syntax-only", str(MONITORING / "plain" / "prometheus.yml"))
    tool("promtool", "check", "config", "--syntax-only", str(MONITORING / "compose" / "prometheus.yml"))


def test_a_scale_shrinks_every_window_and_keeps_the_names(tmp_path):
    small = generated_rules(tmp_path / "rules.yml", "1/60")
    tool("promtool", "check", "rules", str(small))
    names = [[rule.get("record") or rule["alert"] for group in yaml.safe_load(path.read_text())["groups"]
              for rule in group["rules"]]
             for path in (RULES, small)]
    assert names[0] == names[1]
    assert "[5s]" in small.read_text() and "[5m]" not in small.read_text()


def test_every_alert_has_a_case_that_fires_it_and_one_that_does_not():
    found = {(alert["alert"], alert["labels"]["severity"], alert["labels"].get("slo")) for alert in alerts()}
    for name, severity, objective in found - {("Watchdog", "none", None)}:
        told = {case.holds for case in CASES if (case.alert, case.severity) == (name, severity)
                and case.objective in ("", objective)}
        assert told == {True, False}, f"{name} {severity} {objective}"


def of_alert(case: Case) -> dict:
    """The committed rules that this alert is made of: the others would only take time, a day of theirs ten seconds."""
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        alert = [rule for rule in group["rules"] if rule.get("alert") == case.alert
                 and rule["labels"]["severity"] == case.severity
                 and case.objective in ("", rule["labels"].get("slo"))]
        if alert:
            return {"name": group["name"], "rules": [rule for rule in group["rules"] if "record" in rule] + alert}
    raise AssertionError(f"no rule {case.alert}")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_alert_fires_when_it_should_and_only_then(case: Case, tmp_path):
    rules = tmp_path / "rules.yml"
    rules.write_text(yaml.safe_dump({"groups": [of_alert(case)]}))
    firing = f'ALERTS{{alertname="{case.alert}",severity="{case.severity}",alertstate="firing"}}'
    test = {"rule_files": [str(rules)], "evaluation_interval": case.step, "tests": [{
        "interval": case.step, "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
        "promql_expr_test": [{"expr": f"count({firing})", "eval_time": case.at,
                              "exp_samples": [{"labels": "{}", "value": 1}] if case.holds else []}]}]}
    path = tmp_path / "test.yml"
    path.write_text(yaml.safe_dump(test))
    done = tool("promtool", "test", "rules", str(path), check=False)
    assert done.returncode == 0, f"{case}\n{done.stdout}\n{done.stderr}"


def test_the_budget_that_is_left_is_the_period_s_share_of_failures_of_those_that_may_be(tmp_path):
    """0.02 % of a month's checkouts have failed, of which 0.1 % may: four fifths are left; and so on, to below nothing."""
    group = next(group for group in yaml.safe_load(RULES.read_text())["groups"] if group["name"] == "slo-checkout-availability")
    rules = tmp_path / "rules.yml"
    wanted = ("slo:errors:rate5m", "slo:requests:rate5m", "slo:budget:left")
    rules.write_text(yaml.safe_dump({"groups": [{"name": "budget",
                                                 "rules": [rule for rule in group["rules"] if rule.get("record") in wanted]}]}))
    left = 'round(1000 * slo:budget:left{slo="checkout-availability"}) / 1000'
    tests = [{"interval": "2m", "input_series": [{"series": name, "values": values} for name, values in series.items()],
              "promql_expr_test": [{"expr": left, "eval_time": "25h",
                                    "exp_samples": [{"labels": '{slo="checkout-availability"}', "value": value}]}]}
             for series, value in ((answers(paid="0+4999x800", failed="0+1x800"), 0.8),
                                   (answers(paid="0+999x800", failed="0+0.5x800") | refused("0+0.5x800"), 0.0),
                                   (answers(paid="0+997x800", failed="0+3x800", abandoned="0+500x800"), -2.0))]
    path = tmp_path / "test.yml"
    path.write_text(yaml.safe_dump({"rule_files": [str(rules)], "evaluation_interval": "2m", "tests": tests}))
    tool("promtool", "test", "rules", str(path))
