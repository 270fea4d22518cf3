"""What releases are judged by (deploy/rollouts/analysis), asked of series that stand for good and bad ones: the queries as the
controller sends them, and the conditions as it weighs the answer."""

import re

import pytest
import yaml
from support.prometheus import tool
from support.shop_process import ROOT

FOLDER = ROOT / "deploy" / "rollouts" / "analysis"
ANALYSES = {path.stem: yaml.safe_load(path.read_text())["spec"]["metrics"][0] for path in sorted(FOLDER.glob("[!k]*.yaml"))}
NEW, STABLE = "new", "old"
PASSES, FAILS, NEITHER = "passes", "fails", "neither"


def answers(rollout: str, **by_answer: str) -> dict:
    return {f'ff_checkout_answers_total{{job="fashionforward",instance="{rollout}",rollout="{rollout}",answer="{answer}"}}': values
            for answer, values in by_answer.items()}


def times(rollout: str, mean: float, each: int = 10) -> dict:
    labels = f'job="fashionforward",instance="{rollout}",rollout="{rollout}"'
    return {f"ff_checkout_seconds_sum{{{labels}}}": f"0+{each * mean}x40",
            f"ff_checkout_seconds_count{{{labels}}}": f"0+{each}x40"}


def books(mismatches: int, violations: int = 0) -> dict:
    return {f'ff_checkout_totals_mismatch_total{{job="fashionforward",instance="{NEW}",rollout="{NEW}"}}': f"{mismatches}x40",
            f'ff_audit_violations{{job="fashionforward",instance="{STABLE}",rollout="{STABLE}",invariant="I4"}}': f"{violations}x40"}


OF_NEW = f'job="fashionforward",instance="{NEW}",rollout="{NEW}"'
GOOD = answers(STABLE, paid="0+90x40", failed="0x40")
CASES = (
    ("checkout-success", "none fails", GOOD | answers(NEW, paid="0+10x40", failed="0x40"), PASSES),
    ("checkout-success", "three of ten fail", GOOD | answers(NEW, paid="0+7x40", failed="0+3x40"), FAILS),
    ("checkout-success", "the database is away for both",
     answers(STABLE, paid="0x40", failed="0+90x40") | answers(NEW, paid="0x40", failed="0+10x40"), PASSES),
    ("checkout-success", "cards are declined and things are sold out",
     GOOD | answers(NEW, paid="0+2x40", failed="0x40", declined="0+5x40", sold_out="0+3x40"), PASSES),
    ("checkout-success", "nobody bought from it yet", GOOD | answers(NEW, paid="0x40", failed="0x40"), NEITHER),
    ("checkout-success", "it is not there yet", GOOD, NEITHER),
    ("checkout-success", "one of ten fails once", GOOD | answers(NEW, paid="0+2x40", failed="0x18 1x22"), PASSES),
    ("checkout-success", "its clients leave", GOOD | answers(NEW, paid="0+10x40", failed="0x40", abandoned="0+30x40"), PASSES),
    ("checkout-success", "its clients leave where it fails",
     GOOD | answers(NEW, paid="0+7x40", failed="0+3x40", abandoned="0+300x40"), FAILS),
    ("checkout-success", "blue has no shoppers any more",
     answers(STABLE, paid="5x40", failed="0x40") | answers(NEW, paid="0+7x40", failed="0+3x40"), FAILS),
    ("checkout-latency", "as quick", times(STABLE, 0.08, 90) | times(NEW, 0.09), PASSES),
    ("checkout-latency", "five times slower", times(STABLE, 0.08, 90) | times(NEW, 0.4), FAILS),
    ("checkout-latency", "three times nearly nothing", times(STABLE, 0.004, 90) | times(NEW, 0.012), PASSES),
    ("checkout-latency", "both are slow: the gateway is", times(STABLE, 2, 90) | times(NEW, 2.2), PASSES),
    ("checkout-latency", "one of six took three seconds", times(STABLE, 0.08, 90) | {
        f'ff_checkout_seconds_sum{{{OF_NEW}}}': "0+0.12x17 5+0.12x22", f'ff_checkout_seconds_count{{{OF_NEW}}}': "0+1.5x40"},
     PASSES),
    ("checkout-latency", "nobody bought from it yet", times(STABLE, 0.08, 90) | times(NEW, 0, 0), NEITHER),
    ("checkout-latency", "green is slow and blue has no shoppers any more", times(STABLE, 0, 0) | times(NEW, 0.8), FAILS),
    ("audit", "the books are right", books(0), PASSES),
    ("audit", "one total does not add up", books(1), FAILS),
    ("audit", "a row breaks an invariant", books(0, 1), FAILS),
)


