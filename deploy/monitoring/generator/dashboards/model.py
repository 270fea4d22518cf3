"""Dashboards as Python values, and the JSON that Grafana imports of them.

A panel can't be made without a unit, a description and a legend for each query: who looks at it at three in the morning has not
written it. Rows are filled from the left; Grafana's grid is 24 wide.
"""

from dataclasses import dataclass

GRID = 24
SCHEMA_VERSION = 39  # Grafana 11 and later read it; they migrate older ones themselves
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
JOB = 'job=~"$job"'
KINDS = ("timeseries", "stat", "heatmap", "bargauge")


@dataclass(frozen=True)
class Query:
    """`expr` in PromQL with $job for the selector's job; `needs`: without what it has no series. Of the shop's own: audit (one
    has ended), gateway (a process of its own), postgres. Of others: cluster (kube-state-metrics), cadvisor, rollouts,
    cert-manager, traefik."""

    expr: str
    legend: str
    needs: str = ""
    instant: bool = False


@dataclass(frozen=True)
class Panel:
    title: str
    unit: str
    says: str
    queries: tuple
    kind: str = "timeseries"
    width: int = 8
    height: int = 7
    stacked: bool = False
    minimum: float | None = 0
    maximum: float | None = None
    red_above: float | None = None
    red_below: float | None = None

    def __post_init__(self):
        if not (self.title and self.unit and len(self.says) > 20 and self.queries and self.kind in KINDS):
            raise ValueError(f"panel {self.title!r} lacks its unit, description, queries or kind")
        if not all(query.legend for query in self.queries):
            raise ValueError(f"panel {self.title!r} has a query without a legend")

    def as_json(self, number: int, x: int, y: int) -> dict:
        defaults = {"unit": self.unit, "color": {"mode": "palette-classic"}, "noValue": "–"}
        for name, value in (("min", self.minimum), ("max", self.maximum)):
            if value is not None:
                defaults[name] = value
        if self.kind in ("stat", "bargauge"):
            defaults["color"] = {"mode": "thresholds"}
        defaults["thresholds"] = {"mode": "absolute", "steps": self.steps()}
        if self.kind == "timeseries":
            defaults["custom"] = {"lineWidth": 1, "fillOpacity": 25 if self.stacked else 5, "showPoints": "never",
                                  "spanNulls": False,
                                  "stacking": {"mode": "normal" if self.stacked else "none", "group": "A"},
                                  "thresholdsStyle": {"mode": "line" if self.marked() else "off"}}
        return {"id": number, "type": self.kind, "title": self.title, "description": self.says, "datasource": DATASOURCE,
                "gridPos": {"h": self.height, "w": self.width, "x": x, "y": y},
                "fieldConfig": {"defaults": defaults, "overrides": []}, "options": self.options(),
                "targets": [self.target(query, index) for index, query in enumerate(self.queries)]}

    def marked(self) -> bool:
        return self.red_above is not None or self.red_below is not None

    def steps(self) -> list:
        if self.red_below is not None:
            return [{"color": "red", "value": None}, {"color": "green", "value": self.red_below}]
        return [{"color": "green", "value": None}] + ([{"color": "red", "value": self.red_above}]
                                                      if self.red_above is not None else [])

    def options(self) -> dict:
        reduced = {"calcs": ["lastNotNull"], "fields": "", "values": False}
        return {"timeseries": {"legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"],
                                          "showLegend": True},
                               "tooltip": {"mode": "multi", "sort": "desc"}},
                "stat": {"reduceOptions": reduced, "colorMode": "value", "graphMode": "area", "textMode": "auto",
                         "justifyMode": "auto",
                         "orientation": "auto"},
                "bargauge": {"reduceOptions": reduced, "displayMode": "basic", "orientation": "horizontal", "showUnfilled": True},
                "heatmap": {"calculate": False, "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64}, "cellGap": 1,
                            "yAxis": {"unit": self.unit}, "legend": {"show": True},
                            "tooltip": {"show": True, "yHistogram": False}}}[self.kind]

    def target(self, query: Query, index: int) -> dict:
        target = {"refId": chr(ord("A") + index), "datasource": DATASOURCE, "expr": query.expr, "legendFormat": query.legend,
                  "editorMode": "code", "range": not query.instant, "instant": query.instant}
        if self.kind == "heatmap":
            target["format"] = "heatmap"
        return target


