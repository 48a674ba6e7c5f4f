"""Questions about one service, each followed by the service's own stream."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import typer

from controller.cli.completing import services
from controller.cli.question import Question
from controller.web.detail_views import DetailView
from controller.web.messages import Message

R = TypeVar("R")

SERVICE = Annotated[str, typer.Argument(metavar="SERVICE", help="environment/name", autocompletion=services)]
KEPT = 11.0  # seconds after which what AWS is asked on request is read again


@dataclass(frozen=True, slots=True)
class OfService(Question[R]):
    """A question about one service."""

    environment: str
    name: str

    @property
    def stream(self) -> str:
        return f"services/{quote(self.environment, safe='')}/{quote(self.name, safe='')}/stream"

    def names(self, _answer: R) -> Iterable[str]:
        return [f"{self.environment}/{self.name}"]


@dataclass(frozen=True, slots=True)
class Whole(OfService[DetailView]):
    """A service as the API's record has it."""

    def ask(self) -> DetailView:
        return self.daemon.service(self.environment, self.name)

    def heard(self, known: DetailView, message: Message) -> DetailView:
        return self.daemon.read(DetailView, message.data) if message.event == "service" else known

    def records(self, before: DetailView, after: DetailView) -> list[Any]:
        """That it was looked at again is no change."""
        return [] if settled(before) == settled(after) else [self.record(after)]


@dataclass(frozen=True, slots=True)
class WithHistory(Whole):
    """A service with what was tried, which AWS is asked for at each change and once again when all is quiet."""

    @property
    def settles(self) -> float | None:
        return KEPT

    def ask(self) -> DetailView:
        return self.again(self.daemon.service(self.environment, self.name))

    def heard(self, known: DetailView, message: Message) -> DetailView:
        return self.again(self.daemon.read(DetailView, message.data)) if message.event == "service" else known

    def again(self, known: DetailView) -> DetailView:
        tried = None if known.cluster is None else self.daemon.history(self.environment, self.name)
        return known.model_copy(update={"history": tried})


def settled(view: DetailView) -> DetailView:
    """A record without when it was read, and without what is reckoned anew at each look: when a shift will end."""
    tried = view.history.model_copy(update={"as_of": None}) if view.history is not None else None
    moving = view.shift.model_copy(update={"ends_at": None}) if view.shift is not None else None
    return view.model_copy(update={"seen_at": None, "history": tried, "shift": moving})
