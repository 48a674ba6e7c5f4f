"""The demo's story, told by a real daemon to Slack, GitHub, GitLab and a webhook: each fact once, whatever happens.

One receiver hangs all the while, and another one is away until the end. The daemon is killed in the story, and again
after it; then a second one comes up beside it on a disk of its own.
"""

import io
import re
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from rich.console import Console

from controller.demo.acts import ACTS
from controller.demo.daemon import DaemonProcess
from controller.demo.record import Check, Step
from controller.demo.stage import Stage, staged
from controller.demo.teller import Teller
from controller.demo.waiting import until
from controller.loop.facts import Kind
from controller.notify.wording import WORDS
from tests.controller.notify.receivers import (
    SECRET,
    GitHubReceiver,
    GitLabReceiver,
    Receiver,
    Reply,
    SlackReceiver,
    WebhookReceiver,
    serving,
)

pytestmark = pytest.mark.timeout(600)
SPEED = 90.0
QUIET = 4  # sweeps in which nothing more is told
NAME = "prod/notes-app"
CHANNELS = """\
pageUrl: https://trueup.example.com
channels:
- {{name: deploys, kind: slack, urlFrom: {{env: SLACK_URL}}, filter: {{{only}}}}}
- {{name: events, kind: webhook, url: "{events.url}", secretsFrom: [{{env: WEBHOOK_SECRET}}], filter: {{{only}}}}}
- {{name: hub, kind: github, tokenFrom: {{env: HUB}}, repository: you/gitops, apiUrl: "{hub.url}", filter: {{{only}}}}}
- {{name: lab, kind: gitlab, tokenFrom: {{env: LAB}}, project: you/gitops, apiUrl: "{lab.url}", filter: {{{only}}}}}
- {{name: away, kind: slack, url: "{away.url}/services/T/B/away", filter: {{{only}}}}}
- {{name: hung, kind: webhook, url: "{hung.url}", secretsFrom: [{{env: WEBHOOK_SECRET}}], filter: {{{only}}}}}
"""
ONLY = "services: [notes-app], environments: [prod]"
GOOD = ("deploys", "events", "hub", "lab")


@dataclass
class Everybody:
    """Who is told."""

    slack: SlackReceiver
    events: WebhookReceiver
    hub: GitHubReceiver
    lab: GitLabReceiver
    away: SlackReceiver
    hung: Receiver

    def heard(self) -> Counter[str]:
        """Everything that was taken, by whom and what it says."""
        return Counter(
            [f"deploys {title}" for title in self.slack.titles()]
            + [f"events {each['id']}" for each in self.events.events()]
            + [f"hub {each['sha']} {each['state']} {each['description']}" for each in self.hub.statuses]
            + [f"lab {each['sha']} {each['state']} {each['description']}" for each in self.lab.statuses]
            + [f"away {title}" for title in self.away.titles()]
        )

    def kinds(self) -> Counter[str]:
        """What the webhook was told, by kind."""
        return Counter(each["type"].removeprefix("dev.trueup.") for each in self.events.events())


@dataclass
class Story:
    """What was heard by the end of each part, and what else is looked at."""

    everybody: Everybody
    checks: list[Check] = field(default_factory=list)
    story: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    hung_while: float = 0.0
    deployments: list[str] = field(default_factory=list)
    restarted: Counter[str] = field(default_factory=Counter)
    joined: Counter[str] = field(default_factory=Counter)
    edited: Counter[str] = field(default_factory=Counter)
    edited_kinds: Counter[str] = field(default_factory=Counter)
    logs: str = ""
    secrets: tuple[str, ...] = ()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("told")
    with ExitStack() as exits:
        made = (SlackReceiver(), WebhookReceiver(), GitHubReceiver(), GitLabReceiver(), SlackReceiver(), Receiver())
        for each in made:
            exits.enter_context(serving(each))
        everybody = Everybody(*made)
        everybody.away.trouble = lambda _: Reply(503, "away")
        everybody.hung.trouble = lambda _: Reply(seconds=None)
        file = folder / "notifications.yaml"
        file.write_text(CHANNELS.format(only=ONLY, **vars(everybody)))
        hook = f"{everybody.slack.url}/services/T/B/hunter2"
        secrets = {"SLACK_URL": hook, "WEBHOOK_SECRET": SECRET, "HUB": "ghp_test", "LAB": "glpat-test"}
        settings = {"TRUEUP_NOTIFICATIONS": str(file), **secrets}
        stage = exits.enter_context(staged(SPEED, settings=settings))
        told = Story(everybody, secrets=("hunter2", SECRET, "ghp_test", "glpat-test"))
        _play(stage, told)
        _restart(stage, told)
        _join(exits, stage, told, DaemonProcess(folder, stage.repository.url, stage.server.url, settings))
        told.logs = stage.daemon.log.read_text() + (folder / "trueup.log").read_text()
        yield told


