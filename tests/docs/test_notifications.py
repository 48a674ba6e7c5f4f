"""docs/notifications.md says what the program does: its example, its event, its names."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry
from pydantic import BaseModel
from typer.testing import CliRunner

from controller.cli import app
from controller.loop.facts import TONES, Fact, Kind
from controller.metrics.notifications import RESULTS, Backlogs, Tries
from controller.notify.answers import _NEVER
from controller.notify.cloud_events import event
from controller.notify.configuration import (
    GitHubChannel,
    GitLabChannel,
    Notifications,
    SlackChannel,
    WebhookChannel,
)
from controller.notify.pending import MOST, ROLLOUTS
from controller.notify.reading import parse
from controller.notify.tags import PREFIX
from controller.notify.told import Telling
from reconcilers.model import ServiceKey

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/notifications.md").read_text("utf-8")
MODELS: dict[str, type[BaseModel]] = {
    "slack": SlackChannel,
    "github": GitHubChannel,
    "gitlab": GitLabChannel,
    "webhook": WebhookChannel,
}


def block(language: str) -> str:
    """The first fenced block of a language."""
    found = re.search(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The table below a heading, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_file_that_is_shown_can_be_used(tmp_path: Path) -> None:
    assert isinstance(parse(block("yaml").encode(), "notifications.yaml"), Notifications)
    file = tmp_path / "notifications.yaml"
    file.write_text(block("yaml"))
    done = CliRunner().invoke(app, ["notifications", "check", str(file)])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == ["deploys: slack", "on-call: slack", "commits: github", "events: webhook"]


def test_every_kind_is_described_with_its_tone_and_no_other() -> None:
    described: dict[str, str] = {}
    for kinds, tones, _ in rows("What is told"):
        names, moods = re.findall(r"`([a-z-]+)`", kinds), tones.split(", ")
        described |= dict(zip(names, moods * (len(names) if len(moods) == 1 else 1), strict=True))
    assert described == {str(kind): str(TONES[kind]) for kind in Kind}


def test_every_kind_of_channel_is_described_with_fields_that_it_has() -> None:
    described = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[1])) for row in rows("Channels")}
    assert described.keys() == MODELS.keys()
    for kind, fields in described.items():
        own = {each.alias for each in MODELS[kind].model_fields.values()} - {"name", "kind", "filter", "insecure"}
        assert fields <= own
        assert own - fields <= {"apiUrl"}, kind


def test_the_event_that_is_shown_is_ours() -> None:
    shown: dict[str, Any] = json.loads(block("json"))
    data = shown["data"]
    fact = Fact(
        id=data["id"],
        kind=Kind(data["kind"]),
        at=data["at"],
        service=ServiceKey(data["environment"], data["service"]),
        **{
            name: data[name]
            for name in ("text", "deployment", "commit", "subject", "release", "reason", "remedy", "who")
        },
        seconds=data["seconds"],
    )
    made = json.loads(event(Telling(shown["id"], fact, page=data["page"])))
    assert shown == made


def test_what_is_never_sent_again_is_said() -> None:
    said = re.search(r"heeded;(.*?)mean", TEXT, re.DOTALL)
    assert said is not None
    assert {int(each) for each in re.findall(r"\d{3}", said[1])} <= _NEVER


def test_how_many_facts_of_a_service_wait_is_said_rightly() -> None:
    assert (MOST, ROLLOUTS) == (12, 9)
    assert "up to twelve facts of a service wait; of more, what stands and how the newest nine rollouts went" in TEXT


def test_the_tag_is_named_rightly() -> None:
    assert f"`{PREFIX}CHANNEL`" in TEXT


def exposed() -> set[str]:
    registry = CollectorRegistry()
    Tries(registry)
    registry.register(Backlogs(tuple))
    return {each.name + ("_total" if each.type == "counter" else "") for each in registry.collect()}


def test_every_metric_is_described_and_no_other() -> None:
    assert set(re.findall(r"trueup_[a-z_]+", section("Watching it"))) == exposed()
    assert all(f"`{result}`" in section("Watching it") for result in RESULTS)


def test_the_alert_asks_for_a_metric_that_there_is() -> None:
    rules = yaml.safe_load((ROOT / "charts/observability/rules/alerts.yml").read_text("utf-8"))
    found = [rule for group in rules["groups"] for rule in group["rules"] if rule["alert"] == "TrueupNotificationsLate"]
    assert [set(re.findall(r"trueup_\w+", each["expr"])) <= exposed() for each in found] == [True]


@pytest.mark.parametrize("setting", ["TRUEUP_NOTIFICATIONS", "--notifications"])
def test_the_setting_exists(setting: str) -> None:
    assert setting in TEXT
    assert setting in CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "250", "NO_COLOR": "1"}).output
