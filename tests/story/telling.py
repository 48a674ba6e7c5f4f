"""Plays the story, and keeps what was seen at the end of each act."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from rich.console import Console

from controller.demo.acts import ACTS, SERVICE
from controller.demo.acts import Act as Script
from controller.demo.record import Step
from controller.demo.stage import Stage, staged
from controller.demo.teller import Teller
from controller.demo.waiting import NeverHappenedError, until
from controller.web.fact_views import FactView
from tests.story import page, quick, servers
from tests.story.page import Reader, Shown
from tests.story.patience import LONG, Audience, patient
from tests.story.servers import Prometheus
from tests.story.slack import Slack, slack

SPEED = 240.0
FACTOR = 150.0
"""How much faster alerts come than shipped: what takes minutes in an account takes seconds here."""
QUICK = 10.0
"""From this factor on AWS waits for Prometheus, too."""
NAME = "/".join(SERVICE)
LAST = "trueup:services:count"
LAST_NEWS = (
    None,
    f"Rollout done: {NAME}",
    f"Held: {NAME}",
    f"Rollout done: {NAME}",
    f"Drift healed: {NAME}",
    f"Rollout done: {NAME}",
)
"""What Trueup tells Slack last in each act: nothing in the first."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act as it went: its record, when it was (seconds since the epoch), and what the faces said at its end.

    ``api``: the service's detail; ``facts``: what its activity has; ``why`` and ``got``: of ``trueup why`` and ``trueup
    get``; ``news``: what Trueup told Slack during the act; ``shown``: the page, where there is a browser.
    """

    step: Step
    begin: float
    end: float
    api: dict[str, Any]
    facts: list[FactView]
    why: str
    got: str
    news: list[dict[str, Any]]
    shown: Shown | None


@dataclass
class Told:
    """The story after it was told, and whoever watched it, still up. ``alerts``: what Alertmanager told Slack."""

    prometheus: Prometheus
    alerts: Slack
    acts: list[Act] = field(default_factory=list)
    stopped_at: float = 0.0

    def values(self, expression: str, act: int) -> list[float]:
        """Every value of an expression during an act, the first being 1."""
        return self.prometheus.values(expression, self.acts[act - 1].begin, self.acts[act - 1].end)

    def at_the_end(self, expression: str, act: int) -> float | None:
        """The one value of an expression as an act ended."""
        return self.prometheus.value(expression, self.acts[act - 1].end)

    def whole(self, expression: str) -> list[float]:
        """Every value of an expression from beginning to end."""
        return self.prometheus.values(expression, self.acts[0].begin, self.acts[-1].end)


@dataclass(frozen=True, slots=True)
class _Witnesses:
    """Whoever is asked at the end of each act."""

    stage: Stage
    prometheus: Prometheus
    audience: Audience
    news: Slack
    reader: Reader | None


@contextmanager
def told(folder: Path, factor: float = FACTOR, acts: int = len(ACTS)) -> Iterator[Told]:
    """The story, told. Prometheus, Alertmanager and Slack stay up while it is looked at.

    At its end the daemon is stopped and the alert of that awaited; not where only some of its ``acts`` are told.
    ``factor``: as in ``FACTOR``.
    """
    with ExitStack() as exits:
        alerts, news = exits.enter_context(slack()), exits.enter_context(slack())
        channels = folder / "notifications.yaml"
        settings = {"TRUEUP_NOTIFICATIONS": str(channels), "TRUEUP_SHIFT_INTERVAL": "0.25"}
        world, time_of_aws = patient(SPEED)
        stage = exits.enter_context(staged(SPEED, settings=settings, world=world))
        told_of = {"pageUrl": stage.daemon.url, "channels": [{"name": "deploys", "kind": "slack", "url": news.url}]}
        channels.write_text(yaml.safe_dump(told_of), "utf-8")
        port = servers.free_port()
        exits.enter_context(servers.alertmanager(quick.alertmanager(folder / "am", factor, alerts.url), folder, port))
        config = quick.prometheus(folder / "prometheus", factor, urlsplit(stage.daemon.url).netloc, f"127.0.0.1:{port}")
        watching = exits.enter_context(servers.prometheus(config, folder))
        story = Told(watching, alerts)
        # Its first scrape comes seconds after its start, whatever the interval.
        until("Prometheus to look", lambda: watching.query("up"), LONG)
        audience = Audience(world, time_of_aws, stage, watching, rarely=factor < QUICK)
        with page.reader() as reader, audience.watching():
            witnesses = _Witnesses(stage, watching, audience, news, reader)
            for script, last in zip(ACTS[:acts], LAST_NEWS, strict=False):
                story.acts.append(_played(witnesses, script, last))
        if acts == len(ACTS):
            story.stopped_at = time.time()
            stage.daemon.stop()
            _patiently("the alert of that", lambda: any(at > story.stopped_at for at, _ in alerts.messages))
        yield story


def _played(witnesses: _Witnesses, script: Script, last: str | None) -> Act:
    """An act, and what everybody says of it while AWS stands."""
    stage, watching = witnesses.stage, witnesses.prometheus
    begin, step, before = time.time(), Step(script.title), len(witnesses.news.messages)
    script.play(stage, step, Teller(Console(file=io.StringIO()), lively=False))
    with witnesses.audience.still():
        if last is not None:
            _patiently(
                f"Slack to be told {last}", lambda: any(last in text for text in witnesses.news.texts()[before:])
            )
        stood = time.time()
        until(
            "the rules to see how it ended", lambda: (watching.value(f"timestamp({LAST})") or 0.0) > stood + 1.0, LONG
        )
        detail = stage.daemon.api.service(*SERVICE).model_dump(mode="json", by_alias=True)
        facts = stage.daemon.api.activity(environment=SERVICE[0], service=SERVICE[1]).facts
        return Act(
            step,
            begin,
            time.time(),
            detail,
            list(facts),
            _terminal(stage, "why", NAME),
            _terminal(stage, "get", NAME, "--output", "wide"),
            [message for _, message in witnesses.news.messages[before:]],
            _read(witnesses.reader, stage, detail),
        )


def _read(reader: Reader | None, stage: Stage, detail: dict[str, Any]) -> Shown | None:
    if reader is None:
        return None
    return reader.read(stage.daemon.url, detail["sync"].replace("-", " ").capitalize(), detail["commit"]["id"])


def _patiently(what: str, look: Any) -> None:
    """What never comes is missed by a test, which says more than an end in the middle."""
    try:
        until(what, look, LONG)
    except NeverHappenedError:
        return


def _terminal(stage: Stage, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "controller.cli", *words],
        env={"PATH": os.environ["PATH"], "TRUEUP_URL": stage.daemon.url, "HOME": "/nonexistent", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    return done.stdout + done.stderr