def _play(stage: Stage, told: Story) -> None:
    teller = Teller(Console(file=io.StringIO()), lively=False)
    for act in ACTS:
        step = Step(act.title)
        act.play(stage, step, teller)
        told.checks += step.checks
    _settle(stage, stage.daemon)
    told.hung_while = _pending(stage.daemon, "hung")
    told.story, told.kinds = told.everybody.heard(), told.everybody.kinds()
    told.deployments = [
        each for each in stage.witness.deployments() if "trueup release=" in stage.witness.seen(each).description
    ]


def _restart(stage: Stage, told: Story) -> None:
    """With a receiver that is there again."""
    stage.daemon.kill()
    told.everybody.away.trouble = lambda _: None
    stage.daemon.start()
    stage.daemon.wait_until_ready()
    _settle(stage, stage.daemon, "away")
    told.restarted = told.everybody.heard()


def _join(exits: ExitStack, stage: Stage, told: Story, second: DaemonProcess) -> None:
    """A second daemon beside the first one; then both of them see what somebody edits."""
    second.start()
    exits.callback(second.stop)
    second.wait_until_ready()
    _settle(stage, second, "away")
    told.joined = told.everybody.heard()
    before = told.everybody.kinds()
    stage.somebody.edit_service()
    until("the edit to be told", lambda: (told.everybody.kinds() - before)[Kind.DRIFT_HEALED], 60)
    _settle(stage, second, "away")
    _settle(stage, stage.daemon, "away")
    told.edited, told.edited_kinds = told.everybody.heard() - told.joined, told.everybody.kinds() - before


def _settle(stage: Stage, daemon: DaemonProcess, *others: str) -> None:
    """Everything was told to those that can be told, and a few looks later still is."""
    until("every service to be in sync", lambda: all(each.sync == "in-sync" for each in daemon.api.services()), 60)
    for _ in range(2):
        sweeps = stage.sweeps()
        until("some sweeps", lambda since=sweeps: stage.sweeps() >= since + QUIET, 60)  # type: ignore[misc]
        until("all to be told", lambda: not any(_pending(daemon, each) for each in (*GOOD, *others)), 120)


