"""The dashboards' JSON: what Grafana needs of it, and what somebody needs who reads it at three in the morning."""

import json
import re
import subprocess
import sys

import pytest
from support.prometheus import CACHE, MONITORING
from support.shop_process import ROOT

FILES = sorted((MONITORING / "dashboards").glob("*.json"))
DASHBOARDS = {path.stem: json.loads(path.read_text()) for path in FILES}
PANELS = [(name, panel) for name, board in DASHBOARDS.items() for panel in board["panels"] if panel["type"] != "row"]
UNITS = {"none", "short", "s", "bytes", "percentunit", "reqps", "ops"}  # of Grafana's list of units
GOLDEN = (ROOT / "tests/functional/metrics.golden").read_text()
# Of servers that run with PostgreSQL, a payment gateway elsewhere, or under Kubernetes: not in a plain server's list.
ELSEWHERE = re.compile(r"ff_postgres_\w+|ff_gateway_\w+|slo:[\w:]+|kube_\w+|container_\w+|rollout_info|certmanager_\w+|traefik_\w+|up$|process_\w+")

# Grafana's own types of a dashboard, generated from its schema. (The Go module of the same name can't be had everywhere.)
SDK = "grafana-foundation-sdk==1769699998!10.1.0"
SDK_SECONDS_MAX = 300


def ids(of) -> list:
    return [f"{name}: {panel['title']}" for name, panel in of]


def test_there_are_four():
    assert sorted(DASHBOARDS) == ["ff-checkout", "ff-pods", "ff-shop", "ff-spike"]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_is_complete(name):
    board = DASHBOARDS[name]
    assert board["uid"] == name and len(name) <= 40
    assert board["title"] and len(board["description"]) > 40 and board["schemaVersion"] >= 36
    assert "id" not in board, "an id is an installation's own"
    assert {each["name"] for each in board["templating"]["list"]} == {"datasource", "job"}
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(numbers) == len(set(numbers))
    titles = [panel["title"] for panel in board["panels"]]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("name", DASHBOARDS)
def test_panels_fill_the_grid_and_cover_none(name):
    taken = set()
    for panel in DASHBOARDS[name]["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("name,panel", PANELS, ids=ids(PANELS))
def test_a_panel_says_what_it_shows_and_in_what_unit(name, panel):
    unit = panel["fieldConfig"]["defaults"]["unit"]
    assert unit in UNITS or re.fullmatch(r"suffix: \S.*", unit)
    assert len(panel["description"]) > 20
    references = [target["refId"] for target in panel["targets"]]
    assert references and len(references) == len(set(references))
    for target in panel["targets"]:
        assert target["legendFormat"] and target["datasource"]["uid"] == "${datasource}"
        labels = re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
        if panel["type"] != "heatmap":
            grouped = re.search(r"by \(([^)]*)\)|\(slo\)", target["expr"])
            for label in labels:
                assert not grouped or label in target["expr"], f"the legend names {label}, which the query loses"


@pytest.mark.parametrize("name,panel", PANELS, ids=ids(PANELS))
def test_a_panel_asks_for_metrics_that_there_are(name, panel):
    known = {re.sub(r"_total$", "", line.split()[0]) for line in GOLDEN.splitlines()}
    for target in panel["targets"]:
        for metric in re.findall(r"\b([a-z_]+:[a-z_:0-9]+|(?:ff|kube|container|rollout|certmanager|traefik|process)_\w+)(?=[{\[)\s]|$)", target["expr"]):
            bare = re.sub(r"_(total|bucket|count|sum)$", "", metric)
            assert bare in known or metric in known or ELSEWHERE.match(metric), f"{metric} is no metric of the program"


@pytest.fixture(scope="session")
def grafana():
    """Grafana's types, in a folder of their own: half of their 40 MB are of no use to any other test."""
    folder = CACHE / f"grafana-sdk-{SDK.rsplit('!', 1)[1]}"
    if not folder.is_dir():
        done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps",
                               f"--target={folder}", SDK],
                              capture_output=True, text=True, timeout=SDK_SECONDS_MAX, check=False)
        if done.returncode != 0:
            pytest.skip(f"Grafana's types can't be had here: {done.stderr[-200:]}")
    sys.path.append(str(folder))
    from grafana_foundation_sdk.cog import plugins
    from grafana_foundation_sdk.models import dashboard
    plugins.register_default_plugins()
    return dashboard


def lost(written, read, path: str = "") -> list:
    """What was written and is not read back."""
    if isinstance(written, dict):
        read = read if isinstance(read, dict) else {}
        return [each for name, value in written.items() for each in lost(value, read.get(name), f"{path}.{name}")]
    if isinstance(written, list):
        read = read if isinstance(read, list) and len(read) == len(written) else [None] * len(written)
        return [each for index, value in enumerate(written) for each in lost(value, read[index], f"{path}[{index}]")]
    return [] if written == read or written in (None, "", False) else [f"{path}: {written!r} became {read!r}"]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_grafanas_own_types_know_every_field(grafana, name):
    """Read into Grafana's types and written again nothing is missing: a field that it does not know, or of another type, would
    be."""
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    read = grafana.Dashboard.from_json(DASHBOARDS[name])
    again = json.loads(JSONEncoder().encode(read))
    # An annotation's titleFormat is the Prometheus data source's own field, which the schema leaves to it.
    assert [each for each in lost(DASHBOARDS[name], again)
            if not re.match(r"\.annotations\.list\[\d\]\.titleFormat:", each)] == []
