"""What can be told of a dashboard without asking anybody: it is whole, true to the metrics, and says what to do."""

import json
import re
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
import yaml

from controller.lease.view import Sharing
from controller.loop.board import Board
from controller.loop.queue import WorkQueue
from controller.metrics import Metrics
from tests.dashboards.asking import METRIC, Question, panels, questions
from tests.dashboards.made import FOLDER, OBSERVABILITY, dashboards

MADE = dashboards()
SHOWN = {name: json.loads(text) for name, text in MADE.items()}
ASKED = [question for dashboard in SHOWN.values() for question in questions(dashboard)]
DATA = [(name, panel) for name, shown in SHOWN.items() for panel in panels(shown) if panel["type"] != "row"]
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
each_dashboard = pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
each_panel = pytest.mark.parametrize("panel", [panel for _, panel in DATA], ids=[panel["title"] for _, panel in DATA])


def known() -> set[str]:
    """Every name of a series that the daemon can have."""
    metrics = Metrics()
    metrics.watch(Board(), WorkQueue(lambda: 0.0), lambda: 0.0)
    metrics.configured(1.0, 1.0, 1)
    metrics.shares(lambda: Sharing(left=1.0))
    metrics.levels(tuple)
    families = list(metrics.registry.collect())
    return {family.name + suffix for family in families for suffix in SUFFIXES[family.type]}


