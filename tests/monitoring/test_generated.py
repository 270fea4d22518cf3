"""What is committed is what the generator writes, and every alert leads somewhere."""

import re
import subprocess
import sys

import pytest
import yaml
from support.prometheus import MONITORING, alerts
from support.shop_process import ROOT

RUNBOOKS = ROOT / "docs" / "runbooks"
SLO = yaml.safe_load((MONITORING / "slo.yaml").read_text())
NAMES = sorted({alert["alert"] for alert in alerts()})


def page_of(alert: dict) -> str:
    return alert["annotations"]["runbook_url"]


def test_the_committed_files_are_those_that_the_generator_writes():
    done = subprocess.run([sys.executable, MONITORING / "generate.py", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_an_alert_leads_to_a_page_that_names_it_and_says_what_to_look_at_and_do(name):
    for alert in [each for each in alerts() if each["alert"] == name]:
        page = ROOT / page_of(alert)
        assert page.is_file() and page.parent == RUNBOOKS
        text = page.read_text()
        assert f"`{name}`" in text, f"{page.name} does not name the alert {name}"
        assert "**Check**" in text and "**Act**" in text, page.name
        assert f"({page.name})" in (RUNBOOKS / "README.md").read_text(), f"{page.name} is not in the list of runbooks"


def test_an_alert_is_for_somebody_who_gets_up_or_for_the_next_working_day():
    assert {alert["labels"]["severity"] for alert in alerts()} == {"page", "ticket", "none"}
    assert [alert["alert"] for alert in alerts() if alert["labels"]["severity"] == "none"] == ["Watchdog"]
    for alert in alerts():
        assert len(alert["annotations"]["summary"]) > 20, alert["alert"]


def test_there_are_few_pages():
    paging = sorted({alert["alert"] for alert in alerts() if alert["labels"]["severity"] == "page"})
    assert len(paging) <= 10, f"who is called for {len(paging)} reasons stops listening: {paging}"


def test_the_page_on_objectives_says_the_same_figures():
    text = (ROOT / "docs" / "slo.md").read_text()
    for objective in SLO["objectives"]:
        row = re.search(rf"^\| `{objective['name']}` \|.*$", text, re.M)
        assert row, f"docs/slo.md has no row for {objective['name']}"
        assert f"{objective['objective']} %" in row.group(0) and f"`{objective['alert']}`" in row.group(0)
    for each in SLO["windows"]:
        assert f"| {each['severity']} | {each['long']} and {each['short']} | {each['burn']} |" in text


def test_thresholds_of_latency_are_bounds_of_their_histograms():
    bounds = re.search(r"latency_bounds\(\) \{.*?\{(.*?)\}", (ROOT / "src/telemetry/metrics.cc").read_text(), re.S).group(1)
    known = {float(each) for each in re.findall(r"[\d.e-]+", bounds)}
    asked = {float(each) for objective in SLO["objectives"] for each in re.findall(r'le="([\d.]+)"', objective.get("errors", ""))}
    assert asked and asked <= known, (asked, known)
