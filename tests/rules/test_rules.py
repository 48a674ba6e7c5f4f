"""Every alert is shown before, while and after, every recording rule with its values; and the tools agree."""

import json
import re
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.dashboards.asking import questions
from tests.dashboards.made import dashboards
from tests.dashboards.unseen import UNSEEN
from tests.rules.files import (
    AMTOOL,
    NO_AMTOOL,
    NO_PROMTOOL,
    OBSERVABILITY,
    PROMTOOL,
    ROOT,
    read,
    rules,
    said_by,
)

ALERTS = rules("alert")
RECORDED = rules("record")
SAID = (ROOT / "docs" / "observability.md").read_text("utf-8")
# Where the docs are read: alerts name a file of the repository, and Slack's template says once what stands before it.
DOCS = re.findall(r'define "trueup.docs" }}(.*?){{', (OBSERVABILITY / "slack.tmpl").read_text("utf-8"))[0]
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason=NO_PROMTOOL)
needs_amtool = pytest.mark.skipif(AMTOOL is None, reason=NO_AMTOOL)


def shown() -> dict[str, list[list[str]]]:
    """By alert, for each of its unit tests how it goes: a word for each moment, ``silent`` or ``fires``."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for test in read("tests/alerts.yml")["tests"]:
        by_alert: dict[str, list[str]] = defaultdict(list)
        for moment in test["alert_rule_test"]:
            by_alert[moment["alertname"]].append("fires" if moment["exp_alerts"] else "silent")
        for alert, words in by_alert.items():
            found[alert].append(words)
    return found


SHOWN = shown()


@needs_promtool
@pytest.mark.parametrize("file", ["tests/alerts.yml", "tests/recording.yml", "tests/weeks.yml"])
def test_the_rules_do_what_their_unit_tests_say(file: str) -> None:
    code, said = said_by(PROMTOOL, "test", "rules", file)
    assert code == 0, said


@needs_promtool
def test_prometheus_finds_nothing_wrong_with_its_configuration() -> None:
    code, said = said_by(PROMTOOL, "check", "config", "--lint-fatal", "prometheus.yml")
    assert code == 0, said
    assert f"{len(ALERTS)} rules found" in said
    assert f"{len(RECORDED)} rules found" in said


@needs_amtool
def test_alertmanager_finds_nothing_wrong_with_its_configuration() -> None:
    code, said = said_by(AMTOOL, "check-config", "alertmanager.yml")
    assert code == 0, said
    assert "1 templates" in said


@needs_amtool
@pytest.mark.parametrize(("severity", "receiver"), [("critical", "critical"), ("warning", "warning"), ("", "warning")])
def test_alerts_go_where_their_severity_says(severity: str, receiver: str) -> None:
    asked = [f"severity={severity}"] if severity else ["alertname=SomebodyElses"]
    code, said = said_by(AMTOOL, "config", "routes", "test", "--config.file=alertmanager.yml", *asked)
    assert code == 0, said
    assert receiver in said.splitlines()


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_is_shown_before_while_and_after(alert: str) -> None:
    assert SHOWN[alert]
    assert all(words == ["silent", "fires", "silent"] for words in SHOWN[alert])


@pytest.mark.parametrize("alert", ALERTS)
def test_every_branch_of_an_alert_has_a_unit_test(alert: str) -> None:
    assert len(SHOWN[alert]) >= len(re.split(r"\bor\b", ALERTS[alert]["expr"]))


@pytest.mark.parametrize("name", RECORDED)
def test_every_recording_rule_has_a_unit_test(name: str) -> None:
    tests = read("tests/recording.yml")["tests"] + read("tests/weeks.yml")["tests"]
    asked = [each["expr"] for test in tests for each in test["promql_expr_test"]]
    assert any(name in expression for expression in asked)


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_says_what_where_and_where_to_read_on(alert: str) -> None:
    rule = ALERTS[alert]
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    assert rule["annotations"]["description"].endswith((".", "?"))


@pytest.mark.parametrize("alert", ALERTS)
def test_the_runbook_of_every_alert_is_there(alert: str) -> None:
    file, _, anchor = ALERTS[alert]["annotations"]["runbook"].partition("#")
    headings = re.findall(r"(?m)^#+ (.+)$", (ROOT / file).read_text("utf-8"))
    assert anchor == alert.lower()
    assert [heading for heading in headings if heading.lower() == anchor] == [alert]


def test_no_runbook_is_left_of_an_alert_that_is_gone() -> None:
    headings = re.findall(r"(?m)^### (Trueup\w+)$", (ROOT / "docs" / "observability.md").read_text("utf-8"))
    assert sorted(headings) == sorted(ALERTS)


def test_the_figures_of_the_docs_are_of_as_many_rules_and_queries_as_there_are() -> None:
    figures = (ROOT / "docs" / "observability.md").read_text("utf-8").partition("## Figures")[2]
    whole = sum(1 for text in dashboards().values() for _ in questions(json.loads(text)))
    rules_of = len(ALERTS) + len(RECORDED)
    assert f"{rules_of} and {rules_of} of {rules_of} |" in figures
    assert f"{whole - len(UNSEEN)} of {whole} |" in figures
    assert f"{len(UNSEEN)} of {len(UNSEEN)} |" in figures


@needs_amtool
@pytest.mark.parametrize("alert", ALERTS)
def test_slack_is_told_the_whole_address_of_the_runbook(alert: str, tmp_path: Path) -> None:
    annotations = ALERTS[alert]["annotations"]
    told = {"Alerts": [{"Annotations": annotations}], "CommonAnnotations": annotations, "Status": "firing"}
    data = tmp_path / "told.json"
    data.write_text(json.dumps(told), "utf-8")
    asked = ["--template.glob=slack.tmpl", '--template.text={{ template "trueup.text" . }}', f"--template.data={data}"]
    code, said = said_by(AMTOOL, "template", "render", *asked)
    assert code == 0, said
    assert re.findall(r"<(.+)>", said) == [f"{DOCS}docs/observability.md#{alert.lower()}"]


def test_where_the_docs_are_read_is_said_once_and_is_an_address_to_be_changed() -> None:
    texts = [file.read_text("utf-8") for file in OBSERVABILITY.rglob("*") if file.is_file()]
    assert sum(text.count(DOCS) for text in texts) == 1
    assert urlsplit(DOCS).scheme == "https"
    assert urlsplit(DOCS).path.endswith("/")


def test_the_docs_say_how_many_names_are_to_be_changed() -> None:
    files = [file.read_text("utf-8") for file in OBSERVABILITY.rglob("*") if file.is_file()]
    named = {name for text in files for name in re.findall(r"[a-z]+\.internal", re.sub(r"(?m)^ *#.*$", "", text))}
    assert len(named) == {"three": 3, "four": 4}[re.findall(r"the (\w+) names", SAID)[0]]


def test_both_receivers_resolve_and_speak_with_the_same_words() -> None:
    receivers = {each["name"]: each["slack_configs"] for each in read("alertmanager.yml")["receivers"]}
    shapes = [{**config, "channel": ""} for configs in receivers.values() for config in configs]
    assert len(shapes) == 2
    assert shapes[0] == shapes[1]
    assert shapes[0]["send_resolved"] is True


def mutants() -> list[Any]:
    """The alerts, one after the other with twice its threshold, or four times its wait; each with its name."""
    text = (OBSERVABILITY / "rules" / "alerts.yml").read_text("utf-8")
    found = []
    for what, pattern, factor in (("threshold", r"(?<=> )\d+(?=  # seconds)", 2), ("wait", r"(?<=for: )\d+(?=m)", 4)):
        for match in re.finditer(pattern, text):
            alert = re.findall(r"alert: (\w+)", text[: match.start()])[-1]
            other = text[: match.start()] + str(int(match[0]) * factor) + text[match.end() :]
            found.append(pytest.param(alert, other, id=f"{what} of {alert}"))
    return found


def asking_only_of(alert: str) -> dict[str, Any]:
    """The unit tests with nothing in them but what asks for one alert: promtool takes seconds for all."""
    file: dict[str, Any] = read("tests/alerts.yml")
    for test in file["tests"]:
        test["alert_rule_test"] = [each for each in test["alert_rule_test"] if each["alertname"] == alert]
    return {**file, "tests": [test for test in file["tests"] if test["alert_rule_test"]]}


@needs_promtool
@pytest.mark.parametrize(("alert", "mutant"), mutants())
def test_the_unit_tests_notice_another_threshold_and_another_wait(alert: str, mutant: str, tmp_path: Path) -> None:
    for folder in ("rules", "tests"):
        shutil.copytree(OBSERVABILITY / folder, tmp_path / folder)
    (tmp_path / "tests" / "alone.yml").write_text(yaml.safe_dump(asking_only_of(alert)), "utf-8")
    code, said = said_by(PROMTOOL, "test", "rules", "tests/alone.yml", folder=tmp_path)
    assert code == 0, said
    (tmp_path / "rules" / "alerts.yml").write_text(mutant, "utf-8")
    code, said = said_by(PROMTOOL, "test", "rules", "tests/alone.yml", folder=tmp_path)
    assert code != 0, said