@pytest.mark.parametrize("name", MADE)
def test_what_is_checked_in_is_what_the_code_makes(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == MADE[name], "run make dashboards"


def test_nothing_else_is_checked_in() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(MADE)


def test_there_are_three_with_names_of_their_own() -> None:
    assert {shown["uid"] for shown in SHOWN.values()} == {"trueup-drift", "trueup-rollouts", "trueup-controller"}
    assert {shown["title"] for shown in SHOWN.values()} == {
        "Trueup / Drift",
        "Trueup / Rollouts",
        "Trueup / Controller",
    }


@pytest.mark.parametrize("question", ASKED, ids=lambda each: f"{each.dashboard} {each.where} {each.legend}")
def test_every_metric_that_is_asked_for_exists(question: Question) -> None:
    named = set(METRIC.findall(question.expression))
    assert named
    assert named - known() == set()


@each_dashboard
def test_no_two_panels_have_the_same_number(shown: dict[str, Any]) -> None:
    numbers = Counter(panel["id"] for panel in panels(shown))
    assert max(numbers.values()) == 1


@each_dashboard
def test_no_two_panels_lie_upon_each_other_or_beside_the_grid(shown: dict[str, Any]) -> None:
    cells = [
        {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        for at in (panel["gridPos"] for panel in panels(shown))
    ]
    assert all(not one & other for one, other in combinations(cells, 2))
    assert max(x for each in cells for x, _ in each) < 24


@each_dashboard
def test_no_line_of_the_grid_has_a_hole_at_its_end(shown: dict[str, Any]) -> None:
    lines = Counter[int]()
    for panel in panels(shown):
        lines[panel["gridPos"]["y"]] += panel["gridPos"]["w"]
    assert set(lines.values()) == {24}


@each_panel
def test_every_panel_says_what_it_means(panel: dict[str, Any]) -> None:
    assert len(panel["description"]) > 50
    assert panel["description"].endswith(".")


@each_panel
def test_every_panel_has_a_unit_and_asks_the_chosen_prometheus(panel: dict[str, Any]) -> None:
    source = {"type": "prometheus", "uid": "${datasource}"}
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert [panel["datasource"], *(target["datasource"] for target in panel["targets"])] == [source] * (
        1 + len(panel["targets"])
    )


@each_panel
def test_every_panel_says_what_it_means_that_there_is_nothing_to_show(panel: dict[str, Any]) -> None:
    assert panel["fieldConfig"]["defaults"]["noValue"]


@each_dashboard
def test_every_variable_that_is_used_is_there_and_the_other_way_round(shown: dict[str, Any]) -> None:
    text = json.dumps(shown)
    used = set(re.findall(r"\$\{?([a-z]+)\b", text))
    assert used == {variable["name"] for variable in shown["templating"]["list"]}


@each_dashboard
def test_whatever_is_chosen_goes_into_a_regular_expression(shown: dict[str, Any]) -> None:
    for question in questions(shown):
        assert not re.search(r'[^~]"\$(environment|service|instance)"', question.expression.replace('=~"', '~"'))
    several = [each for each in shown["templating"]["list"] if each["type"] == "query"]
    assert all(each["multi"] and each["includeAll"] and each["allValue"] == ".*" for each in several)


@each_dashboard
def test_rates_are_made_of_windows_that_fit_the_scrapes(shown: dict[str, Any]) -> None:
    windows = {window for each in questions(shown) for window in re.findall(r"\[([^\]]+)\]", each.expression)}
    assert windows <= {"$__rate_interval", "$__range"}


@each_dashboard
def test_a_counter_is_never_summed_before_its_rate(shown: dict[str, Any]) -> None:
    """Else a restart of one process would look like an increase of all."""
    for question in questions(shown):
        counters = re.findall(r"(\w+)\((?:trueup|process)_\w+(?:_total|_count|_sum|_bucket)\b", question.expression)
        assert set(counters) <= {"rate", "increase"}


@each_dashboard
def test_each_leads_to_the_others_and_to_the_page(shown: dict[str, Any]) -> None:
    links = {link["type"]: link for link in shown["links"]}
    assert set(links["dashboards"]["tags"]) <= set(shown["tags"])
    assert links["dashboards"]["includeVars"]
    assert links["dashboards"]["keepTime"]
    assert links["link"]["url"] == "${page:raw}"


@each_dashboard
def test_rollouts_are_marked_on_every_dashboard(shown: dict[str, Any]) -> None:
    names = [annotation["name"] for annotation in shown["annotations"]["list"]]
    assert names == ["Rollouts, from start to end", "Rollouts that ended well", "Rolled back or failed"]
    assert len({annotation["iconColor"] for annotation in shown["annotations"]["list"]}) == 3


@each_dashboard
def test_it_begins_with_the_last_hours_and_stays_fresh(shown: dict[str, Any]) -> None:
    assert shown["time"] == {"from": "now-6h", "to": "now"}
    assert shown["refresh"] == "30s"


def test_thresholds_are_those_of_the_alerts() -> None:
    rules = yaml.safe_load((OBSERVABILITY / "rules" / "alerts.yml").read_text("utf-8"))
    alerts = {rule["alert"]: rule for group in rules["groups"] for rule in group["rules"]}
    shown = {panel["title"]: panel["fieldConfig"]["defaults"].get("thresholds") for _, panel in DATA}

    def limit(alert: str) -> float:
        return float(alerts[alert]["expr"].rpartition(">")[2])

    def wait(alert: str) -> float:
        return 60 * float(alerts[alert]["for"].removesuffix("m"))

    # What only grows fires at its threshold and the wait together.
    for title, alert in {"Age of drift": "TrueupDriftStays", "Git answered": "TrueupGitStale"}.items():
        assert shown[title]["steps"][-1]["value"] == limit(alert) + wait(alert)
    assert shown["Longest wait"]["steps"][-1]["value"] == limit("TrueupQueueSlow")


def test_every_alert_that_a_panel_speaks_of_exists() -> None:
    rules = yaml.safe_load((OBSERVABILITY / "rules" / "alerts.yml").read_text("utf-8"))
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    named = {name for _, panel in DATA for name in re.findall(r"Trueup[A-Z]\w+", panel["description"])}
    assert named
    assert named - alerts == set()


def test_the_provisioned_source_knows_how_often_prometheus_scrapes() -> None:
    scraped = yaml.safe_load((OBSERVABILITY / "prometheus.yml").read_text("utf-8"))["global"]["scrape_interval"]
    [source] = yaml.safe_load((OBSERVABILITY / "grafana/datasources/prometheus.yml").read_text("utf-8"))["datasources"]
    assert (source["type"], source["jsonData"]["timeInterval"]) == ("prometheus", scraped)


def test_the_provider_reads_files_into_a_folder_of_its_own() -> None:
    [provider] = yaml.safe_load((OBSERVABILITY / "grafana/dashboards/trueup.yml").read_text("utf-8"))["providers"]
    assert (provider["type"], provider["folder"]) == ("file", "Trueup")
    assert provider["options"]["path"].startswith("/")