def weighed(condition: str, query: str) -> str:
    """The condition as PromQL: series where it holds, none where not. NaN is compared to nothing, as isNaN() says there."""
    found = re.search(r"result\[0\] (<=|>|==) ([\d.]+)$", condition)
    assert found, f"a condition that this test can't read: {condition}"
    return f"({query}) {found.group(1)} {found.group(2)}"


def query_of(metric: dict) -> str:
    query = metric["provider"]["prometheus"]["query"].replace("{{args.new}}", NEW).replace("{{args.stable}}", STABLE)
    return " ".join(query.split())


@pytest.mark.parametrize("name,case,series,verdict", CASES, ids=[f"{each[0]}: {each[1]}" for each in CASES])
def test_a_release_is_judged_by_its_own_doing(name, case, series, verdict, tmp_path):
    metric = ANALYSES[name]
    query = query_of(metric)
    passes = weighed(metric["successCondition"], query)
    # Without a condition of its own whatever does not pass fails.
    fails = weighed(metric["failureCondition"], query) if "failureCondition" in metric else f"({query}) unless ({passes})"
    told = {"rule_files": [], "evaluation_interval": "15s", "tests": [{
        "interval": "15s", "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "promql_expr_test": [{"expr": f"count({expr})", "eval_time": "5m",
                              "exp_samples": [{"labels": "{}", "value": 1}] if holds else []}
                             for expr, holds in ((passes, verdict == PASSES), (fails, verdict == FAILS))]}]}
    path = tmp_path / "test.yml"
    path.write_text(yaml.safe_dump(told))
    done = tool("promtool", "test", "rules", str(path), check=False)
    assert done.returncode == 0, f"{case}: {verdict}\n{done.stdout}\n{done.stderr}"


def test_every_analysis_is_judged_here_both_ways():
    assert {name for name, *_ in CASES} == set(ANALYSES)
    for name in ANALYSES:
        assert {PASSES, FAILS} <= {verdict for each, _, _, verdict in CASES if each == name}


RUNS = (
    # Four shoppers a quarter of a minute get the canary.
    ("checkout-success", "two of eight fail in one moment", GOOD | answers(NEW, paid="0+4x80", failed="0x30 2x50"), False),
    ("checkout-success", "so do five", GOOD | answers(NEW, paid="0+4x80", failed="0x30 5x50"), False),
    ("checkout-success", "one fails now and then", GOOD | answers(NEW, paid="0+4x80", failed="0x10 1x20 2x20 3x30"), False),
    ("checkout-success", "three of ten fail all the time", GOOD | answers(NEW, paid="0+7x80", failed="0+3x80"), True),
    ("checkout-latency", "one took five seconds", times(STABLE, 0.08, 90) | {
        f"ff_checkout_seconds_sum{{{OF_NEW}}}": "0+0.32x30 14.6+0.32x50", f"ff_checkout_seconds_count{{{OF_NEW}}}": "0+4x80"},
     False),
    ("checkout-latency", "all take five times as long", times(STABLE, 0.08, 90) | times(NEW, 0.4), True),
)


@pytest.mark.parametrize("name,case,series,back", RUNS, ids=[f"{each[0]}: {each[1]}" for each in RUNS])
def test_a_moment_is_not_a_run(name, case, series, back, tmp_path):
    """All looks of ten minutes, counted as the controller counts them: more than failureLimit take the release back."""
    metric = ANALYSES[name]
    fails = weighed(metric["failureCondition"], query_of(metric))
    step, limit = metric["interval"], metric["failureLimit"]
    expr = f"(count_over_time(({fails})[10m:{step}]) > {limit}) or vector(-1)"
    told = {"rule_files": [], "evaluation_interval": step, "tests": [{
        "interval": "15s", "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "promql_expr_test": [{"expr": f"count(({expr}) >= 0)", "eval_time": "10m",
                              "exp_samples": [{"labels": "{}", "value": 1}] if back else []}]}]}
    path = tmp_path / "test.yml"
    path.write_text(yaml.safe_dump(told))
    done = tool("promtool", "test", "rules", str(path), check=False)
    assert done.returncode == 0, f"{case}\n{done.stdout}\n{done.stderr}"