@dataclass(frozen=True)
class Row:
    title: str
    panels: tuple


@dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    says: str
    rows: tuple
    tags: tuple = ("fashionforward",)
    refresh: str = "30s"
    since: str = "now-3h"

    def panels(self) -> list:
        return [panel for row in self.rows for panel in row.panels]

    def as_json(self) -> dict:
        placed, y = [], 0
        for row in self.rows:
            placed.append({"id": len(placed) + 1, "type": "row", "title": row.title, "collapsed": False, "panels": [],
                           "gridPos": {"h": 1, "w": GRID, "x": 0, "y": y}})
            x, y, tallest = 0, y + 1, 0
            for panel in row.panels:
                if x + panel.width > GRID:
                    x, y, tallest = 0, y + tallest, 0
                placed.append(panel.as_json(len(placed) + 1, x, y))
                x, tallest = x + panel.width, max(tallest, panel.height)
            y += tallest
        return {"uid": self.uid, "title": self.title, "description": self.says, "tags": list(self.tags),
                "schemaVersion": SCHEMA_VERSION,
                "editable": True, "graphTooltip": 1, "refresh": self.refresh, "timezone": "browser", "fiscalYearStartMonth": 0,
                "time": {"from": self.since, "to": "now"}, "timepicker": {}, "weekStart": "",
                "annotations": {"list": [ALERTS, RESTARTS]}, "templating": {"list": VARIABLES}, "links": [LINK], "panels": placed}


LINK = {"title": "FashionForward", "type": "dashboards", "tags": ["fashionforward"], "asDropdown": False, "keepTime": True,
        "includeVars": True, "icon": "external link", "targetBlank": False, "tooltip": "The other dashboards of the shop",
        "url": ""}
ALERTS = {"name": "Alerts that page", "datasource": DATASOURCE, "enable": True, "iconColor": "red",
          "titleFormat": "{{alertname}}",
          "expr": 'ALERTS{shop="fashionforward",alertstate="firing",severity="page"}', "hide": False}
RESTARTS = {"name": "Servers that start", "datasource": DATASOURCE, "enable": True, "iconColor": "blue",
            "titleFormat": "{{instance}} started",
            "expr": f"process_start_time_seconds{{{JOB}}} > time() - 60", "hide": False}
VARIABLES = [
    {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "hide": 0, "refresh": 1,
     "regex": "",
     "current": {}, "options": [], "includeAll": False, "multi": False},
    {"name": "job", "label": "Shop", "type": "query", "datasource": DATASOURCE, "hide": 0, "refresh": 2, "regex": "", "sort": 1,
     "query": {"query": "label_values(ff_build_info, job)", "refId": "job"},
     "current": {"text": "fashionforward", "value": "fashionforward"}, "options": [], "includeAll": False, "multi": False},
]


# --- what several dashboards ask ----------------------------------------------------------------------------

def per_second(metric: str, by: str = "", **labels: str) -> str:
    """Its rate, summed over all servers. Labels: `name="value"`, or `name="~regex"`, or `name="!value"`."""
    return f"sum{f' by ({by})' if by else ''} (rate({series(metric, **labels)}[$__rate_interval]))"


def quantile(share: float, metric: str, by: str = "", **labels: str) -> str:
    over = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({over}) (rate({series(metric + '_bucket', **labels)}[$__rate_interval])))"


def series(metric: str, **labels: str) -> str:
    wanted = [JOB]
    for name, value in labels.items():
        sign = {"~": "=~", "!": "!="}.get(value[:1], "=")
        if value.startswith("!~"):
            sign = "!~"
        wanted.append(f'{name}{sign}"{value.lstrip("!~")}"')
    return f"{metric}{{{','.join(wanted)}}}"