def _pending(daemon: DaemonProcess, channel: str) -> float:
    with urllib.request.urlopen(f"{daemon.url}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    found = re.search(rf'^trueup_notification_pending{{channel="{channel}"}} (\S+)$', text, re.MULTILINE)
    assert found is not None
    return float(found[1])


def test_the_story_goes_as_it_goes_without_notifications_though_a_receiver_hangs(story: Story) -> None:
    assert [check.claim for check in story.checks if not check.true] == []
    assert story.hung_while > 0
    assert story.everybody.hung.seen
    assert story.everybody.hung.taken == []


def test_the_webhook_is_told_everything_once(story: Story) -> None:
    assert [name for name, count in story.story.items() if name.startswith("events") and count > 1] == []
    expected = {
        Kind.STARTED: 5,  # the release, the bad one, the fix, the heal, the last one
        Kind.DONE: 4,
        Kind.ROLLED_BACK: 1,
        Kind.HELD: 1,
    }
    assert {kind: story.kinds[kind] for kind in expected} == expected
    # An alarm that is not quiet yet may block for a moment.
    assert 1 <= story.kinds[Kind.CLEARED] <= story.kinds[Kind.HELD] + story.kinds[Kind.BLOCKED]
    assert story.kinds[Kind.DRIFT_FOUND] >= 1
    assert story.kinds[Kind.DRIFT_HEALED] >= 1
    assert not {Kind.FAILED, Kind.STOPPED, Kind.SUPERSEDED, Kind.SOURCE_STALE} & story.kinds.keys()


def test_every_deployment_begins_and_ends_by_its_own_name(story: Story) -> None:
    told = {name.removeprefix(f"events {NAME}/") for name in story.story if name.startswith("events")}
    assert len(story.deployments) == 5
    for deployment in story.deployments:
        ends = [end for end in ("done", "rolled-back") if f"{deployment}/{end}" in told]
        assert (f"{deployment}/started" in told, len(ends)) == (True, 1), deployment


def test_slack_is_told_the_same_facts_as_the_webhook(story: Story) -> None:
    titles = Counter(
        {name.removeprefix("deploys "): n for name, n in story.story.items() if name.startswith("deploys")}
    )
    assert titles == Counter({f"{WORDS[Kind(kind)]}: {NAME}": count for kind, count in story.kinds.items()})


def test_slack_says_what_trueup_says(story: Story) -> None:
    held = next(each for each in story.everybody.slack.messages() if str(each["text"]).startswith("Held"))
    texts = str(held)
    assert "ALARM_ACTIVE" in texts
    assert "Ship something that answers 500" in texts
    assert "https://trueup.example.com/services/prod/notes-app" in texts
    drift = str([each for each in story.everybody.slack.messages() if str(each["text"]).startswith("Drift found")])
    assert "DEBUG" in drift
    assert "mallory" in drift


@pytest.mark.parametrize(("host", "good", "bad"), [("hub", "success", "failure"), ("lab", "success", "failed")])
def test_a_commit_ends_as_it_went(story: Story, host: str, good: str, bad: str) -> None:
    receiver: Any = getattr(story.everybody, host)
    last: dict[str, str] = {}
    for each in receiver.statuses:
        last[each["sha"]] = each["state"]
    assert sorted(last.values()) == sorted([good, good, good, bad]), "of four commits one was bad"


def test_git_hosts_have_a_deployment_for_each_of_awss(story: Story) -> None:
    hub = [each["statuses"] for each in story.everybody.hub.deployments]
    assert Counter(states[-1] for states in hub) == {"success": 4, "failure": 1}
    assert all(states[0] == "in_progress" and len(states) == 2 for states in hub)
    assert Counter(each["status"] for each in story.everybody.lab.deployments) == {"success": 4, "failed": 1}


def test_after_a_kill_and_a_restart_nothing_is_told_again(story: Story) -> None:
    others = {name: count for name, count in story.restarted.items() if not name.startswith("away")}
    assert others == story.story


def test_a_receiver_that_was_away_is_told_how_all_rollouts_went_once_it_is_back(story: Story) -> None:
    away = Counter({name: count for name, count in story.restarted.items() if name.startswith("away")})
    assert away == {
        f"away Rollout started: {NAME}": 5,
        f"away Rollout done: {NAME}": 4,
        f"away Rolled back: {NAME}": 1,
    }


def test_a_second_daemon_on_another_disk_tells_nothing_again(story: Story) -> None:
    assert story.joined == story.restarted


def test_what_two_daemons_see_is_told_once(story: Story) -> None:
    assert story.edited_kinds == {Kind.DRIFT_FOUND: 1, Kind.DRIFT_HEALED: 1}
    for channel in ("deploys", "away"):
        assert {name: count for name, count in story.edited.items() if name.startswith(channel)} == {
            f"{channel} Drift found: {NAME}": 1,
            f"{channel} Drift healed: {NAME}": 1,
        }


def test_no_secret_is_in_the_log(story: Story) -> None:
    assert "a channel takes no notifications" in story.logs
    assert [each for each in story.secrets if each in story.logs] == []
    assert "broke" not in story.logs
    assert "Traceback" not in story.logs
