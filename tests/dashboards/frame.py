"""What all dashboards share: which services they show, what happened meanwhile, and the ways out of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import dashboard as built
from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard

from tests.dashboards import colours
from tests.dashboards.panels import SOURCE, Panel

OF_SERVICE = 'environment=~"$environment",service=~"$service"'
OF_ENVIRONMENT = 'environment=~"$environment"'
OF_INSTANCE = 'instance=~"$instance"'
PAGE = "${page:raw}/services/${__data.fields.Environment}/${__data.fields.Service}"
TAG = "trueup"


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a title, from left to right; 24 columns are a line."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A dashboard: its name in addresses, what it is for, the time it begins with, its variables and rows.

    ``annotated``: the selector of the services whose rollouts are marked.
    """

    uid: str
    title: str
    description: str
    since: str
    variables: Sequence[built.QueryVariable]
    rows: Sequence[Row]
    annotated: str = OF_SERVICE


def written(sheet: Sheet) -> str:
    """The dashboard as JSON, as Grafana imports and provisions it."""
    made = built.Dashboard(sheet.title).uid(sheet.uid).description(sheet.description).tags([TAG]).readonly()
    made = made.tooltip(dashboard.DashboardCursorSync.CROSSHAIR).time(sheet.since, "now").refresh("30s")
    made = made.timezone("browser").with_variable(_datasource())
    for variable in sheet.variables:
        made = made.with_variable(variable)
    made = made.with_variable(_page())
    for link in _links():
        made = made.link(link)
    for row in sheet.rows:
        made = made.with_row(built.Row(row.title))
        for panel in row.panels:
            made = made.with_panel(panel)
    plain: dict[str, Any] = json.loads(json.dumps(made.build(), cls=JSONEncoder))
    _tidied(plain)
    plain["annotations"] = {"list": _annotations(sheet.annotated)}
    return json.dumps(plain, indent=2, sort_keys=True) + "\n"


def _tidied(plain: dict[str, Any]) -> None:
    """Number the panels, and take out what the builders put where Grafana has no place for it (any more)."""
    for place, panel in enumerate(plain["panels"], 1):
        panel["id"] = place
        panel.get("options", {}).pop("footer", None)
    for variable in plain["templating"]["list"]:
        for of_intervals in ("auto", "auto_min", "auto_count"):
            variable.pop(of_intervals, None)


def services() -> list[built.QueryVariable]:
    """Which environments, and which services of these."""
    return [
        choice("environment", "Environment", "label_values(trueup_service_info, environment)"),
        choice("service", "Service", f"label_values(trueup_service_info{{{OF_ENVIRONMENT}}}, service)"),
    ]


def choice(name: str, label: str, query: str) -> built.QueryVariable:
    """A label's values to choose from: some, or all. Grafana escapes what is chosen, for it is used in expressions."""
    everything = dashboard.VariableOption(selected=True, text=["All"], value=["$__all"])
    made = built.QueryVariable(name).label(label).datasource(SOURCE).multi(True).include_all(True).all_value(".*")
    made = made.query({"qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"})
    made = made.refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED).current(everything)
    return made.sort(dashboard.VariableSort.ALPHABETICAL_ASC)


def _datasource() -> built.DatasourceVariable:
    return built.DatasourceVariable("datasource").label("Prometheus").type("prometheus")


def _page() -> built.TextBoxVariable:
    made = built.TextBoxVariable("page").label("Trueup's page").default_value("http://trueup.internal:8080")
    return made.description("Where your browser reaches Trueup: links lead there.")


def _links() -> list[built.DashboardLink]:
    others = built.DashboardLink("Trueup").type(dashboard.DashboardLinkType.DASHBOARDS).tags([TAG])
    page = built.DashboardLink("Trueup's page").type(dashboard.DashboardLinkType.LINK).url("${page:raw}")
    page = page.icon("external link").tooltip("The same, live, service by service").target_blank(True)
    return [others.include_vars(True).keep_time(True), page]


def _annotations(selector: str) -> list[dict[str, Any]]:
    counted = f"increase(trueup_rollouts_total{{{selector},result%s}}[$__rate_interval])"
    ended = f"sum by (environment, service, result) ({counted}) > 0"
    going = f"max by (environment, service) (trueup_rollout_age_seconds{{{selector}}}) > 0"
    return [
        _annotation("Rollouts, from start to end", colours.NEWS, going, "is shipped"),
        _annotation("Rollouts that ended well", colours.GOOD, ended % '="succeeded"', "{{result}}"),
        _annotation("Rolled back or failed", colours.BAD, ended % '=~"rolled-back|failed"', "{{result}}"),
    ]


def _annotation(name: str, colour: str, expression: str, text: str) -> dict[str, Any]:
    made = built.AnnotationQuery().name(name).datasource(SOURCE).enable(True).icon_color(colour).hide(False)
    target = prometheus.Dataquery().expr(expression).ref_id("Anno").datasource(SOURCE).range()
    plain: dict[str, Any] = json.loads(json.dumps(made.build(), cls=JSONEncoder))
    asked: dict[str, Any] = json.loads(json.dumps(target.build(), cls=JSONEncoder))
    plain.pop("builtIn", None)
    # What follows, Grafana's Prometheus data source reads from the annotation itself; the builder does not know it.
    return {
        **plain,
        "target": asked,
        "titleFormat": "{{environment}}/{{service}}",
        "textFormat": text,
        "tagKeys": "environment,service",
    }
