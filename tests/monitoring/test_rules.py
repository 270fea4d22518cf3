"""The rules, as Prometheus' own tools judge them: their syntax, and for every alert when it holds and when not."""

import yaml
from rule_cases import CASES, Case
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
    names = [[rule.get("record") or rule["alert"] for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]
             for path in (RULES, small)]
    assert names[0] == names[1]
    assert "[5s]" in small.read_text() and "[5m]" not in small.read_text()


def test_every_alert_has_a_case_that_fires_it_and_one_that_does_not():
    wanted = {(alert["alert"], alert["labels"]["severity"], holds) for alert in alerts() for holds in (True, False)}
    assert wanted - {(case.alert, case.severity, case.holds) for case in CASES} == {("Watchdog", "none", False)}


def of_alert(case: Case) -> dict:
    """The committed rules that this alert is made of: the others would only take time, a day of theirs ten seconds."""
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        alert = [rule for rule in group["rules"] if rule.get("alert") == case.alert and rule["labels"]["severity"] == case.severity]
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
