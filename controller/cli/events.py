"""``trueup events``: what happened, across services."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from controller.cli.asking import Watching, answer
from controller.cli.clean import cleaned
from controller.cli.completing import environments, services
from controller.cli.existing import environments_exist, names_exist, services_exist
from controller.cli.facts import fact, facts
from controller.cli.look import Look
from controller.cli.options import flags_of
from controller.cli.question import Question
from controller.cli.spans import moment
from controller.cli.unread import unread
from controller.loop.facts import Kind
from controller.web.fact_views import ActivityView, FactView
from controller.web.messages import Message

MOST = 2000

OF_SERVICE = Annotated[
    str, typer.Option("--service", help="Only of this one: environment/name, or a name.", autocompletion=services)
]
OF_ENVIRONMENT = Annotated[
    str, typer.Option("--environment", "-e", help="Only of this environment.", autocompletion=environments)
]
KIND = Annotated[list[Kind] | None, typer.Option("--kind", "-k", help="Only of these kinds.")]
SINCE = Annotated[str, typer.Option("--since", help="Only since then: 90m, 2h30m, 7d, 2026-11-23T08:00.")]
LIMIT = Annotated[int, typer.Option("--limit", "-n", min=1, max=MOST, help="How many at most, the newest.")]
FOLLOW = Annotated[bool, typer.Option("--follow", "-f", help="Go on, and write what happens as it happens.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening(Watching):
    """What ``events`` takes."""

    service: OF_SERVICE = ""
    environment: OF_ENVIRONMENT = ""
    kind: KIND = None
    since: SINCE = ""
    limit: LIMIT = 50
    follow: FOLLOW = False

    @property
    def goes_on(self) -> bool:
        return self.watch or self.follow

    @property
    def draws(self) -> bool:
        return not self.follow


@dataclass(frozen=True, slots=True)
class Happened(Question[ActivityView]):
    """The newest facts of those that are asked for; ``since`` in seconds since the epoch."""

    service: str = ""
    environment: str = ""
    kinds: tuple[Kind, ...] = ()
    since: float = 0.0
    limit: int = 50

    @property
    def stream(self) -> str:
        return f"activity/stream?{urlencode(self._asked, doseq=True)}"

    def place(self, answer: ActivityView) -> str:
        return f"0-{answer.cursor}"

    def ask(self) -> ActivityView:
        found = self.daemon.activity(**self._asked, limit=MOST if self.since else self.limit)
        if not found.facts and (self.service or self.environment):
            self._must_exist()
        return self._newest(found)

    def unanswered(self, answer: ActivityView) -> str:
        return "" if answer.facts else unread(self.daemon.source())

    def heard(self, known: ActivityView, message: Message) -> ActivityView:
        if message.event != "fact":
            return known
        news = self.daemon.read(FactView, message.data)
        others = (each for each in known.facts if each.id != news.id)
        return self._newest(known.model_copy(update={"facts": (news, *others)}))

    def drawn(self, answer: ActivityView, look: Look) -> RenderableType:
        return facts(cleaned(answer).facts, look) if answer.facts else Text("Nothing happened, as far as is known.")

    def names(self, answer: ActivityView) -> Iterable[str]:
        return [each.id for each in answer.facts]

    def first(self, answer: ActivityView) -> list[Any]:
        return [*reversed(answer.facts)]

    def records(self, before: ActivityView, after: ActivityView) -> list[Any]:
        known = set(before.facts)
        return [each for each in reversed(after.facts) if each not in known]

    def news(self, before: ActivityView, after: ActivityView, look: Look) -> RenderableType | None:
        found = self.records(before, after)
        return Group(*(fact(cleaned(each), look) for each in found)) if found else None

    def _must_exist(self) -> None:
        """Of what has left Git there may be facts: so it matters only where there are none."""
        fleet = self.daemon.fleet()
        if self.service:
            (services_exist if "/" in self.service else names_exist)((self.service,), fleet)
        environments_exist((self.environment,) if self.environment else (), fleet)

    @property
    def _asked(self) -> dict[str, Any]:
        given = {"service": self.service, "environment": self.environment, "kind": self.kinds}
        return {name: value for name, value in given.items() if value}

    def _newest(self, view: ActivityView) -> ActivityView:
        young = sorted((each for each in view.facts if each.at >= self.since), key=lambda each: each.at, reverse=True)
        return view.model_copy(update={"facts": tuple(young[: self.limit])})


@flags_of(Listening)
def events(listening: Listening) -> None:
    """Show what happened: releases, rollbacks, holds, drift found and healed, the newest last."""
    try:
        since = moment(listening.since, time.time()) if listening.since else 0.0
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from None
    kinds = tuple(listening.kind or ())
    asked = Happened(
        listening.daemon, listening.service, listening.environment, kinds, since=since, limit=listening.limit
    )
    answer(asked, listening)
