"""Plays the story, and keeps what was seen at the end of each act."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console

from controller.demo.acts import ACTS, SERVICE
from controller.demo.record import Step
from controller.demo.stage import Stage, staged
from controller.demo.teller import Teller
from controller.demo.waiting import until
from tests.story import quick, servers
from tests.story.servers import Prometheus
from tests.story.slack import Slack, slack

SPEED = 90.0
FACTOR = 300.0
"""How much faster alerts come than shipped: what takes minutes in an account takes a second here."""
LAST = "trueup:services:count"


@dataclass(frozen=True, slots=True)
class Act:
    """One act as it went: its record, when it was (seconds since the epoch), and what the faces said at its end."""

    step: Step
    begin: float
    end: float
    api: dict[str, Any]
    why: str


@dataclass
class Told:
    """The story after it was told, and whoever watched it, still up."""

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


@contextmanager
def told(folder: Path) -> Iterator[Told]:
    """The story, told. Prometheus, Alertmanager and Slack stay up while it is looked at; the daemon was stopped."""
    with ExitStack() as exits:
        hook = exits.enter_context(slack())
        stage = exits.enter_context(staged(SPEED))
        port = servers.free_port()
        exits.enter_context(servers.alertmanager(quick.alertmanager(folder / "am", FACTOR, hook.url), folder, port))
        config = quick.prometheus(folder / "prometheus", FACTOR, urlsplit(stage.daemon.url).netloc, f"127.0.0.1:{port}")
        watching = exits.enter_context(servers.prometheus(config, folder))
        story = Told(watching, hook)
        # Its first scrape comes seconds after its start, whatever the interval.
        until("Prometheus to look", lambda: watching.query("up"), within=20.0)
        for act in ACTS:
            story.acts.append(_played(stage, act.play, Step(act.title), watching))
        story.stopped_at = time.time()
        stage.daemon.stop()
        until("the alert that nobody answers", lambda: _says(hook, "does not answer"), within=30.0)
        yield story


def _played(stage: Stage, play: Callable[[Stage, Step, Teller], None], step: Step, watching: Prometheus) -> Act:
    begin = time.time()
    play(stage, step, Teller(Console(file=io.StringIO()), lively=False))
    played = time.time()
    until("the rules to see how it ended", lambda: (watching.value(f"timestamp({LAST})") or 0.0) > played + 1.0)
    detail = stage.daemon.api.service(*SERVICE).model_dump(mode="json", by_alias=True)
    return Act(step, begin, time.time(), detail, _terminal(stage, "why", "/".join(SERVICE)))


def _terminal(stage: Stage, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "controller.cli", *words],
        env={"PATH": os.environ["PATH"], "TRUEUP_URL": stage.daemon.url, "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stdout + done.stderr


def _says(hook: Slack, words: str) -> bool:
    return any(words in text for text in hook.texts())
